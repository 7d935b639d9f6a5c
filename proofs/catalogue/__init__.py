"""The catalogue: every activation, each one entry, and the language with their names in it.

Everything else in gradproof is derived from these entries. Imports :mod:`vocabulary` and the rooms before it.
"""
