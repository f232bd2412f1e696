"""The intermediate representation on one page: registers, lookups, tables, and the labels that weights carry on.

A *row* is one position of the sequence; its residual stream is split into registers. A block first performs
all its lookups, each of which becomes one attention head, then its table, which becomes the MLP. Rows that are not data
(BOS, padding) are told apart by flags: every lookup says which rows ask and which row answers when no key matches.

The types are msgspec Structs because their JSON form is also the header of a weights file.
"""

from typing import Literal as OneOf
from typing import final

import msgspec

RUNNING = "running"
"""The stop table says nothing: the network goes on."""
OUTSIDE = "outside"
"""The signal speaks of a row that is no data row."""
FULL = "full"
"""The sequence has as many rows as it may have, and would go on."""
COARSE = "coarse"
"""The next application would count more steps than were asked for: the network goes on, but not here."""
BROKEN = "broken"
"""Not exactly one signal: the residual stream encodes nothing."""


@final
class OneHot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="one-hot"):
    """One of finitely many symbols, or empty: one coordinate each, grid {0, 1}."""

    values: tuple[str, ...]


@final
class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="flag"):
    """A bit: one coordinate, grid {0, 1}."""


@final
class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="code"):
    """An index below 2**digits, each binary digit written -1 or +1, or unset: grid {-1, 0, 1}."""

    digits: int


@final
class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named part of the residual stream. A *scratch* register lies on no grid inside a block and is 0 at its end."""

    name: str
    type: OneHot | Flag | Code
    scratch: bool = False


@final
class Generator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A position code, never a table: on rows flagged `where`, `register` holds (position + offset) // divisor mod modulus.

    Several may fill one register, on different rows. A divisor of B**j and a modulus of B give digit j to the base B.
    """

    register: str
    offset: int
    where: str
    divisor: int
    modulus: int


@final
class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition of a lookup: the asking row's code `query` equals the answering row's code `key`."""

    query: str
    key: str


@final
class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attention head: every row flagged `where` finds the row all of whose codes match, and adds its `value` to `into`.

    Where several match, those with the largest code `prefer` answer, if it is given. Where none does, the row flagged
    `null` answers, with `default` if that is given; it also answers rows flagged by one of `idle`, which do not ask.
    `ties`: "unique" promises at most one answer, "constant" that all who answer hold the same value. `mask`: "causal" lets
    a row see itself and earlier rows of its own side only, "across" the rows of the encoder only.
    """

    name: str
    matches: tuple[Match, ...]
    value: str
    into: str
    where: str
    null: str
    idle: tuple[str, ...]
    prefer: str | None = None
    default: str | None = None
    ties: OneOf["unique", "constant"] = "unique"
    mask: OneOf["none", "causal", "across"] = "none"


@final
class Literal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The register `register` holds `value`: a symbol, "0" or "1" for a flag, an index for a code; None: it is empty."""

    register: str
    value: str | None


@final
class Write(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The register `register` receives `value`, in the place of what it held."""

    register: str
    value: str


@final
class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where all literals hold, all writes happen."""

    when: tuple[Literal, ...]
    then: tuple[Write, ...]


@final
class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One MLP: first the registers in `clears` become empty, then the rules that hold write.

    Registers in `fills` are empty already wherever a rule writes them.
    """

    clears: tuple[str, ...]
    rules: tuple[Rule, ...]
    fills: tuple[str, ...] = ()


@final
class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One transformer block: attention, then MLP, both with residual."""

    lookups: tuple[Lookup, ...]
    table: Table


@final
class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of `register` at a row speaks of the row `offset` rows further on."""

    register: str
    offset: int


@final
class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The stop table, plain data: the one signal of the sequence and what the registers `reads` hold at its target decide.

    Where the sequence grows, its newest row speaks, of itself.

    `where` flags the rows that may be a target; `outcomes` lists (signal, value of each of `reads`, outcome).
    """

    signals: tuple[Signal, ...]
    reads: tuple[str, ...]
    where: str
    outcomes: tuple[tuple[str, ...], ...]


@final
class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An application of the blocks counts as `steps` steps where the signal and what is read at its target are `when`.

    Args:
        when: (signal, value of each of the stop table's `reads`), as in its outcomes.
        steps: how many steps, from 1 to MOST_COUNTED.
    """

    when: tuple[str, ...]
    steps: int


MOST_COUNTED = 2**30
"""The most steps that one application may count, so that an int32 holds it."""


@final
class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of an admissible prompt that are alike, one after another.

    Args:
        name: what they are, in a word.
        rows: how many.
        fixed: what registers hold on each of them.
        any: the registers that hold a value on each of them, whichever.
        free: the registers that hold any value, or none. All other registers are empty, but for position codes.
    """

    name: str
    rows: int
    fixed: tuple[Write, ...] = ()
    any: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


@final
class Invariant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds of the whole sequence before and after each block; or of its rows flagged `where`, if that is said.

    "single carrier": exactly one value in all these one-hot registers of all rows together. "distinct keys": no two rows
    hold the same value of these codes. "exclusive": no row holds a value in two of these registers.
    """

    kind: OneOf["single carrier", "distinct keys", "exclusive"]
    registers: tuple[str, ...]
    where: str | None = None


@final
class Feedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decoding: the next row's `target` is the last row's `source`."""

    source: str
    target: str


@final
class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the numbers mean: all that decoding needs, and all that weights carry on from a program.

    Args:
        construction: the name of the construction that can encode and decode.
        registers: the residual stream, in order.
        generators: the position codes.
        stop: the stop table.
        invariants: what holds of the whole sequence.
        max_positions: rows of the sequence, at most.
        loops: how often the blocks are applied: depth = loops * blocks.
        sharpness: c of the graded regime: one unit of score weighs 2**c.
        feedback: what the next row receives; empty where the sequence does not grow.
        encoder: the flag of the encoder's rows, which come first; None where there is no encoder.
        admissible: the prompts that the network is for, segment by segment; empty if nothing is said of them.
        tally: how many steps an application of all blocks counts, where that is not 1; only where no sequence grows.
        parameters: the construction's own plain data, such as blank and origin.
    """

    construction: str
    registers: tuple[Register, ...]
    generators: tuple[Generator, ...]
    stop: Stop
    invariants: tuple[Invariant, ...]
    max_positions: int
    loops: int
    sharpness: int
    feedback: tuple[Feedback, ...] = ()
    encoder: str | None = None
    admissible: tuple[Segment, ...] = ()
    tally: tuple[Count, ...] = ()
    parameters: dict[str, str | int] = {}

    def register(self, name: str) -> Register:
        """The register with this name, which `check_labels` ensures to be declared where labels name it."""
        return {register.name: register for register in self.registers}[name]


@final
class Program(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A weight-tied transformer in symbols: `blocks`, applied `labels.loops` times."""

    labels: Labels
    blocks: tuple[Block, ...]
