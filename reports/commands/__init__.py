"""Commands: one module each, with its options and exit code; a command is a run and what is shown of it.

The only room where runs and views meet. Nothing heavy is imported at the top of a module, so that `--help` and errors
are quick. Imports every room before it.
"""
