"""The statement language: text to trees of frozen nodes, read against a whitelist and never executed.

Knows words and syntax; which activations there are it is told. Imports :mod:`expressions` and :mod:`enclosures`.
"""
