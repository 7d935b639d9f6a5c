"""Figures as SVG text, and formulas as MathML; pure functions of JSON documents.

Imports :mod:`writing` and the layers below.
"""
