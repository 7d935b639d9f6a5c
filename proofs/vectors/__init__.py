"""Vectors of n components and their Jacobians, for every n at once.

An algebra of generic components, the reader of such statements, and proofs about them. Imports :mod:`decide` and the
rooms before it.
"""
