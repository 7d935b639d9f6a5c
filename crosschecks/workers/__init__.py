"""Worker processes: an implementation is called where it may crash, hang, print or return nonsense.

Knows arrays and callables, and nothing of what is right. Imports :mod:`implementation` and the layers below.
"""
