"""Random networks as data, drawn and measured, beside the theory of wide ones.

Imports :mod:`implementations`, :mod:`oracle` and the proofs layer.
"""
