"""One worker's month, step by step, in files named like the rules.

``sim.steps.month`` lists them in order. A step takes the worker columns, the month's conditions, the
block's sums and the row: ``step(w, c, b, i)``; its ``when`` twin says, cheaply, whom it concerns.
"""
