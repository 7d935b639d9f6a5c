"""Layers of infinite width with random weights, certified: means over a normal variable as functions of its variance,
the length map and its fixed points, the correlation map, the critical line. Imports proofs, and the oracle's door for
names; its numbers are balls, never floats.
"""
