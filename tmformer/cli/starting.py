"""The first moments: light enough that Ctrl-C ends them quietly, while everything else is still imported."""

import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `tmformer`; those of the process if not given.

    Returns:
        The exit status: 0, 1 for a disagreement, 2 for an error, 130 after Ctrl-C, 141 for a closed pipe.
    """
    try:
        from tmformer.cli import entry

        return entry.main(argv)
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("interrupted\n")
        return INTERRUPTED


def dispatch(argv: Sequence[str]) -> int:
    """Run the subcommand that these words ask for; errors are raised.

    Args:
        argv: the words after `tmformer`.

    Returns:
        The exit status.
    """
    from tmformer.cli import entry

    return entry.dispatch(argv)
