"""Certified real numbers, isolated roots, their order, decimals and exact forms, and sets of them.

A number knows an exact expression or digits on demand; two are compared by proof or not at all. Imports
:mod:`normal_forms` and the rooms before it.
"""
