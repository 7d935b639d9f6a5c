"""The oracle: correctly rounded values and certified error bars, of any expression, one by one or for arrays.

Imports :mod:`floats` and the proofs layer.
"""
