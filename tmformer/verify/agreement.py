"""Agreements and differences."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Difference:
    """The first place where two rungs differ.

    Args:
        rung: the rung that differs from the reference.
        input: the input of the run, one string a symbol.
        step: machine steps done.
        where: what differs: the configuration, the outcome, or a register at a row.
        expected: what the reference says.
        found: what the rung says.
    """

    rung: str
    input: tuple[str, ...]
    step: int
    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.rung}, input {''.join(self.input)!r}, after machine step {self.step}, {self.where}: "
            f"expected {self.expected}, found {self.found}"
        )


@final
@dataclass(frozen=True)
class Agreement:
    """What comparing the rungs has shown.

    Args:
        machine: the machine's name.
        rungs: the rungs compared with the reference.
        runs: inputs compared.
        steps_compared: machine steps compared, on every rung, summed over inputs.
        skipped: rungs left out, each with its reason.
        first_difference: the first difference, or None.
    """

    machine: str
    rungs: tuple[str, ...]
    runs: int
    steps_compared: int
    skipped: tuple[str, ...]
    first_difference: Difference | None

    @property
    def agreement(self) -> bool:
        """Whether no difference was found."""
        return self.first_difference is None

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        difference = self.first_difference
        return {
            "machine": self.machine,
            "agreement": self.agreement,
            "runs": self.runs,
            "steps_compared": self.steps_compared,
            "rungs": list(self.rungs),
            "skipped": list(self.skipped),
            "first_difference": None
            if difference is None
            else {
                "rung": difference.rung,
                "input": list(difference.input),
                "step": difference.step,
                "where": difference.where,
                "expected": difference.expected,
                "found": difference.found,
            },
        }
