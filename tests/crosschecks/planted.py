"""Implementations with a known fault each, imported by worker processes that run in this folder."""

from __future__ import annotations

import ctypes
import math
import os
import sys

import numpy as np


def relu(x):
    """Correct."""
    return np.where(x != x, x, np.where(x > 0, x, np.zeros_like(x)))


def relu_derivative(x):
    """Correct, with 0 at the kink."""
    return np.where(x != x, x, np.where(x > 0, np.ones_like(x), np.zeros_like(x)))


def scaled_relu(x, negative_slope=0.01):
    """leaky_relu, with its parameter."""
    return np.where(x >= 0, x, (np.float64(negative_slope) * x.astype(np.float64)).astype(x.dtype))


def segfaults(x):
    """Reads address 0."""
    ctypes.string_at(0)
    return x


def leaves(x):
    """Ends the process, past every handler."""
    os._exit(3)


def exits(x):
    """Asks the interpreter to stop."""
    sys.exit("enough")


def hangs(x):
    """Never comes back."""
    while True:
        pass


def raises(x):
    """Refuses whatever it gets."""
    raise ValueError("no floats today")


def raises_below_minus_2(x):
    """Refuses some inputs."""
    if (x < -2).any():
        raise ValueError("below -2")
    return relu(x)


def crashes_above_7(x):
    """Reads address 0 for some inputs."""
    if (x > 7).any():
        ctypes.string_at(0)
    return relu(x)


def returns_text(x):
    """No array."""
    return "0.5"


def returns_objects(x):
    """An array, but not of floats."""
    return np.array([object()] * len(x))


def prints(x):
    """Writes to both streams, and to the descriptors themselves."""
    print("noise" * 1000)
    print("noise", file=sys.stderr)
    os.write(1, b"raw noise")
    return relu(x)


def floods(x):
    """Writes nonsense to every descriptor it can guess, the conversation's included."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            continue
    return relu(x)


def widens(x):
    """Computes in float64 and stays there."""
    return relu(x.astype(np.float64))


def sums(x):
    """Loses its shape."""
    return x.sum(keepdims=True)


def works_in_place(x):
    """Writes the result into its input."""
    np.copyto(x, relu(x))
    return x


def interrupted(x):
    """As if Ctrl-C were pressed in the worker."""
    raise KeyboardInterrupt


def gelu_of_one_number(x):
    """Raises an exception above 10."""
    if x > 10:
        raise ValueError("too large")
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


def log_of_one_number(x):
    """Correct: an exception is how Python says that there is no value."""
    return math.log(x)
