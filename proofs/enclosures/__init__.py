"""Enclosures: values and Taylor jets in ball arithmetic, precision, and the float formats numbers round to.

Knows expressions; every ball it returns holds the value. Imports :mod:`expressions`.
"""
