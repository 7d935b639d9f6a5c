"""Files of expected values as rows: text with any separator, JSON, npz; columns by their names, numbers as written.

Imports :mod:`proofs` only; what the numbers should be is the next room's to say.
"""
