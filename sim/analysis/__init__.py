"""Questions put to many runs: which part did what, and what hangs on what."""
