"""The run: the loop over workers, and what is settled between months."""
