"""The numeric layer: float formats, reference values, depth and networks. Imports proofs only."""
