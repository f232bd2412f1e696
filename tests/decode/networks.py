"""Networks that search, changed in one place."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

import msgspec

from tests.planted.mutants import replace_matrix, set_entry
from tests.squares.growing import Case, padded
from tmformer.machine import Machine, Move, Transition, load
from tmformer.program import Lookup, Stream, Value, generate
from tmformer.weights import AttentionHead, BlockWeights, Weights, lower_lookup

BB3 = Case(padded(load("bb3")), records=5, steps=16)
ENCODER = {"form": "encoder-decoder"}


def network(**options: str | int) -> Weights:
    """The third busy beaver, with five records and room for 16 machine steps."""
    return BB3.weights(options)


TWO_TAPES = Case(
    Machine(
        states=("A", "B"),
        symbols=("0", "1"),
        blank="0",
        start="A",
        transitions=tuple(
            Transition(state, read, (read[1], "1"), (Move.RIGHT, by), other)
            for state, other, by in (("A", "B", Move.LEFT), ("B", "A", Move.STAY))
            for read in product("01", repeat=2)
        ),
        tapes=2,
    ),
    further=((),),
    records=5,
    steps=16,
)
"""Two tape heads that go apart, the one to the right and the other to the left."""


def prompt_of_bb3(weights: Weights) -> Stream:
    return BB3.prompt(weights)


def with_values(weights: Weights, prompt: Stream, row: int, **values: Value) -> Stream:
    """The prompt with other values in one row, its position codes generated anew."""
    row %= prompt.num_rows
    columns = dict(prompt.columns)
    for name, value in values.items():
        columns[name] = (*columns[name][:row], value, *columns[name][row + 1 :])
    return generate(weights.labels, Stream(columns))


def place_of(weights: Weights, name: str) -> int:
    """The first coordinate of a register."""
    return weights.layout.spans[name].start


def with_labels(weights: Weights, **fields: object) -> Weights:
    return replace(weights, labels=msgspec.structs.replace(weights.labels, **fields))


def with_lookups(weights: Weights, change: Callable[[Lookup], Lookup]) -> Weights:
    """The weights with other lookups, and the matrices of these."""

    def changed(head: AttentionHead) -> AttentionHead:
        lookup = change(head.lookup)
        return head if lookup == head.lookup else lower_lookup(weights.layout, lookup)

    blocks = tuple(replace(block, heads=tuple(map(changed, block.heads))) for block in weights.blocks)
    return replace(weights, blocks=blocks)


def with_lookup(weights: Weights, name: str, **fields: object) -> Weights:
    return with_lookups(weights, lambda each: msgspec.structs.replace(each, **fields) if each.name == name else each)


def without_heads(weights: Weights, name: str = "") -> Weights:
    """The weights without the attention heads whose names begin so."""
    return replace(
        weights,
        blocks=tuple(
            replace(block, heads=tuple(head for head in block.heads if not head.lookup.name.startswith(name)))
            for block in weights.blocks
        ),
    )


def with_entry(weights: Weights, register: str, block: int, value: int | Fraction = 1) -> Weights:
    """The weights with a first unit that also writes to a register."""
    block %= len(weights.blocks)
    return set_entry(weights, "mlp.w_out", (place_of(weights, register), 0), value, block)


def without_rows(weights: Weights, register: str) -> Weights:
    """The weights whose MLPs do not write to a register."""
    span = weights.layout.spans[register]
    for block in range(len(weights.blocks)):
        weights = replace_matrix(
            weights, "mlp.w_out", lambda items: {at: each for at, each in items.items() if at[0] not in span}, block
        )
    return weights


def with_blocks(weights: Weights, *blocks: BlockWeights) -> Weights:
    return replace(weights, blocks=blocks)
