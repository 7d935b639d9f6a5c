"""Results kept between runs: the same numbers come back, and whatever is wrong with the folder changes nothing."""

from __future__ import annotations

import dataclasses
import errno
import os
import pickle
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import flint
import pytest
from gradproof.proofs import disk_cache
from gradproof.proofs.budget import Undecided, budget, spend
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.datasheets.function import facts
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions import landscape, pieces, sign_charts, step_functions, zeros
from gradproof.proofs.functions.zeros import chart
from gradproof.proofs.reals.reals import PLUS_INFINITY, Real, compare, exact, extreme, image
from gradproof.proofs.statements import prove

from ..thorough import few

DIGITS = 100
SHAPES = (("gelu", 2), ("mish", 1), ("elu", 0), ("tanhshrink", 1), ("hard_swish", 1))


def expression(name, order):
    return calculus.derivative(activation(name).expr(), "x", order=order)


def forget():
    """What this process remembers."""
    for function in (landscape.decided_landscape, landscape.proved_parity, zeros._cached, pieces.split):
        function.cache_clear()
    sign_charts.sign_line.cache_clear()


def described(shape):
    """Everything a landscape says, numbers with many digits."""

    def number(x):
        return x.decimal(DIGITS) if isinstance(x, Real) else str(x)

    extrema = [(number(e.value), e.attained, [number(x) for x in e.at]) for e in (shape.sup, shape.inf)]
    monotone = [(number(m.low), number(m.high), m.direction) for m in shape.monotone]
    places = [(number(p.at), number(p.value)) for p in shape.places]
    ends = [None if x is None else number(x) for x in shape.limits]
    return extrema, monotone, places, ends, [number(z) for z in shape.zeros], str(shape.range), shape.cells


def decided(name, order):
    forget()
    return described(landscape.decided_landscape(expression(name, order), "x"))


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """An empty cache folder of this test's own, in which even the quickest results are kept."""
    monkeypatch.delenv("GRADPROOF_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(disk_cache, "WORTH_SECONDS", -1.0)
    monkeypatch.setattr(disk_cache, "_version", lambda: "version")
    yield tmp_path
    forget()


@pytest.fixture
def no_engine(monkeypatch):
    """Call it to make every computation of a landscape from then on an error."""

    def refuse(*_):
        raise AssertionError("computed, not read")

    return lambda: monkeypatch.setattr(landscape, "_landscape", refuse)


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("name", "order"), SHAPES)
def test_what_is_read_says_the_same_to_many_digits(folder, no_engine, name, order):
    cold = decided(name, order)
    assert len(files(folder)) == 1
    no_engine()
    assert decided(name, order) == cold


def test_expressions_are_interned_when_read_and_shared_numbers_stay_shared(folder, no_engine):
    forget()
    e = expression("gelu", 2)
    cold = landscape.decided_landscape(e, "x")
    no_engine()
    forget()
    warm = landscape.decided_landscape(e, "x")
    assert warm is not cold
    assert warm.expr is e
    for first, second in zip(warm.runs, warm.runs[1:], strict=False):
        assert first.high is second.low
    assert [p.at.vanishes for p in warm.places] == [p.at.vanishes for p in cold.places]
    assert all(compare(p.at, q.at) == compare(p.value, q.value) == 0
               for p, q in zip(cold.places, warm.places, strict=True))  # fmt: skip
    values = [p.value for p in warm.places]
    assert values[0] is values[-1], "the two minima of an even function are one number"


def test_another_process_reads_what_one_wrote(folder, monkeypatch):
    cold = decided("silu", 1)
    monkeypatch.undo()  # the child has the real engine's version
    code = """
from gradproof.proofs import disk_cache
from gradproof.proofs.expressions import calculus
from gradproof.proofs.functions import landscape
from gradproof.proofs.catalogue.entries import activation
disk_cache._version = lambda: "version"
landscape._landscape = None
shape = landscape.decided_landscape(calculus.derivative(activation("silu").expr(), "x"), "x")
print(shape.sup.value.decimal(100), shape.sup.at[0].decimal(100))
"""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    environment.pop("GRADPROOF_CACHE", None)
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    value, _, at = cold[0][0]
    assert told.stdout.split() == [value, at[0]], told.stderr


@pytest.mark.thorough
def test_two_processes_on_one_folder(tmp_path):
    code = """
from gradproof.proofs import disk_cache
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions import landscape
from gradproof.proofs.catalogue.entries import activation
disk_cache._version, disk_cache.WORTH_SECONDS = lambda: "version", -1.0
for name in ("silu", "gelu", "mish", "softplus", "tanh") * 3:
    landscape.decided_landscape.cache_clear()
    shape = landscape.decided_landscape(activation(name).expr(), "x")
    print(name, shape.sup.value.decimal(50), shape.inf.value.decimal(50))
"""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("GRADPROOF_CACHE", None)
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert said[0] == said[1]
    assert said[0].count("\n") == 15
    assert len(files(tmp_path)) == 5
    assert all(len(path.name) == 64 for path in files(tmp_path)), "a file was left half written"


DAMAGE = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "one bit of the result": lambda content: content[:-20] + bytes([content[-20] ^ 1]) + content[-19:],
    "one bit of the digest": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "longer": lambda content: content + b"\0",
    "text": lambda content: b"not a result\n" * 10,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_computed_again_and_replaced(folder, no_engine, kind):
    cold = decided("silu", 0)
    (path,) = files(folder)
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    assert decided("silu", 0) == cold
    no_engine()
    assert decided("silu", 0) == cold


def test_a_changed_result_under_the_old_digest_is_not_believed(folder):
    cold = decided("silu", 0)
    (path,) = files(folder)
    e, variable, shape, steps = disk_cache._read(path)
    digest = path.read_bytes()[: disk_cache._DIGEST_BYTES]
    path.write_bytes(digest + pickle.dumps((e, variable, dataclasses.replace(shape, runs=shape.runs[:1]), steps)))
    assert decided("silu", 0) == cold


def test_a_file_under_anothers_name_is_not_read(folder):
    decided("silu", 0)
    (first,) = files(folder)
    cold = decided("gelu", 0)
    (second,) = (path for path in files(folder) if path != first)
    second.write_bytes(first.read_bytes())
    assert decided("gelu", 0) == cold


def test_a_file_that_would_call_something_else_is_not_read(folder, tmp_path):
    cold = decided("silu", 0)
    (path,) = files(folder)

    class Planted:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "planted"),)

    payload = pickle.dumps(Planted())
    path.write_bytes(sha256(path.name.encode() + payload).digest() + payload)
    assert decided("silu", 0) == cold
    assert not (tmp_path / "planted").exists()


def test_a_result_for_another_expression_is_not_taken(folder):
    decided("gelu", 0)
    (other,) = files(folder)
    cold = decided("silu", 0)
    (path,) = (path for path in files(folder) if path != other)
    disk_cache._write(path, disk_cache._read(other))
    assert decided("silu", 0) == cold


def test_a_folder_that_cannot_be_made(folder, monkeypatch):
    blocked = folder / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert decided("silu", 0) == decided("silu", 0)
    assert files(folder) == [blocked]


@pytest.mark.parametrize("failing", ["write_bytes", "replace", "mkdir"])
def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch, failing):
    def fail(self, *_, **__):
        if failing == "write_bytes":
            self.touch()
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, failing, fail)
        cold = decided("silu", 0)
    assert files(folder) == []
    assert decided("silu", 0) == cold
    assert len(files(folder)) == 1


def test_no_home(folder, monkeypatch):
    def fail(_):
        raise RuntimeError("no home")

    monkeypatch.setenv("XDG_CACHE_HOME", "relative/does/not/count")
    monkeypatch.setattr(Path, "home", classmethod(fail))
    assert decided("relu", 0) == decided("relu", 0)


def test_off_neither_reads_nor_writes(folder, monkeypatch, no_engine):
    decided("silu", 0)
    kept = files(folder)
    monkeypatch.setenv("GRADPROOF_CACHE", "off")
    decided("gelu", 0)
    assert files(folder) == kept
    no_engine()
    with pytest.raises(AssertionError, match="computed, not read"):
        decided("silu", 0)


def test_what_a_condition_cuts_is_not_kept(folder):
    region = step_functions.Line((exact(0),), (False,), (False, True))
    landscape.decided_landscape(activation("silu").expr(), "x", region)
    assert files(folder) == []


def test_undecided_is_not_kept(folder):
    forget()
    with budget(5), pytest.raises(Undecided):
        landscape.decided_landscape(expression("mish", 2), "x")
    assert files(folder) == []


def test_what_a_spent_budget_cut_short_is_not_kept(folder):
    @disk_cache.on_disk
    def cut_short(e, variable):
        try:
            spend(100)
        except Undecided:
            return "less than there is"
        return "all"

    with budget(5):
        assert cut_short(ex.name("x"), "x") == "less than there is"
    assert files(folder) == []
    assert cut_short(ex.name("x"), "x") == "all"
    assert len(files(folder)) == 1
    assert cut_short(ex.name("x"), "x") == "all"


def test_what_is_kept_costs_what_it_took(folder):
    """A budget that does not reach for a result does not reach for it either when another question left it behind."""

    @disk_cache.on_disk
    def costly(e, variable):
        spend(100)
        return "found"

    with budget(150):
        assert costly(ex.name("x"), "x") == "found"
    assert len(files(folder)) == 1
    with budget(150):
        assert costly(ex.name("x"), "x") == "found"
    with budget(50), pytest.raises(Undecided):
        costly(ex.name("x"), "x")
    with budget(150):
        costly(ex.name("x"), "x")
        with pytest.raises(Undecided):
            costly(ex.name("x"), "x")


def test_another_engine_does_not_answer_for_this_one(folder, monkeypatch, no_engine):
    decided("silu", 0)
    monkeypatch.setattr(disk_cache, "_version", lambda: "other")
    no_engine()
    with pytest.raises(AssertionError, match="computed, not read"):
        decided("silu", 0)


def test_few_engines_and_files_are_kept(folder, monkeypatch):
    for n in range(disk_cache.KEPT_VERSIONS + 3):
        monkeypatch.setattr(disk_cache, "_version", lambda n=n: f"version {n}")
        decided("silu", 0)
        assert any(f"version {n}" in path.parts for path in files(folder))
    assert len(list((folder / "gradproof" / "results").iterdir())) == disk_cache.KEPT_VERSIONS
    monkeypatch.setattr(disk_cache, "MAX_FILES", 1)
    decided("gelu", 0)
    assert len(files(folder)) == disk_cache.KEPT_VERSIONS


def test_the_version_is_the_engines_sources(monkeypatch, tmp_path):
    def version(text):
        (tmp_path / "engine.py").write_text(text)
        os.utime(tmp_path / "engine.py", (1, 1))
        monkeypatch.setattr(disk_cache, "__file__", str(tmp_path / "cache.py"))
        return disk_cache._version.__wrapped__()

    assert version("x = 1") == version("x = 1") is not None
    assert version("x = 1") != version("x = 2")
    before = version("x = 2")
    monkeypatch.setattr(flint, "__version__", "0.0.0")
    assert version("x = 2") != before
    os.utime(tmp_path / "engine.py")
    monkeypatch.setattr(disk_cache, "_started", 0.0)
    assert disk_cache._version.__wrapped__() is None, "sources newer than the process are not those it runs"
    (tmp_path / "engine.py").unlink()
    assert disk_cache._version.__wrapped__() is None


def again(x):
    return pickle.loads(pickle.dumps(x))


def test_a_root_refines_after_pickling():
    root = chart(ex.exp(ex.name("x")) * ex.name("x") - 1, "x").zeros[0]
    coarse = again(root)
    fine = root.decimal(300)
    assert coarse.decimal(300) == fine == again(root).decimal(300)
    assert coarse.vanishes is root.vanishes
    assert compare(root, coarse) == 0


def test_a_root_still_finds_its_exact_form_after_pickling():
    x = ex.name("x")
    root = again(chart(x**2 - 3, "x", exact(0)).zeros[0])
    assert root.recognise()
    assert root.exact is ex.sqrt(3)


def test_values_at_a_root_refine_and_compare_after_pickling():
    x = ex.name("x")
    root = chart(ex.exp(x) * x - 1, "x").zeros[0]
    value = image(ex.function("sin", x), "x", root)
    copy = again(value)
    assert copy.decimal(200) == value.decimal(200)
    assert compare(copy, value) == 0
    assert compare(again(extreme(value, exact(2), 1)), exact(2)) == 0
    undecided = Real(refine=lambda bits: value.ball(bits))
    top, bottom = extreme(value, undecided, 1), extreme(value, undecided, -1)
    assert top is not value
    with pytest.raises((AttributeError, pickle.PicklingError)):
        again(top)  # a function without a name cannot be kept, and says so
    both = extreme(image(x + 1, "x", root), image(ex.ONE + x + 0 * x**2, "x", root), 1)
    assert again(both).decimal(100) == both.decimal(100)
    assert bottom.decimal(50) == value.decimal(50)


def test_values_that_nearly_agree_are_not_equal():
    x, tiny = ex.name("x"), ex.rational(1) / ex.rational(10) ** 100
    sine = ex.function("sin", x)
    root = chart(ex.exp(x) * x - 1, "x").zeros[0]
    near = chart(ex.exp(x) * x - 1 - tiny, "x").zeros[0]
    assert compare(image(sine, "x", root), image(sine, "x", near)) == -1
    assert compare(image(sine, "x", root), image(sine + tiny, "x", root)) == -1


def test_an_image_under_the_identity_is_the_number_itself():
    root = chart(ex.exp(ex.name("x")) * ex.name("x") - 1, "x").zeros[0]
    assert image(ex.name("x"), "x", root) is root


def test_infinities_come_back():
    assert again(PLUS_INFINITY).infinite == 1
    assert compare(again(PLUS_INFINITY), PLUS_INFINITY) == 0


NAMES = ["gelu", "gelu_tanh", "elu", "hard_swish", "softsign", "logit"]


@pytest.mark.parametrize("name", few(NAMES, lambda name: name in ("elu", "softsign")))
def test_facts_do_not_depend_on_what_is_kept(folder, name):
    """The first answer, the one out of the folder, and one asked for after, and before, another question."""

    def told(*before):
        forget()
        for order in before:
            landscape.decided_landscape(expression(name, order), "x")
        return facts(name).to_json()

    first = told()
    assert files(folder)
    assert told() == first
    assert told(2, 1) == first
    for path in files(folder):
        path.unlink()
    assert told(0) == first
    assert told(2) == first


@pytest.mark.thorough
def test_explanations_do_not_depend_on_what_is_kept(folder):
    statements = (
        "D(gelu)(x) <= 1.2", "gelu(x) >= -1/10", "argmax(D(mish)) == {1}", "zeros(x**3 - 2*x) == {0}",
        "D(gelu)(x) < 1",
    )  # fmt: skip

    def told():
        forget()
        return [prove(text).to_json() | {"seconds": 0} for text in statements]

    first = told()
    assert files(folder)
    assert told() == first
    forget()
    backwards = [prove(text).to_json() | {"seconds": 0} for text in statements[::-1]]
    assert backwards[::-1] == first
