"""Functions of a row under test: softmax and its kind, norms, gates on the halves of a row, each along the last axis.

The properties are modules of one shape, as in :mod:`gradproof.crosschecks.properties`: a NAME, and `findings(trial)`.
Imports :mod:`findings`, :mod:`gates`, :mod:`workers`, :mod:`trials` and the layers below.
"""
