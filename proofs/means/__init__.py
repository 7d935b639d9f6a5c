"""Means over standard normal variables: closed forms, and enclosures for every deviation of the variable.

Knows functions of one variable, and nothing of statements. Imports :mod:`functions` and the rooms before it.
"""
