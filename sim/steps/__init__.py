"""One worker's month, step by step, in files named like the rules.

``sim.steps.month`` lists them in order. A step is a function ``do(w, c, b, k)``: the worker's record, the
month's conditions, the block's sums and scratch, and the worker's position in the block.
"""
