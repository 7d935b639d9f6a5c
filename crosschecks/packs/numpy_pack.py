"""The whole catalogue and its derivatives as gradproof itself derives them for NumPy: one callable for all."""

from __future__ import annotations

from functools import lru_cache

from ...numerics.floats.formats import Floats
from ...numerics.implementations.numpy_functions import Implementation, implementation
from ...numerics.implementations.row_functions import row_products, row_values
from ...numerics.vectors.definitions import row_functions
from ...proofs.catalogue.parse import definition


def call(*inputs: Floats, activation: str, order: int, variable: int, **parameters: float) -> Floats:
    """An activation (order 0) or its derivative by the input of this index; a function of rows, or its gradient."""
    if activation in row_functions():
        of_rows = row_products if order else row_values
        return of_rows(activation, *inputs, **parameters)
    return _found(activation, order, variable, tuple(parameters.items()))(*inputs)


@lru_cache(maxsize=256)
def _found(name: str, order: int, variable: int, parameters: tuple[tuple[str, float], ...]) -> Implementation:
    inputs = definition(name).inputs
    return implementation(name, order=order, variable=inputs[variable], parameters=dict(parameters))
