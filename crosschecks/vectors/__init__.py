"""Functions of a row under test: softmax and its kind, norms, gates on the halves of a row, each along the last axis.

The properties are modules of one shape, as in :mod:`gradproof.crosschecks.properties`: a NAME, and `seen(trial)`, which
yields what was seen, each a failure or a note. Imports :mod:`findings`, :mod:`workers`, :mod:`trials` (for the options
of a check) and the layers below.
"""
