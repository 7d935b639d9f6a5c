"""Packs: what a framework ships of the catalogue, one module per framework, and how its arrays are called.

Imported by name in worker processes, where the framework is installed; a pack is one file here. Imports
:mod:`workers`, and the layers below.
"""
