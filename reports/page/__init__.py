"""The report as one HTML page and as Markdown, pure functions of its document; and one run that writes them.

Imports :mod:`views`, :mod:`figures`, :mod:`runs` and :mod:`writing`.
"""
