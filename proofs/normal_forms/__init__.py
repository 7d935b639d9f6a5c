"""Normal forms: when two expressions are one, and when a constant is 0.

Algebra first, then separation bounds for algebraic numbers and integer relations between logarithms and arcs, each of
them proved. Imports :mod:`expressions` and :mod:`enclosures`.
"""
