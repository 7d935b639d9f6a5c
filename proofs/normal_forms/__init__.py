"""Normal forms: when two expressions are one, when a constant is 0, and which sign it has.

Algebra first, then separation bounds for algebraic numbers and integer relations between logarithms and arcs, each of
them proved. Imports :mod:`expressions` and :mod:`enclosures`.
"""
