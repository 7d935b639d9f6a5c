"""NumPy functions derived from exact expressions, each float64 operation with its error bound.

Imports :mod:`oracle`, :mod:`floats` and the proofs layer.
"""
