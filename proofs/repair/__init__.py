"""Repairs: the nearest true statement to a refuted one, as candidates that their reader proves or drops.

Imports :mod:`vectors`, :mod:`decide` and the rooms before them.
"""
