"""Depth: products of derivatives, random networks and their mean field, measured and computed.

Imports :mod:`implementations`, :mod:`oracle`, :mod:`floats` and the proofs layer.
"""
