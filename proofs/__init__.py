"""The symbolic layer: activations, derivatives, certified landscapes, statements and claim ledgers.

Its rooms, lowest first, are listed in CONTRIBUTING.md; what users call is offered by `gradproof` itself. Imports no
other layer.
"""
