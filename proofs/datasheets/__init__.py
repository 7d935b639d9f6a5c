"""Datasheets: everything certified about one function, or about one function of a vector.

Imports :mod:`statements`, :mod:`functions` and the rooms before them.
"""
