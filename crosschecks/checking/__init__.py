"""The check: implementations judged by every property, one by one or in several processes.

Imports :mod:`properties`, :mod:`trials`, :mod:`targets` and the rooms before them.
"""
