"""The decision: numbers of a statement computed, properties settled, and its truth found or left undecided.

Knows statements as trees, not as text. Imports :mod:`cases` and the rooms before it.
"""
