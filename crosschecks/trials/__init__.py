"""A trial: one implementation, order, format and sample beside its certified references.

Imports :mod:`inputs`, :mod:`workers` and the layers below.
"""
