"""Reference tables and golden vectors: which inputs are worth a row, and their certified values.

Imports :mod:`oracle`, :mod:`floats` and the proofs layer.
"""
