"""The entry: from the words of a command line to an exit status, whatever happens outside."""

import io
import os
import sys
from collections.abc import Sequence

from tmformer.cli.application import COMMANDS, application
from tmformer.cli.arguments import HELP, options_of, ordered
from tmformer.cli.interrupting import is_busy
from tmformer.cli.printing import show_error, stdout_console
from tmformer.cli.starting import INTERRUPTED
from tmformer.errors import TmformerError, UsageError, did_you_mean

REFUSED = 2
"""The exit status of an error."""
_PIPE_CLOSED = 141  # as shells report a process that wrote to a closed pipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `tmformer`; those of the process if not given.

    Returns:
        The exit status: 0, 1 for a disagreement, 2 for an error, 130 after Ctrl-C, 141 for a closed pipe.
    """
    _prepare_streams()
    try:
        status = _status(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _mute()
        status = _PIPE_CLOSED
    except OSError as error:
        _mute()
        show_error(_unusable(error))
        status = REFUSED
    if is_busy():
        sys.stderr.flush()
        os._exit(status)
    return status


def dispatch(argv: Sequence[str]) -> int:
    """Run the subcommand that these words ask for.

    Args:
        argv: the words after `tmformer`.

    Returns:
        The exit status.

    Raises:
        UsageError: if they ask for something that does not exist.
        TmformerError: as the subcommand does.
    """
    from cyclopts import CycloptsError

    app = application()
    command = argv[0] if argv else "--help"
    if command in COMMANDS:
        words = [command, *ordered(command, argv[1:], options_of(app[command]))]
    elif command in (*HELP, "--version"):
        words = [command]
    else:
        raise _unknown(command)
    try:
        return app(words, console=stdout_console()) or 0
    except CycloptsError as error:
        raise _refusal(error, command) from error


def _status(argv: Sequence[str]) -> int:
    try:
        return dispatch(argv)
    except TmformerError as error:
        show_error(error)
        return REFUSED
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except (MemoryError, RuntimeError) as error:
        refused = _outside(error)
        if refused is None:
            raise
        show_error(refused)
        return REFUSED


def _unknown(command: str) -> UsageError:
    return UsageError(
        "A subcommand is one that tmformer has",
        found=repr(command),
        where="tmformer",
        remedy=f"Use {', '.join(COMMANDS)}; `tmformer run MACHINE` runs a machine{did_you_mean(command, COMMANDS)}",
    )


def _refusal(error: Exception, command: str) -> UsageError:
    """What the parser of the options has against these words, in four parts."""
    from cyclopts import MissingArgumentError, RepeatArgumentError, UnusedCliTokensError

    where, help_ = f"tmformer {command}", f"see `tmformer {command} --help`."
    name = getattr(getattr(error, "argument", None), "name", "an argument")
    if isinstance(error, MissingArgumentError):
        return UsageError(f"{name} is given", found="nothing", where=where, remedy=f"Add {name}; {help_}")
    if isinstance(error, RepeatArgumentError):
        name = getattr(error.token, "keyword", None) or name
        return UsageError(f"{name} is given once", found="a second one", where=where, remedy=f"Keep one; {help_}")
    if isinstance(error, UnusedCliTokensError):
        return UsageError(
            "A command is given no more than it takes",
            found=", ".join(map(repr, error.unused_tokens or ["too much"])),
            where=where,
            remedy=f"Put an INPUT with blanks in quotes; {help_}",
        )
    return UsageError("A command line can be read", found=str(error), where=where, remedy=f"Please {help_}")


def _outside(error: Exception) -> UsageError | None:
    """The four parts of a run that is too large for the world outside; None for a fault of ours, which is not hidden."""
    if isinstance(error, RecursionError):
        rule, remedy = "A file nests only as deep as a machine needs", "Check that this is the file you mean."
    elif isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        rule, remedy = "A run fits into memory", "Compile for fewer cells, or leave --cells out."
    else:
        return None
    return UsageError(rule, found=str(error) or type(error).__name__, where="tmformer", remedy=remedy)


def _unusable(error: OSError) -> UsageError:
    return UsageError(
        "What is read can be read, and what is written can be written",
        found=error.strerror or str(error) or type(error).__name__,
        where=str(error.filename or "standard output"),
        remedy="Write somewhere else, or make room.",
    )


def _prepare_streams() -> None:
    """Standard output and error exist, and no symbol of a machine stops them."""
    if sys.stdout is None:  # closed by the shell, as by >&-
        sys.stdout = io.StringIO()
    if sys.stderr is None:
        sys.stderr = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _mute() -> None:
    """Lead standard output nowhere, so that Python does not complain again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except io.UnsupportedOperation:  # no file, so nothing is left to be written when Python ends
        sys.stdout = io.StringIO()
    os.close(nowhere)
