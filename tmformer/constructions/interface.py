"""What every construction offers: its claims, how it compiles, and its simulation relation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias, final

from tmformer.constructions.claims import Claims
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.machine import Configuration, Machine
from tmformer.program import Labels, Program, Stream

Options: TypeAlias = Mapping[str, str | int]
"""What a construction may be asked for besides its sizes, by name, such as {"radix": 8}."""

NO_OPTIONS: Options = MappingProxyType({})
"""What it is asked for if nothing is said."""


class Compile(Protocol):
    """Compiles a machine; see the construction's own `compile_machine`."""

    def __call__(
        self,
        machine: Machine,
        *,
        steps: int,
        cells: int | None = None,
        head: int = 0,
        input_length: int = 0,
        origin: int | None = None,
        options: Options = NO_OPTIONS,
    ) -> Program:
        """The program for this machine and these sizes."""
        ...


class Grow(Protocol):
    """Compiles a machine for going on where another network has come to its end."""

    def __call__(
        self, machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0
    ) -> Program:
        """A program that goes on from `now`, larger than the previous one, if there was one, with `room` positions or more."""
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


class CompiledSteps(Protocol):
    """Reads off the labels how many machine steps they are for."""

    def __call__(self, labels: Labels) -> int:
        """Machine steps."""
        ...


class Outgrown(Protocol):
    """Says why a network cannot go on."""

    def __call__(self, labels: Labels, now: Configuration, steps: int) -> ConstructionError:
        """The refusal of a run that got to `now` after `steps` machine steps and would go on."""
        ...


@final
@dataclass(frozen=True)
class Access:
    """What one decoding step does on one tape, in words.

    Args:
        symbol: the symbol that the tape head read; None for the row that the prompt ends with.
        written: the symbol that it wrote.
        move: R, L or S.
        cell: the cell that the tape head is at after it.
        next_symbol: the symbol found there.
        found: what wrote it: ("step", t) for the record of machine step t of this sequence, ("cell", i) for cell i of its
            prompt; None where nothing did.
        digits: the digits of the time by which the search found it, the first one decided first; times count the records
            of the prompt first. Empty where the search found nothing, or an encoder was read.
    """

    symbol: str | None
    written: str | None
    move: str | None
    cell: int
    next_symbol: str
    found: tuple[Literal["step", "cell"], int] | None
    digits: str


@final
@dataclass(frozen=True)
class Token:
    """One decoding step in words.

    Args:
        state: the state that the machine was in; None for the row that the prompt ends with.
        next_state: the state after it.
        tapes: what it did on each tape.
    """

    state: str | None
    next_state: str
    tapes: tuple[Access, ...]


class Tell(Protocol):
    """Tells which machine the prompt brings, where the weights know none."""

    def __call__(self, labels: Labels, machine: Machine, *, origin: int, head: int) -> Labels:
        """Labels with which this machine's configurations are encoded and decoded, from cell `origin` on."""
        ...


class Choose(Protocol):
    """Chooses one of the machines that the weights know."""

    def __call__(self, labels: Labels, choice: str) -> Labels:
        """Labels with which this machine's configurations are encoded and decoded."""
        ...


class ReadTokens(Protocol):
    """Reads what a decoder emits."""

    def __call__(self, labels: Labels, stream: Stream) -> Iterator[Token]:
        """The tokens of a sequence after all blocks, that of the prompt's last row first."""
        ...


@final
@dataclass(frozen=True)
class Construction:
    """A construction by its names, and what reading labels needs besides.

    All but `compile` and `grow` work from the labels that the weights carry, without the machine. `check_labels` refuses
    labels of a damaged file before the others trust them; `variables` reads the letters of the formulas off them.

    Args:
        claims: one for each form, the form that is compiled unless another is asked for first.
        compile: machine -> program.
        grow: likewise, for going on from a configuration.
        holds: which cells the prompt has to hold: those of the start, or all that a run visits.
        encode_configuration: configuration -> prompt.
        decode_configuration: residual stream -> configuration.
        check_labels: refuses labels that it did not write.
        variables: the letters of the claims.
        compiled_steps: the machine steps that labels are for.
        outgrown: the refusal of a run that needs more than it was compiled for.
        read_tokens: what a decoder emits, in words; None where nothing is emitted.
        tell: makes labels that know the machine, where the weights do not; None where they do.
        choose: makes labels that choose one of several machines, where the weights know several; None elsewhere.
        decode_latest: residual stream -> configuration, where only the latest record of each cell and the newest row are
            there; None where such a stream does not say it.
    """

    claims: Mapping[str, Claims]
    compile: Compile
    grow: Grow
    holds: Literal["start", "visited"]
    encode_configuration: Encode
    decode_configuration: Decode
    check_labels: CheckLabels
    variables: Variables
    compiled_steps: CompiledSteps
    outgrown: Outgrown
    read_tokens: ReadTokens | None = None
    tell: Tell | None = None
    choose: Choose | None = None
    decode_latest: Decode | None = None

    def claims_of(self, labels: Labels) -> Claims:
        """The claims for a network with these labels."""
        return self.claims[str(labels.parameters.get("form", ""))]


_WHO_HAS = (
    "cellular has macro, wei_ma has form and radix, universal radix, states and symbols, switchable other and radix"
)


def check_options(construction: str, options: Options, known: tuple[str, ...]) -> None:
    """Refuse an option that a construction does not have.

    Raises:
        ConstructionError: naming the first.
    """
    for name in options:
        if name not in known:
            raise ConstructionError(
                f"{construction} has {' and '.join(known) if known else 'no options'}",
                found=f"{name} = {repr(options[name])[:60]}",
                where=construction,
                remedy=f"Leave it out, or use another construction: {_WHO_HAS}{did_you_mean(name, known)}",
            )


def radix_of(construction: str, options: Options) -> int:
    """B, the base to which a search finds a time: 2 if not said.

    Raises:
        ConstructionError: if it is none.
    """
    radix = options.get("radix", 2)
    if not isinstance(radix, int) or not 2 <= radix <= 256:
        raise ConstructionError(
            "The radix of the search is a whole number from 2 to 256",
            found=repr(radix),
            where=f"{construction}, radix",
            remedy="Use radix 2; 3 to 16 search in fewer layers, with larger scores.",
        )
    return radix


def check_one_tape(construction: str, machine: Machine, *, one_way: bool) -> None:
    """Refuse a machine with more tapes, or with other ones, than a construction has.

    Args:
        construction: its name.
        machine: the machine.
        one_way: whether it has one-way tapes.

    Raises:
        ConstructionError: saying which construction has them.
    """
    if machine.tapes == 1 and (one_way or not machine.one_way):
        return
    several = machine.tapes > 1
    raise ConstructionError(
        f"{construction} has one {'' if one_way else 'two-way '}tape",
        found=f"{machine.tapes} tapes" if several else "a one-way tape",
        where=machine.name,
        remedy=f"Use wei_ma{'' if several else ' or cellular'} (--construction), which has them.",
    )


def not_ours(labels: Labels, found: str, where: str) -> ConstructionError:
    """The refusal of labels that their construction did not write.

    Args:
        labels: the labels, which name the construction.
        found: what is wrong in them.
        where: at which part of them.
    """
    return ConstructionError(
        f"Labels are those that the {labels.construction} construction writes",
        found=found,
        where=where,
        remedy="Compile the machine again; the file is damaged, or another program wrote it.",
    )
