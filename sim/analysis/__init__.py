"""Questions put to many runs."""
