"""Baselines: what checks found at one time, as lines of a file, and what is worse than that at another.

A row is one function of one target in one format. Imports :mod:`checking`, :mod:`targets` and the rooms before them.

baseline = read_baseline("baseline.json")
results = check("torch", effort=baseline.effort)
print(*compare(results, baseline).worse, sep="\n")
write_baseline("baseline.json", baseline.updated(results))
"""
