"""The common causes of wrong results, told from the numbers alone: another function, a formula that cancels, a table.

A cause is named where the numbers prove it, and else none is. Imports :mod:`trials` and the rooms before it.
"""
