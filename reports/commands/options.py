"""Command-line options that several commands share, and how their text becomes values."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..errors import BadInput

_SHORT = {
    "fp64": "float64", "double": "float64", "fp32": "float32", "single": "float32", "float": "float32",
    "fp16": "float16", "half": "float16", "bf16": "bfloat16", "fp8": "float8_e4m3fn", "float8": "float8_e4m3fn",
    "e4m3": "float8_e4m3fn", "e5m2": "float8_e5m2",
}  # fmt: skip
"""Formats under the names that others give them, for the hint alone."""
_WORD = re.compile(r"--[a-z][a-z-]*(=(?!=).*)?", re.ASCII | re.DOTALL)
"""An option's name in full, perhaps with a value; `--x >= 1` and `--x==x` are no such."""


class Command(click.Command):
    """A command whose options are recognised only as they are declared: `-half` is never `-h` with more flags."""

    signed_arguments = False
    """Whether an argument may begin with a minus sign."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params += [_flag(("-q", "--quiet"), "Print nothing but errors: the exit code says the rest."),
                        _flag(("--no-color",), "No colours; NO_COLOR does the same.")]  # fmt: skip

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if ctx.resilient_parsing else self._arguments_last(ctx, args))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; one that is interrupted before it has a document to print prints one that says so."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            if ctx.params.get("as_json"):
                click.echo('{"schema": 1, "interrupted": true}')
            raise

    def _arguments_last(self, ctx: click.Context, args: Sequence[str]) -> list[str]:
        """`args` with the arguments behind a `--`, where Click takes no minus sign for an option's."""
        declared = {
            name: parameter
            for parameter in self.get_params(ctx)
            if isinstance(parameter, click.Option)
            for name in (*parameter.opts, *parameter.secondary_opts)
        }
        chosen: list[str] = []
        arguments: list[str] = []
        rest = list(args)
        while rest:
            if arguments and not ctx.allow_interspersed_args:
                return [*chosen, "--", *arguments, *rest]
            text = rest.pop(0)
            name, equals, _ = text.partition("=")
            if text == "--":
                arguments += rest
                break
            if text in declared:
                option = declared[text]
                values = 0 if option.is_flag or option.count else option.nargs
                if len(rest) < values:
                    raise click.BadOptionUsage(text, f"Option {text!r} requires an argument.", ctx=ctx)
                chosen += [text, *rest[:values]]
                del rest[:values]
            elif (equals and name in declared and name.startswith("--")) or _attached(text, declared):
                chosen.append(text)
            elif len(text) < 2 or not text.startswith("-") or (self.signed_arguments and not _WORD.fullmatch(text)):
                arguments.append(text)
            else:
                unknown = name if _WORD.fullmatch(text) else text
                raise _no_such_option(unknown, declared, ctx)
        places = [parameter.nargs for parameter in self.get_params(ctx) if isinstance(parameter, click.Argument)]
        if "--where" in declared and -1 not in places and len(arguments) > sum(places):
            extra = " ".join(arguments[sum(places) :])
            raise click.UsageError(f"Got unexpected extra argument ({extra}); a condition stands behind --where", ctx)
        return [*chosen, "--", *arguments] if arguments else chosen


_OTHER_NAMES = {
    "--depth": "--layers", "--csv": "-o", "--out": "-o", "--output": "-o", "--json-file": "-o", "--tol": "--max-ulp",
    "--tolerance": "--max-ulp", "--rtol": "--max-rel-error", "--atol": "--max-abs-error", "--type": "--dtype",
    "--precision": "--digits", "--jobs": "--workers", "--threads": "--workers", "--condition": "--where",
    "--from": "--points A:B:N", "--to": "--points A:B:N", "--start": "--points A:B:N", "--stop": "--points A:B:N",
}  # fmt: skip
"""Options under names that other programs give them; behind a blank, how the value is written."""


def _no_such_option(unknown: str, declared: Collection[str], ctx: click.Context) -> click.NoSuchOption:
    """The error of an unknown option, with the one of the command that it most likely stands for."""
    written = _OTHER_NAMES.get(unknown, "")
    if "--param" in declared and _is_parameter(unknown.removeprefix("--")):
        written = f"--param {unknown.removeprefix('--')}=VALUE"
    if written.partition(" ")[0] in declared:
        return click.NoSuchOption(unknown, f"No such option {unknown!r}; it is written {written}.", ctx=ctx)
    close = [each for each in get_close_matches(unknown, declared) if each != "--help" or unknown.startswith("--h")]
    return click.NoSuchOption(unknown, possibilities=close, ctx=ctx)


def _is_parameter(name: str) -> bool:
    from ...proofs.catalogue.entries import catalogue

    return any(name == parameter.name for entry in catalogue() for parameter in entry.parameters)


class Named(click.Choice):
    """A choice whose values have other names too, written in any case and with or without a line between words."""

    def __init__(self, choices: Sequence[str], others: Mapping[str, str], hints: Mapping[str, str]) -> None:
        super().__init__(choices)
        self._names = {_joined(name): choice for name, choice in {**{c: c for c in choices}, **others}.items()}
        self._hints = {_joined(name): hint for name, hint in hints.items()}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        name = _joined(str(value))
        if hint := self._hints.get(name):
            self.fail(f"{value!r}: {hint}", param, ctx)
        return super().convert(self._names.get(name, value), param, ctx)


def _joined(name: str) -> str:
    return re.sub("[-_ ]", "", name.lower())


_INITIALISATIONS = {"xavier": "xavier", "glorot": "xavier", "he": "he", "kaiming": "he", "lecun": "lecun"}
"""Initialisations by a variance, under each of their names."""


def initialisation(*choices: str) -> Named:
    """The initialisations among these, also under the names of torch and Keras for normal weights."""
    uniform = "weights are normal here; expected {}, which has the same variance"
    return Named(
        choices,
        {f"{name}{kind}": choice for name, choice in _INITIALISATIONS.items() for kind in ("", "_normal")},
        {f"{name}_uniform": uniform.format(choice) for name, choice in _INITIALISATIONS.items()},
    )


NORMS = Named(
    ("layer", "rms", "batch"),
    {"layer_norm": "layer", "ln": "layer", "rms_norm": "rms", "batch_norm": "batch", "bn": "batch",
     "layer_normalization": "layer", "batch_normalization": "batch", "rms_normalization": "rms"},
    {},
)  # fmt: skip
"""Normalisations, also under the names of torch and Keras."""


class FormulaCommand(Command):
    """A command that takes a statement or a formula, which may begin with a minus sign: `-h(x) <= 1`."""

    signed_arguments = True


class TargetCommand(Command):
    """A command that takes a target; its help ends with the packs, as they say themselves what they are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from ...crosschecks.packs import summaries

        with formatter.section("Packs"):
            formatter.write_dl(list(summaries().items()))


class Group(Command, click.Group):
    """The command over all commands; what follows a command's name is that command's to read."""

    sections: Mapping[str, Sequence[str]] = {}
    """The commands by what they are about, in the order of the help; the last section has what is in none."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        named = {name for names in self.sections.values() for name in names}
        others = [name for name in self.list_commands(ctx) if name not in named]
        *_, last = self.sections
        for title, names in self.sections.items():
            chosen = [*names, *others] if title == last else names
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(80)) for name in chosen])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            behind = any(error.option_name in p.opts for each in self.commands.values() for p in each.params)
            if behind:
                raise click.UsageError(f"Option {error.option_name!r} stands behind the command's name.", ctx) from None
            raise


def _flag(names: Sequence[str], said: str) -> click.Option:
    """A flag of every command, which the consoles look up."""

    def keep(ctx: click.Context, option: click.Parameter, value: bool) -> None:
        ctx.meta[f"gradproof.{option.name}"] = value or ctx.meta.get(f"gradproof.{option.name}", False)

    return click.Option(names, is_flag=True, help=said, expose_value=False, callback=keep)


def _attached(text: str, declared: Mapping[str, click.Option]) -> bool:
    """Whether it is a short option with its value behind it: `-oFILE`."""
    option = declared.get(text[:2])
    return option is not None and not text.startswith("--") and not (option.is_flag or option.count)


def activations(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of the catalogue that a shell may complete."""
    from ...proofs.catalogue.entries import catalogue
    from ...proofs.catalogue.vector_entries import vector_catalogue

    names = [entry.name for entries in (catalogue(), vector_catalogue()) for entry in entries]
    return [name for name in names if name.startswith(incomplete)]


def packs(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The packs that a shell may complete, and files."""
    from ...crosschecks.packs import summaries

    said = [CompletionItem(name, help=text) for name, text in summaries().items() if name.startswith(incomplete)]
    return said or [CompletionItem(incomplete, type="file")]


def format_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The formats that a shell may complete."""
    from ...proofs.enclosures.formats import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


as_json: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)
workers: Callable[..., Any] = click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="How many processes work; else one for each core."
)
certificates: Callable[..., Any] = click.option(
    "--certificates",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a certificate of every proof into DIR, for `gradproof recheck`.",
)
param: Callable[..., Any] = click.option(
    "--param",
    "parameters",
    metavar="K=V",
    multiple=True,
    help="A parameter of the activation, exact as written; may be repeated.",
)


def target(command: Callable[..., Any]) -> Callable[..., Any]:
    """The target of a check or a sweep, and how it is to be called: the command gets `target` as one text."""

    @wraps(command)
    def of_target(target: str | None, library: str | None, program: str | None, **others: Any) -> Any:
        return command(target=_target(target, library, program), **others)

    order, libraries = click.IntRange(0, 2), click.Choice(["numpy", "torch", "jax", "scalar"])
    named = "The function it computes; else found from the callable's name."
    decorated: Callable[..., Any] = of_target
    for decorator in (
        click.option("--array", type=libraries, help="The arrays it takes (scalar: one number); else found out."),
        click.option("--derivative", metavar="TARGET", help="A second callable, which computes the first derivative."),
        click.option("--implements", type=order, default=0, metavar="N", help="It computes this derivative."),
        param,
        click.option("--as", "as_", metavar="NAME|FORMULA", help=named, shell_complete=activations),
        click.option("--signature", metavar="C", help="Of the symbol, such as 'float(float)'; else found out."),
        click.option("--command", "program", metavar="'PROG ARGS'",
                     help="Instead of TARGET, a program: raw little-endian floats from stdin to stdout."),
        click.option("--library", metavar="PATH:SYMBOL", help="Instead of TARGET, a symbol of a C library or .c file."),
        click.argument("target", required=False, shell_complete=packs),
    ):  # fmt: skip
        decorated = decorator(decorated)
    return decorated


def _target(target: str | None, library: str | None, program: str | None) -> str:
    """The one of them that is there, as one text. Raises BadInput."""
    ways = {"TARGET": target, "--library": library, "--command": program}
    chosen = [way for way, text in ways.items() if text is not None]
    if len(chosen) != 1:
        got = " and ".join(chosen) if chosen else "none"
        raise BadInput(f"expected one of TARGET, --library PATH:SYMBOL and --command 'PROG ARGS', got {got}")
    if library is not None:
        if not re.fullmatch(r".+:\w+", library):
            raise BadInput(f"--library {library!r}: expected PATH:SYMBOL, for example libm.so.6:tanhf")
        return f"library:{library}"
    return f"command:{program}" if target is None else _module(target)


def _module(target: str) -> str:
    """A target in which `file.py:f` is `file:f`. Raises BadInput for a dot where a colon belongs."""
    if match := re.fullmatch(r"(.+\.py)(:.*)?", target):
        target = _in_file(match[1], match[2] or "", target)
    if re.search(r"\.(c|cc|cpp|so|dylib|dll)(\.\d+)*$", target):
        raise BadInput(f"TARGET {target!r}: a C file or library is given as --library {target}:SYMBOL")
    if re.fullmatch(r"\w+(\.\w+)+", target) and not target.endswith(".onnx"):
        module, _, name = target.rpartition(".")
        raise BadInput(f"TARGET {target!r}: expected module:callable; did you mean {module}:{name}?")
    return target


def _in_file(file: str, callable_: str, target: str) -> str:
    """`module:callable` for a callable of a file. Raises BadInput where there is no such file, and for none."""
    path, here = Path(file).resolve(), Path.cwd()
    if not path.is_file():
        raise BadInput(f"TARGET {target!r}: there is no file {file}")
    if not path.is_relative_to(here):
        raise BadInput(f"TARGET {target!r}: expected a file in {here} or a folder of it")
    module = ".".join(path.relative_to(here).with_suffix("").parts)
    if not callable_:
        functions = _functions_in(path)
        offered = f"; its functions are {', '.join(functions)}" if functions else ""
        raise BadInput(f"TARGET {target!r}: name the callable in it too, {module}:CALLABLE{offered}")
    return module + callable_


def _functions_in(path: Path) -> list[str]:
    """The public functions that stand in a file, which is not run."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def promises(command: Callable[..., Any]) -> Callable[..., Any]:
    """The errors that the author of an implementation promised."""
    size = click.FloatRange(min=0)
    for decorator in (
        click.option("--max-rel-error", type=size, metavar="R", help="The largest relative error promised."),
        click.option("--max-abs-error", type=size, metavar="E", help="The largest absolute error promised."),
        click.option("--max-conditioned-ulp", type=size, metavar="N",
                     help="The largest ULP / (1 + condition number). Where nothing is promised: 4; 1 in 16 bits."),
        click.option("--max-ulp", type=size, metavar="N", help="The largest error promised, in ULP."),
    ):  # fmt: skip
        command = decorator(command)
    return command


def baselines(command: Callable[..., Any]) -> Callable[..., Any]:
    """The files of baselines, to compare with and to write."""
    file = click.Path(path_type=Path)
    for decorator in (
        click.option("--save-baseline", type=file, metavar="FILE", help="Keep what was found, for --baseline."),
        click.option("--baseline", type=file, metavar="FILE",
                     help="Fail on what is worse than in FILE, and on nothing else."),
    ):  # fmt: skip
        command = decorator(command)
    return command


def show(document: Any, tables: Callable[[Any], Iterable[Any]], *, as_json: bool) -> None:
    """Prints a document as strict JSON, or the tables made of it."""
    if as_json:
        from ..strict_json import text

        click.echo(text(document), nl=False)
    else:
        from ..writing import console

        console.show(*tables(document))


def orders(text: str | None) -> tuple[int, ...] | None:
    """`"0,1"` as numbers. Raises BadInput for anything but orders 0, 1 and 2."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part in {"0", "1", "2"} for part in parts):
        raise BadInput(f"--order {text!r}: expected orders among 0, 1, 2, separated by commas")
    return tuple(dict.fromkeys(int(part) for part in parts))


def inputs(texts: Sequence[str]) -> tuple[str, ...]:
    """`("5.1", "0x1.8p+0")`, `("0x1p+0,0x1p+1",)` for two inputs, `("0x1p+0,0x0p+0*7;0x1p+0",)` for a row and its
    cotangent.

    Raises BadInput for what is no number.
    """
    from ...crosschecks.inputs.points import check_written

    for text in texts:
        for coordinate in text.replace(";", ",").split(","):
            number, _, count = coordinate.partition("*")
            try:
                check_written(number)
                int(count or 1)
            except (ValueError, OverflowError):
                raise BadInput(f"--at {text!r}: expected numbers, for example 5.1 or 0x1.8p+0") from None
    return tuple(texts)


def span(text: str | None, formats: Sequence[str]) -> str | None:
    """The range of inputs. Raises BadInput where one of the formats has no float in it, or float64 for none."""
    from ...crosschecks.inputs.bit_patterns import PatternsError, span_of
    from ...proofs.enclosures.formats import format_named

    try:
        for name in formats or ("float64",):
            if text is not None:
                span_of(text, format_named(name))
    except PatternsError as error:
        raise BadInput(f"--range {error.words!r}: {error.reason}") from None
    return text


def formats(texts: Sequence[str]) -> tuple[str, ...] | None:
    """`("float32,float16",)` as names of formats, None for none. Raises BadInput for an unknown one."""
    from ...proofs.enclosures.formats import FORMATS

    names = [name.strip() for text in texts for name in text.split(",")]
    for name in names:
        if name not in FORMATS:
            near = _SHORT.get(name.lower()) or next(iter(get_close_matches(name, FORMATS, 1)), None)
            hint = f"; did you mean {near}?" if near else ""
            raise BadInput(f"--dtype {name!r}: expected one of {', '.join(FORMATS)}{hint}")
    return tuple(dict.fromkeys(names)) or None
