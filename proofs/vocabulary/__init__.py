"""The words of the language about whole functions: how each is read, decided and repaired.

A family of words is a module; :mod:`words` is the table of all. Imports :mod:`language`, :mod:`functions` and the rooms
before it.
"""
