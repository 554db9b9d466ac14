"""Estimation: what is learnt from data before a run, and how its result is packaged."""
