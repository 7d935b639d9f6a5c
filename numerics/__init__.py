"""The numeric layer: float formats, reference values, depth and networks. Imports proofs only.

Correctly rounded values are :func:`gradproof.numerics.oracle.reference`, errors :mod:`gradproof.numerics.ulp`, the
derived NumPy functions :func:`gradproof.numerics.implementations.implementation`, gradient products
:mod:`gradproof.numerics.depth`, random networks :mod:`gradproof.numerics.networks` beside their theory
:mod:`gradproof.numerics.mean_field`, and the measurements that a ledger may name :mod:`gradproof.numerics.experiments`.
"""
