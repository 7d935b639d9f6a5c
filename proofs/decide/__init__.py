"""The decision: numbers of a statement computed, its words asked, and its truth found or left undecided.

Knows statements as trees, not as text. Imports :mod:`cases` and the rooms before it.
"""
