"""Enclosures: balls, operations on them, values and Taylor jets of expressions, and the float formats numbers round to.

Knows expressions; every ball it returns holds the value. Imports :mod:`expressions`.
"""
