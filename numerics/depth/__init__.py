"""Depth: products of derivatives over layers, exact and in each format, and the gains of an activation.

Imports :mod:`implementations`, :mod:`oracle`, :mod:`floats` and the proofs layer.
"""
