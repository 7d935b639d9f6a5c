"""Exact expressions: interned trees over the reals with derivatives and substitution, and what their structure tells.

Knows no numbers but rationals and pi, and no text of the statement language. Imports :mod:`budget`.
"""
