"""The numeric layer: float formats, reference values, depth and networks. Imports proofs only.

Correctly rounded values are :func:`gradproof.numerics.oracle.reference.reference`, errors
:mod:`gradproof.numerics.floats.ulp`, the derived NumPy functions
:func:`gradproof.numerics.implementations.numpy_functions.implementation`, gradient products
:mod:`gradproof.numerics.depth.products`, random networks :mod:`gradproof.numerics.networks.gradients` beside their
theory :mod:`gradproof.numerics.networks.mean_field`, and the measurements that a ledger may name
:mod:`gradproof.numerics.experiments.registry`.
"""
