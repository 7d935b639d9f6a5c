"""Tables of expected values: files to rows, each judged right, rounded or wrong, and the causes of wrong ones.

Imports :mod:`numerics`, :mod:`proofs` and :mod:`crosschecks.documents` only: no implementation is run.
"""
