"""Reference tables as files: CSV, JSON, Parquet, C headers, LaTeX.

Imports :mod:`writing` and the layers below.
"""
