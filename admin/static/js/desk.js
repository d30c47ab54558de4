// The desk's form: Ctrl-Enter submits; a subject's key is taken out of the page when it is left.
"use strict";

const ask = document.getElementById("ask");
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask.requestSubmit();
});
addEventListener("pagehide", () => {
  for (const input of ask.querySelectorAll("[data-key]")) input.value = "";
});
