"""What every construction offers: four names and the letters of its formulas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, final

from tmformer.constructions.claims import Claims
from tmformer.machine import Configuration, Machine
from tmformer.program import Labels, Program, Stream


class Compile(Protocol):
    """Compiles a machine; see the construction's own `compile_machine`."""

    def __call__(
        self, machine: Machine, *, steps: int, cells: int | None, head: int, input_length: int, origin: int | None
    ) -> Program:
        """The program for this machine and these sizes."""
        ...


class Encode(Protocol):
    """Encodes a configuration; half of the simulation relation."""

    def __call__(self, labels: Labels, now: Configuration) -> Stream:
        """The embedded sequence that represents `now`."""
        ...


class Decode(Protocol):
    """Decodes a residual stream; the other half."""

    def __call__(self, labels: Labels, stream: Stream) -> Configuration:
        """The configuration that `stream` represents."""
        ...


class CheckLabels(Protocol):
    """Checks labels that may come from a file."""

    def __call__(self, labels: Labels) -> None:
        """Refuse labels that this construction did not write, by ConstructionError."""
        ...


class Variables(Protocol):
    """Reads the letters of the formulas off the labels."""

    def __call__(self, labels: Labels) -> Mapping[str, int]:
        """The value of each letter."""
        ...


@final
@dataclass(frozen=True)
class Construction:
    """A construction by its four names, and what reading labels needs besides.

    All but `compile` work from the labels that the weights carry, without the machine. `check_labels` refuses labels of a
    damaged file before the others trust them; `variables` reads the letters of the formulas off them.
    """

    claims: Claims
    compile: Compile
    encode_configuration: Encode
    decode_configuration: Decode
    check_labels: CheckLabels
    variables: Variables
