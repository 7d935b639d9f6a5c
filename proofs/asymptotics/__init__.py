"""The ends of the line: expansions with bounded remainders, limits, and signs on whole tails.

Imports :mod:`reals` and the rooms before it.
"""
