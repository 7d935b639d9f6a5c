"""Small real trainings of deep networks in NumPy: data, gradient descent over several seeds at once, its results.

Imports :mod:`networks` and what that imports.
"""
