"""The loop over workers, what is settled between months, and the run as a whole."""
