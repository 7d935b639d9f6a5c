"""Runs of the engine: jobs in processes, and their results as strict JSON documents.

Imports :mod:`writing` for progress and :mod:`errors`, and the layers below; nothing here prints.
"""
