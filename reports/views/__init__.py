"""Views: JSON documents as tables for the terminal, one module per command.

Imports :mod:`runs`, :mod:`export`, :mod:`figures`, :mod:`writing` and the layers below.
"""
