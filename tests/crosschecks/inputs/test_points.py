"""Inputs as text: what is written is what is tested."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from gradproof.crosschecks.inputs.points import check_written, float_of
from gradproof.numerics.floats.formats import all_values, as_float64, to_bits
from gradproof.proofs.enclosures.formats import FORMATS


@pytest.mark.parametrize("text", ["5.1", "-736", "709.78", "1e5", "-0", "10", ".5", "1e-320", "1e999"])
def test_decimal_numbers_are_decimal(text):
    value = float_of(text, FORMATS["float64"])
    assert (float(value), np.signbit(value)) == (float(text), text[0] == "-")


@pytest.mark.parametrize(
    ("text", "number"), [("0x1.8p+0", 1.5), ("-0x736", -1846.0), ("1.8p+0", 1.5), ("inf", np.inf), ("-inf", -np.inf)]
)
def test_hexadecimal_numbers_say_so(text, number):
    assert float(float_of(text, FORMATS["float64"])) == number
    assert np.isnan(float_of("nan", FORMATS["float64"]))


@pytest.mark.parametrize("name", ["float16", "float8_e4m3fn"])
def test_a_decimal_number_is_rounded_to_the_format_and_a_hexadecimal_one_is_held_by_it(name):
    fmt = FORMATS[name]
    x = all_values(fmt)
    x = x[np.isfinite(as_float64(x))][:: 97 if fmt.bits > 8 else 1]
    for value in x:
        assert to_bits(np.array([float_of(str(Decimal(float(value))), fmt)]))[0] == to_bits(np.array([value]))[0]
    assert float(float_of("1.0000001", fmt)) == 1.0
    with pytest.raises(ValueError, match="no float"):
        float_of("0x1.00001p+0", fmt)


@pytest.mark.parametrize("text", ["twelve", "", "5,1", "0x", "1e999999999999", "p"])
def test_no_number_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the message is the caller's
        check_written(text)
