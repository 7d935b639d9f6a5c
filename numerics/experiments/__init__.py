"""The measurements that a ledger's claim may name, and the results of the built-in ledgers' that ship.

Imports :mod:`training`, :mod:`networks` and what those import.
"""
