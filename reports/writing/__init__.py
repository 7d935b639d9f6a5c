"""Words and numbers for people: terminal tables, progress, rounded bounds, Markdown cells.

Imports :mod:`errors` and the layers below.
"""
