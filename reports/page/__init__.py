"""The report as one HTML page and as Markdown, pure functions of its document.

Imports :mod:`views`, :mod:`figures` and :mod:`writing`.
"""
