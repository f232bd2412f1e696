"""Four-part errors, one class a room.

Every refusal says what the rule is, what was found instead, where, and what to do about it.
"""

import difflib
from collections.abc import Iterable
from typing import final


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a remedy: ``; did you mean 'x'?`` with the nearest known name, or a full stop.

    >>> did_you_mean("q01", ["q0", "end"])
    "; did you mean 'q0'?"
    """
    names = {each.lower(): each for each in reversed(list(known))}
    near = difflib.get_close_matches(name, list(names.values()), n=1)
    near = near or [names[each] for each in difflib.get_close_matches(name.lower(), list(names), n=1)]
    return f"; did you mean {near[0]!r}?" if near else "."


class TmformerError(Exception):
    """A refusal in four parts.

    Args:
        rule: what must hold, as one sentence without a full stop.
        found: what was there instead.
        where: the place, such as ``adder.yaml:12:7`` or ``block 3, lookup from_left``.
        remedy: what the user can do.
    """

    def __init__(self, rule: str, *, found: str, where: str, remedy: str) -> None:
        self.rule = rule
        self.found = found
        self.where = where
        self.remedy = remedy
        super().__init__(rule, found, where, remedy)

    def __str__(self) -> str:
        """The four parts, one a line."""
        return f"{self.rule}\n  found:  {self.found}\n  where:  {self.where}\n  remedy: {self.remedy}"


@final
class MachineError(TmformerError):
    """A Turing machine, a machine file or an input that is not well formed."""


@final
class ProgramError(TmformerError):
    """A program that is not well formed, or that leaves its own rules while it runs."""


class ConstructionError(TmformerError):
    """A request that a construction cannot compile exactly."""


@final
class WindowError(ConstructionError):
    """The tape head left the window of cells that the network was compiled for."""


@final
class ContextError(ConstructionError):
    """A run that needs more positions than the network was compiled for."""


@final
class WeightsError(TmformerError):
    """Weights, or a weights file, that break their own declarations."""


@final
class PrecisionError(TmformerError):
    """A number format that is unknown or too small for the network."""


@final
class ModelError(TmformerError):
    """A model that cannot be built, or a sequence that it was not compiled for."""


@final
class DecodeError(TmformerError):
    """A residual stream that encodes nothing."""


@final
class VerifyError(TmformerError):
    """A comparison that cannot be made."""


@final
class ProofError(TmformerError):
    """A weights file that no theorem speaks of, or proofs that cannot be built."""


@final
class ShowError(TmformerError):
    """A picture that could not be read."""


@final
class ExportError(TmformerError):
    """A network that cannot be written for another tool, or a folder that cannot hold it."""


@final
class UsageError(TmformerError):
    """A command line that asks for something that does not exist."""
