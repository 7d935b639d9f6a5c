"""The `gradproof` command: finds the subcommand, runs it, and turns what goes wrong into a line and an exit code.

Only Click is imported here and at the top of the command modules, so that `gradproof --help` is quick;
every engine is imported by the command that needs it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click
from click.shell_completion import get_completion_class

from .commands.check import check
from .commands.check_table import check_table
from .commands.depth import depth, gains, meanfield, train
from .commands.describe import atlas, describe
from .commands.list import list_
from .commands.options import Command, Group
from .commands.prove import prove
from .commands.recheck import recheck
from .commands.report import report
from .commands.sweep import sweep
from .commands.table import table
from .commands.verify import verify
from .errors import BAD_INPUT, CLOSED_PIPE, INTERRUPTED, describe_os_error, one_line


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(
    None, "-V", "--version", package_name="gradproof", prog_name="gradproof", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Decide statements about activation functions, follow their gradients, measure their implementations.

    \b
    gradproof prove "D(gelu)(x) <= 1.13"
    gradproof describe "x*tanh(exp(x))"
    gradproof check my_kernels:silu

    Exit codes: 0 all well; 1 a verdict differs from what was expected, or something failed its check;
    2 bad usage or bad input; 3 prove left it undecided; 130 interrupted.
    """


@click.command(cls=Command, short_help="A script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script with which a shell completes commands, options, activations, formats and packs.

    \b
    eval "$(gradproof completion bash)"                                    in ~/.bashrc
    eval "$(gradproof completion zsh)"                                     in ~/.zshrc
    gradproof completion fish > ~/.config/fish/completions/gradproof.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind.source_template % kind(cli, {}, "gradproof", "_GRADPROOF_COMPLETE").source_vars())


cli.sections = {
    "Statements": ("prove", "verify", "recheck"),
    "Functions": ("describe", "list", "table"),
    "Implementations": ("check", "sweep", "check-table"),
    "Depth": ("depth", "gains", "meanfield", "train"),
    "All of it": ("report", "completion"),
}

for command in (
    report, verify, prove, recheck, describe, atlas, table, check, check_table, sweep, depth, gains, meanfield, train,
    list_, completion,
):  # fmt: skip
    cli.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; never raises for a user's mistake."""
    try:
        code = cli.main(arguments, prog_name="gradproof", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return BAD_INPUT
    except click.UsageError as error:
        hint = f" (see '{error.ctx.command_path} --help')" if error.ctx else ""
        return _complain(error.format_message() + hint)
    except click.ClickException as error:
        return _complain(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        click.echo("gradproof: interrupted; nothing was finished that could be kept", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _discard_stdout()
        return CLOSED_PIPE
    except OSError as error:
        _discard_stdout()
        return _complain(describe_os_error(error))


def main() -> None:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Hypothesis would otherwise leave a folder of its own wherever the command is run.
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(cache, "gradproof", "hypothesis"))
    sys.exit(run())


def _complain(message: str) -> int:
    click.echo(f"gradproof: {one_line(message)}", err=True)
    return BAD_INPUT


def _discard_stdout() -> None:
    """Points stdout at nothing, so that the interpreter's last flush cannot fail a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
