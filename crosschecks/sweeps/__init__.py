"""The sweep: an implementation at very many inputs or all of them, tile by tile, resumable.

Imports :mod:`trials`, :mod:`targets`, :mod:`workers`, :mod:`inputs` and the layers below.
"""
