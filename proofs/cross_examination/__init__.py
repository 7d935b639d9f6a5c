"""The cross-examination: what was proved, read again as it was written and tried by another evaluation.

It can only turn a proof into an alarm. Shares with the engine the syntax of the language, the texts of the catalogue
and ball arithmetic; imports :mod:`catalogue`, :mod:`language`, :mod:`enclosures` and the words of :mod:`vectors`.
"""
