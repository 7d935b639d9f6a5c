"""Functions of one variable: zeros, pieces, sign charts, landscapes and regularity, certified.

Knows expressions and numbers, and nothing of statements. Imports :mod:`asymptotics` and the rooms before it, and keeps
landscapes by :mod:`disk_cache`.
"""
