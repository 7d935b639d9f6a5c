"""Random networks and trainings on the command line, and measurements beside verdicts."""

import json

import pytest
from gradproof.reports.cli import run as cli


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_depth_has_no_network_unless_asked(capsys):
    assert "network" not in document(capsys, "depth", "relu", "--layers", "3")


def test_theory_stands_beside_what_is_measured(capsys):
    options = ("depth", "relu", "--layers", "6", "--init", "he", "--width", "16", "--measure")
    network = document(capsys, *options)["network"]
    prediction, measured = network["prediction"], network["measured"]
    assert prediction["infinite"]["factor_per_layer"] == pytest.approx(1)
    assert prediction["finite"]["slope"] == pytest.approx(-5 / 32)
    factor = measured["factor_per_layer"]
    assert factor["low"] < prediction["finite"]["factor_per_layer"] < factor["high"]
    text = run(capsys, *options)[1]
    assert "theory, width 16 × 0.9248" in (text := " ".join(text.split())) and "measured, 64 networks × " in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--norm", "batch"), ("none here for batch normalisation",)),
        (("--norm", "layer", "--residual"), ("pre-layer normalisation", "no such theory for this kind")),
        (("--norm", "rms", "--residual", "--post-norm"), ("post-rms normalisation, residual",)),
        (("--init", "critical"), ("lecun initialisation, weights times 1.41421", "infinitely wide  × 1.0000")),
    ],
)
def test_kinds_of_networks(capsys, options, words):
    text = " ".join(run(capsys, "depth", "relu", "--layers", "3", *options)[1].split())
    assert all(" ".join(word.split()) in text for word in words)


def test_a_network_that_cannot_be_is_named(capsys):
    code, _, err = run(capsys, "depth", "softplus", "--init", "critical")
    assert code == 2 and "no stable critical point was found" in err


def test_trainings(capsys):
    options = ("train", "tanh", "x/(1 + abs(x))", "--depth", "2", "--width", "4", "--steps", "20", "--seeds", "2")
    rows = document(capsys, *options)["trainings"]
    assert [(row["training"]["activation"], row["training"]["batch_norm"]) for row in rows][:2] == [
        ("tanh", False), ("tanh", True),
    ]  # fmt: skip
    assert len(rows) == 4 and len(rows[0]["runs"]) == 2
    text = run(capsys, *options, "--no-batch-norm")[1]
    assert "of 2" in text and "2 runs of 20 steps each, width 4" in text
    code, _, err = run(capsys, "train", "swiglu", "--steps", "1")
    assert code == 2 and "expected a function of one input" in err


LEDGER = """
title = "own"
[[claim]]
id = "one"
says = "x"
statement = "tanh(x) < 1"
experiment = [{ name = "dead_units", depth = 1, width = 4, trials = 2, biases = [-50.0] }, { name = "os" }]
[[claim]]
id = "two"
says = "x"
outside = "taste"
experiment = 3
"""


def test_a_measurement_of_ones_own_is_made_on_request_and_never_changes_a_verdict(capsys, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(LEDGER)
    one, two = json.loads(run(capsys, "verify", str(path), "--json")[1])["claims"]
    assert (one["verdict"], one["tested"], two["verdict"]) == ("proved", [], "error")
    assert one["not_measured"][0] == "dead_units is not among the results that ship: --measure runs it"
    assert "expected one of random_network_gradients" in one["not_measured"][1]
    assert "experiment must be a table with a name, or a list of such tables" in two["explanation"][0]
    one, _ = json.loads(run(capsys, "verify", str(path), "--json", "--measure")[1])["claims"]
    assert one["tested"][0]["interval"]["mean"] == 1 and one["tested"][0]["seeds"] == 2
    text = run(capsys, "verify", str(path), "--measure")[1]
    assert "tested: dead units of the last layer, bias -50: 1 (95 % interval" in " ".join(text.split())


def test_every_built_in_claim_that_names_an_experiment_has_its_result(capsys):
    from gradproof.proofs.ledger import builtin_ledgers
    from gradproof.reports.runs import sections

    claims = [(ledger, claim) for ledger in builtin_ledgers() for claim in ledger.claims if claim.experiments]
    assert len(claims) >= 7
    for ledger, claim in claims:
        data = sections._measurements(claim, "none")
        assert len(data["tested"]) == len(claim.experiments) and not data["not_measured"], (ledger.title, claim.id)
        assert all(each["interval"]["low"] <= each["interval"]["mean"] for each in data["tested"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("--init kaiming", "he initialisation"), ("--init He_Normal", "he initialisation"),
        ("--init glorot-normal", "xavier initialisation"), ("--init lecun_normal", "lecun initialisation"),
        ("--norm layernorm", "layer normalisation"), ("--norm LN", "layer normalisation"),
        ("--norm RMSNorm", "rms normalisation"), ("--norm batch_norm", "batch normalisation"),
    ],
)  # fmt: skip
def test_names_that_other_libraries_use(capsys, given, shown):
    code, out, err = run(capsys, "depth", "relu", "--layers", "3", *given.split())
    assert (code, err) == (0, "")
    assert shown in out


def test_the_number_of_threads_changes_nothing(capsys):
    options = ("depth", "relu", "--layers", "3", "--width", "8", "--measure", "--workers")
    one, three = (document(capsys, *options, workers)["network"]["measured"] for workers in ("1", "3"))
    assert one["factor_per_layer"]["mean"] == pytest.approx(three["factor_per_layer"]["mean"], rel=1e-12)
    assert one["trials"] == three["trials"] == 64
