"""All words, pictures and pages for people."""
