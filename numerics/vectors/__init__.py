"""Functions of a whole row: certified values and vector-Jacobian products, from the catalogue's one formula for each.

Imports :mod:`floats`, :mod:`oracle` and the proofs layer.
"""
