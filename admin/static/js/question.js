// A clerk's answer: what was chosen is named, and too much is said before it is sent; a file is opened as often as one likes.
"use strict";

const files = document.getElementById("documents");
if (files) {
  const says = document.getElementById("documents-chosen");
  files.addEventListener("change", () => {
    const chosen = [...files.files];
    const size = chosen.reduce((sum, file) => sum + file.size, 0);
    const isTooLarge = size > 20e6;
    files.setCustomValidity(isTooLarge ? says.dataset.tooLarge : "");
    says.textContent = isTooLarge ? says.dataset.tooLarge : chosen.map((file) => `${file.name} (${Math.ceil(file.size / 1000)} kB)`).join(", ");
  });
}

for (const opens of document.querySelectorAll("[data-downloads]")) {
  opens.addEventListener("submit", () => setTimeout(() => { delete opens.dataset.sent; }, 500));
}

// Ctrl-Enter sends the answer.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = document.getElementById("answer");
  if (form) { event.preventDefault(); form.requestSubmit(); }
});
