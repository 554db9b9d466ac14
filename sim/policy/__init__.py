"""A scenario laid out over places and months."""
