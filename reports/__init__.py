"""The output that people read: the command line, the HTML report, its tables and plots.

Imports the other three layers; nothing imports this one.  Data goes one way: the engine's
frozen results become one strict JSON document (`collect`), and every page, table and plot is
a pure function of that document.
"""
