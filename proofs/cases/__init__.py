"""Several variables: cases by the signs of factors, bounds, linear inequalities, and points where a claim fails.

Imports :mod:`functions` and the rooms before it, and the syntax of statements.
"""
