"""What a run shows while it goes on: the tape, how fast it is, and hashes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

from tmformer.cli.view import View
from tmformer.machine import Configuration


@final
@dataclass
class Seen:
    """The last configuration that a run has shown, and the hashes at the multiples of `every`.

    Args:
        steps: machine steps.
        now: the configuration after them.
        every: machine steps, None where no hash is wanted.
        is_silent: whether the hashes are only collected, instead of written to standard error.
        hashes: machine steps, and `Configuration.hash` after them.
    """

    steps: int
    now: Configuration
    every: int | None = None
    is_silent: bool = False
    hashes: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def look(self, steps: int, now: Configuration, view: View, check: Callable[[], None]) -> None:
        """See a configuration.

        Args:
            steps: machine steps.
            now: the configuration after them.
            view: where it is shown.
            check: ends the run after Ctrl-C.
        """
        check()
        self.steps, self.now = steps, now
        if self.every is not None and steps % self.every == 0:
            self.hashes.append((steps, now.hash))
            if not self.is_silent:
                sys.stderr.write(f"{steps:>14,}  {now.hash}\n")
        view.show(steps, now)

    def to_json(self) -> dict[str, object]:
        """The hashes as plain data, if there were to be any."""
        plain = [{"steps": steps, "hash": digest} for steps, digest in self.hashes]
        return {} if self.every is None else {"hashes": plain}
