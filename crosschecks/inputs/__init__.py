"""Inputs: bit patterns, samples, Hypothesis strategies, and the search that shrinks what it finds.

Imports the layers below.
"""
