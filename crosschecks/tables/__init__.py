"""Tables of expected values, judged: files to rows, each row right, rounded or wrong, and what wrong rows have in common.

Imports :mod:`numerics`, :mod:`proofs` and :mod:`crosschecks.documents` only: no implementation is run.
"""
