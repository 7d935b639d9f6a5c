"""The statement language: text to trees of frozen nodes, read against a whitelist and never executed.

Knows syntax and the words that it is built of; of further words, and which activations there are, it is told. Imports
:mod:`expressions` and :mod:`enclosures`.
"""
