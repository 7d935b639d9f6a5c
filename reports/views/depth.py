"""Gradient products through depth, and gains, as tables for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ..errors import printable
from ..writing.console import Pairs, cell, interrupted, pairs, table
from ..writing.grid import Grid
from ..writing.numbers import bound, brief, full, product, truncated

COLUMNS = (("leaves_normal", "leaves normal range"), ("rounds_to_zero", "rounds to zero"), ("overflows", "overflows"))
DIGITS, LONGEST = 21, 40
"""The digits of a gain that are shown, and the length of the longest exact form beside them."""
DIFFERS = "≠"
LN_10 = 2.302585092994046


def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The factor of one layer, the product of all, the first depths at which a format gives up, random networks."""
    measured = data["network"]["measured"] if "network" in data else None
    kept = f"{measured['trials'] if measured else 'no'} random networks were measured until then"
    return [
        *([interrupted(kept)] if data.get("interrupted") else []),
        _bounds(data),
        *([network_table(data["network"])] if "network" in data else []),
        _formats("First depth at which the bound on the product, rounded once, …", data, once),
        _formats("First depth at which the product, rounded at every step as in a backward pass, …", data, stepwise),
        Text(
            "Both tables follow the worst case: where that never vanishes, gradients may.\n"
            "Where results below the normal range are flushed to zero, leaving it is vanishing. Loss scale: the "
            f"power of two that keeps all {data['layers']} layers, rounded at every step, in the normal range."
        ),
    ]


def _bounds(data: Mapping[str, Any]) -> Pairs:
    rate, between = data["rate"], product(data["product"], " and ")
    rows = (
        ("formula", data["formula"]),
        ("one layer", f"abs(w f'(z)) is at most {full(rate) if rate['exact'] else bound(rate, 1, 30)}"),
        (f"{data['layers']} layers", f"the product lies between {between}, where every w is {brief(data['weight'])}"),
        ("", f"its size is at most {data['profile'][-1]['bound'].replace('inf', 'oo')}"),
        *(_by_input(data) if data["by_input"] else _typically(data["typical_rate"], data["layers"])),
    )
    return pairs(f"{data['activation']}: gradient factors with abs(w) = {brief(data['weight'])}", rows)


def _typically(rate: Mapping[str, Any] | None, layers: int) -> Iterator[tuple[str, str]]:
    """The factor along one path of units, each with a standard normal input: between the bounds, and far from them."""
    if rate is None:
        return
    factor = math.exp(float(rate["decimal"]))
    yield "typically", f"× {factor:.4g} a layer along a path of units, × {factor**layers:.3g} in {layers}:"
    yield "", f"E log abs(w f'(z)) = {_value(rate)}, z standard normal"


def _by_input(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The factor of one layer by each input of a gate, in the worst case and typically."""
    for name, row in data["by_input"].items():
        rate = row["rate"]
        most = full(rate) if rate["exact"] else bound(rate, 1, 30)
        yield f"by {name}", f"abs(w df/d{name}) is at most {most}"
        yield "", f"typically {_value(row['typical_rate'])} a layer: E log abs(w df/d{name}), inputs standard normal"


def _formats(title: str, data: Mapping[str, Any], depth: Callable[[Mapping[str, Any], str], str]) -> Grid:
    built = table(
        title,
        ("format", *(f"… {title}" for _, title in COLUMNS)),
        right=[f"… {title}" for _, title in COLUMNS],
    )
    if depth is stepwise:
        built.add_column("loss scale", justify="right")
    for row in data["formats"]:
        scale = [cell(_scale(row["loss_scale"]))] if depth is stepwise else []
        built.add_row(cell(row["format"]), *(cell(depth(row, key)) for key, _ in COLUMNS), *scale)
    return built


def once(row: Mapping[str, Any], key: str) -> str:
    """A depth of the exact product, rounded once."""
    return "never" if row[key] is None else str(row[key])


def stepwise(row: Mapping[str, Any], key: str) -> str:
    """A depth of the product rounded at every step; where it never vanishes, the float at which it stays."""
    steps = row["stepwise"]
    if steps[key] is not None:
        return str(steps[key])
    if steps["followed"] is not None:
        return f"not within {steps['followed']}"
    stays = steps["stays_at"]
    return f"never: stays at {stays}" if key == "rounds_to_zero" and stays not in (None, "0", "1") else "never"


def _scale(scale: Mapping[str, Any]) -> str:
    return "none helps" if scale["exponent"] is None else f"2^{scale['exponent']}" if scale["exponent"] else "1"


def vanishing(row: Mapping[str, Any]) -> str:
    """The depth at which the product rounds to zero: rounded once / at every step."""
    return f"{once(row, 'rounds_to_zero')} / {stepwise(row, 'rounds_to_zero').partition(':')[0]}"


def gains_tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """A row for each gain, and what was not found."""
    built = table("Gains: 1/sqrt(E[f(z)^2]) forward, 1/sqrt(E[f'(z)^2]) backward", ("function", "gain", "", "exact"))
    for row in data["rows"]:
        inputs = row["by_input"]
        by = {name: f"backward, {name}" if len(inputs) > 1 else "backward" for name in inputs}
        values = {"forward": row["forward"]} | {by[name]: value for name, value in inputs.items()}
        if row["torch"] is not None:
            values["PyTorch's" + f" {DIFFERS}" * bool(row["differs"])] = row["torch"]
        for k, (which, value) in enumerate(values.items()):
            built.add_row(cell("" if k else row["name"], "bold"), cell(which), cell(_digits(value)), _form(value))
    about = f"z is standard normal. PyTorch's is its calculate_gain; {DIFFERS}: another number than forward."
    notes = [f"{row['name']}: {note}" for row in data["rows"] for note in row["undecided"]]
    return [*_cut(data, data["rows"]), built, *(Text(printable(line)) for line in [about, *notes])]


def _cut(data: Mapping[str, Any], rows: Sequence[Any]) -> list[Text]:
    """The first line of a run that Ctrl-C ended; a result of the front door is none."""
    return [interrupted(f"{len(rows)} of {data['asked']} were done")] if data.get("interrupted") else []


def _digits(number: Mapping[str, Any] | None) -> str:
    return "–" if number is None else truncated(number["decimal"], DIGITS)


def _form(number: Mapping[str, Any] | None) -> Text:
    """The exact form where it has one that is short and says more than the digits."""
    exact = None if number is None or number["exact"] == number["decimal"] else number["exact"]
    return cell("" if exact is None or len(exact) > LONGEST else exact)


def mean_field_tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The numbers of one pair of sigmas with the fixed points, or the critical line."""
    notes = [Text(printable(note)) for note in data["notes"]]
    if data["sigma_w"] is None:
        return [_critical(data), *notes]
    rows = (
        ("formula", data["formula"]),
        ("phase", data["phase"] or "–"),
        ("q*", _value(data["q_star"]) + "   the variance of the pre-activations"),
        ("chi", _value(data["chi"]) + "   the factor of the mean squared gradient in a layer"),
        ("typical", _value(data["typical_rate"]) + "   what a layer adds to the log of a product of derivatives"),
        ("c*", _value(data["c_star"]) + "   the correlation of two inputs, many layers on"),
        ("xi_q", _value(data["xi_q"]) + "   layers in which q - q* shrinks to 1/e"),
        ("xi_c", _value(data["xi_c"]) + "   layers in which c - c* shrinks to 1/e"),
    )
    title = f"{data['activation']}: sigma_w = {brief(data['sigma_w'])}, sigma_b = {brief(data['sigma_b'])}"
    built: list[RenderableType] = [pairs(title, rows)]
    if len(data["fixed_points"]) > 1:
        points = table("Fixed points of the length map", ("q", "slope", ""))
        for point in data["fixed_points"]:
            words = {True: "stable", False: "unstable", None: ""}[point["stable"]]
            points.add_row(cell(_value(point["q"])), cell(_value(point["slope"])), cell(words))
        built.append(points)
    return [*built, *notes]


def _critical(data: Mapping[str, Any]) -> Grid:
    columns = ("sigma_w", "sigma_b", "q*")
    built = table(f"{data['activation']}: where chi = 1", columns, right=columns)
    for point in data["critical"]:
        built.add_row(*(cell(_value(point[key])) for key in ("sigma_w", "sigma_b", "q_star")))
    return built


def _value(number: Mapping[str, Any] | None) -> str:
    """The exact form where it is short, else some digits, cut off."""
    if number is None:
        return "–"
    if number["decimal"] in ("inf", "-inf"):
        return brief(number)
    exact = number["exact"]
    return exact if exact is not None and len(exact) <= 12 else truncated(number["decimal"], DIGITS)


def network_table(data: Mapping[str, Any]) -> Pairs:
    """The factor by which a layer of a random network multiplies a gradient, in theory and as measured."""
    theory, measured, width = data["prediction"], data["measured"], data["network"]["width"]
    rows = [("network", data["title"])]
    if theory is None:
        rows.append(("theory", "none here for batch normalisation"))
    else:
        rows.append(("theory, infinitely wide", _factor(theory["infinite"])))
        finite = theory["finite"]["slope"] != "nan"
        rows.append((f"theory, width {width}", _factor(theory["finite"]) if finite else "no such theory for this kind"))
    if measured:
        ends = {end: _four(measured["factor_per_layer"][end]) for end in ("mean", "low", "high")}
        said = f"× {ends['mean']} (95 % interval {ends['low']} to {ends['high']})"
        rows.append((f"measured, {measured['trials']} networks", said))
        left_out = {"gradient exactly 0": measured["vanished_interval"]["mean"], "overflowed": measured["overflowed"]}
        rows += [("", f"left out, {why}: {share:.1%}") for why, share in left_out.items() if share]
        size = measured["log_mean_square_activation"]
        if size:
            rows.append(("", f"values: mean square 10^{size[-1]['mean'] / LN_10:.1f} after the last layer"))
    return pairs("By how much a layer multiplies the gradient's norm, towards the input", rows)


def _factor(theory: Mapping[str, Any]) -> str:
    return f"× {_four(theory['factor_per_layer'])}"


def _four(number: float | str) -> str:
    """Four digits; a number that is not finite is text already."""
    return number if isinstance(number, str) else f"{number:.4g}" if number < 0.1 else f"{number:.4f}"


def train_tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """A row for each training, and what the columns are."""
    heads = ("activation", "depth", "norm", "runs", "steps", "loss", "first", "last", "dead")
    if not data["trainings"]:
        return [*_cut(data, ())]
    first = data["trainings"][0]["training"]
    title = f"Trainings to a loss of {first['target']:g}, learning rate {first['learning_rate']:g}"
    built = table(title, heads, right=heads[1:])
    for row in data["trainings"]:
        training, runs = row["training"], len(row["runs"])
        count = sum(run["steps_to_target"] is not None for run in row["runs"])
        steps = row["steps_to_target"]["mean"]
        built.add_row(
            cell(training["activation"], "bold"), cell(str(training["depth"])),
            cell("yes" if training["batch_norm"] else "no"), cell(f"{count}/{runs}"),
            cell("–" if count == 0 else f"{steps:.0f}"), cell(_loss(row["final_loss"]["mean"])),
            cell(_power(row["update_size"][0])), cell(_power(row["update_size"][-2])),
            cell(f"{row['dead']['mean']:.1%}"),
        )  # fmt: skip
    about = (
        f"{len(data['trainings'][0]['runs'])} runs of {first['steps']} steps each, width {first['width']}, data: "
        f"{first['data']}. Runs that reached the loss, and the mean of their steps; loss at the end; first and last "
        "hidden layer: the mean size of a step of its weights over the first 200 steps, relative to them; dead: units "
        "whose derivative is 0 on all data at the end. --json has every run, with intervals."
    )
    return [*_cut(data, data["trainings"]), built, Text(about)]


def _loss(value: float | str) -> str:
    return f"{value}" if isinstance(value, str) else f"{value:.2g}"


def _power(size: Mapping[str, Any]) -> str:
    return "0" if isinstance(size["mean"], str) else f"10^{size['mean']:.1f}"
