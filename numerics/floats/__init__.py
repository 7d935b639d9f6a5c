"""Float formats as arrays: bit patterns, ULPs, error-free transformations, inputs worth testing.

Imports the proofs layer only.
"""
