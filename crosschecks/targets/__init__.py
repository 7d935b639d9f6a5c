"""Targets: what a name on the command line stands for, callable by callable, and which version that is.

Imports :mod:`workers` and the layers below; frameworks are found by :mod:`packs`.
"""
