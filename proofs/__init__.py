"""The symbolic layer: activations, certified landscapes, statements and verdicts. Imports none of the other layers."""
