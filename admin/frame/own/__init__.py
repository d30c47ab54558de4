"""What is each person's own: settings, guides; and what helps everybody: words, notices, whom to ask."""
