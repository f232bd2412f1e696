"""What loading a model asks for: a certificate that floats decode exactly, or an explicit statement that there is none."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

import msgspec

from tmformer.errors import PrecisionError
from tmformer.program import Invariant
from tmformer.weights import write_whole

Number = int | str | None
"""A whole number, a rational such as "1/4", or nothing."""


@final
@dataclass(frozen=True)
class Uncertified:
    """An explicit statement that a network is run in floats without a certificate, and why.

    Args:
        reason: the reason, in words; it is kept with the model, as `Transformer.certificate`.
        even_if_inexact: load also what the formats do not hold exactly, weights rounded, in order to see how a run fails.

    Raises:
        PrecisionError: if the reason is blank.
    """

    reason: str
    even_if_inexact: bool = False

    def __post_init__(self) -> None:
        """Refuse a reason that is none."""
        if not self.reason.strip():
            raise PrecisionError(
                "A network that is run without a certificate is run for a reason",
                found=repr(self.reason),
                where="Uncertified",
                remedy="Say why, in words.",
            )

    def __str__(self) -> str:
        """One line."""
        return f"not certified: {self.reason}"


@final
class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For every admissible prompt, these weights in these formats compute exactly what they compute in rationals.

    After each block each register holds the number that it holds in exact arithmetic with hard attention, bit for bit; in
    the graded regime all registers but scratch.

    Args:
        certificate: the version of this layout.
        file: the SHA-256 hash of the weights file.
        regime: "saturated" or "graded".
        weights: the format of weights and activations.
        accumulation: the format of sums.
        scores: the format of attention scores, of logits, and of what exp makes of them.
        positions: rows of a sequence, at most.
        sharpness: c in the graded regime.
        beta: the inverse temperature in the saturated regime, in nats.
        facts: what exp and the arithmetic of the device are relied upon for; `tmformer selftest` tries them.
        invariants: those of the weights that are made use of.
        lookups: for each lookup its margin, and in the graded regime its bounds.
        gates: in the graded regime, for each block what may reach a gate, of which it bears 1/4.
    """

    certificate: int
    file: str
    regime: Literal["saturated", "graded"]
    weights: str
    accumulation: str
    scores: str
    positions: int
    sharpness: int | None
    beta: int | None
    facts: tuple[str, ...]
    invariants: tuple[Invariant, ...]
    lookups: dict[str, dict[str, Number]]
    gates: dict[str, Number]

    def to_bytes(self) -> bytes:
        """The certificate as JSON; equal certificates give equal bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, whole or not at all.

        Raises:
            PrecisionError: if the place cannot be written.
        """
        try:
            write_whole(path, self.to_bytes() + b"\n")
        except (OSError, ValueError) as error:
            raise PrecisionError(
                "A certificate is written to a file in a folder that exists and may be written",
                found=str(error),
                where=str(path),
                remedy="Choose another place.",
            ) from error

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Certificate":
        """Read a file that `save` wrote; whoever makes use of it asks the judge first.

        Raises:
            PrecisionError: if the file is not there, or holds no certificate.
        """
        try:
            return msgspec.json.decode(Path(path).read_bytes(), type=Certificate)
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
            raise PrecisionError(
                "A certificate is a file that `tmformer certify` wrote",
                found=str(error),
                where=str(path),
                remedy="Certify the weights again.",
            ) from error

    def __str__(self) -> str:
        """One line."""
        formats = self.weights if self.scores == self.weights else f"{self.weights}, scores in {self.scores}"
        sums = "" if self.accumulation == self.weights else f", sums in {self.accumulation}"
        return f"certified: {formats}{sums}, {self.regime}, up to {self.positions:,} positions"
