"""Failures of a check as issue reports: one Markdown file for each cause, for whoever maintains the implementation.

Imports :mod:`writing` and the rooms before it.
"""
