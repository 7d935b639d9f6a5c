"""The re-checker: certificates confirmed by other means than those that found the proofs.

Imports nothing outside this room; of gradproof it reads one file, the text of the catalogue.
"""
