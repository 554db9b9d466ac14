"""The economics, and nothing else: numbers in, number out.

One concept each. A rule knows no arrays, clock, files or random numbers. ``sim.steps.month`` composes the
rules into a worker's month and ``sim.engine.markets`` into a place's. Sources in square brackets are rows of
``sim/data/evidence.csv``.
"""
