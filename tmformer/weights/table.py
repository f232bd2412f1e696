"""Lowering a table to a one-hidden-layer ReLU MLP: gates, snapped gates and clearing units."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tmformer.program import Code, Flag, Labels, Literal, Rule, Table
from tmformer.weights.layout import Layout
from tmformer.weights.sparse import Sparse, sparse


@final
@dataclass(frozen=True)
class Mlp:
    """x + w_out ReLU(w_in x + b_in).

    Args:
        w_in: [d_mlp, d_model].
        b_in: [d_mlp, 1].
        w_out: [d_model, d_mlp].
    """

    w_in: Sparse
    b_in: Sparse
    w_out: Sparse


@final
@dataclass(frozen=True)
class _Unit:
    reads: dict[int, int]
    bias: Fraction
    writes: dict[int, int]


def lower_table(layout: Layout, labels: Labels, table: Table) -> Mlp:
    """The MLP that does what the table says, exactly, also in floats.

    A literal is a sum of coordinates that is t where it holds and at most t - 1 where not: t = 1, and the coordinate of a
    symbol, 1 less all coordinates for an empty register, x or 1 - x for a flag; t the digits for a code, and their product
    with the code held. A rule is one unit, ReLU(z - (m - 1)), z the sum of its literals and m of their t. One that reads
    scratch, which attention leaves only close to its grid, is a snapped gate of two units,
    ReLU(2z - (2m - 3/2)) - ReLU(2z - (2m - 1/2)): 1 for z in [m - 1/4, m + 1/4], 0 for z up to m - 3/4. Of scratch
    that holds its bit exactly, and of one that it reads as a symbol or as "1", both units are exact in binary floats; what 1 less
    a small leak rounds to may be off by a roundoff, which the graded regime bears. A cleared coordinate x has units -ReLU(x) and, for a code, ReLU(-x), so that x - x is one exact
    operation.

    Source: own, derived for these constructions.
    """
    scratch = frozenset(register.name for register in labels.registers if register.scratch)
    units = [unit for rule in table.rules for unit in _gate(layout, scratch, table, rule)]
    units += [unit for name in table.clears for unit in _clear(layout, name)]
    w_in = {(row, column): weight for row, unit in enumerate(units) for column, weight in unit.reads.items()}
    b_in = {(row, 0): unit.bias for row, unit in enumerate(units)}
    w_out = {(column, row): weight for row, unit in enumerate(units) for column, weight in unit.writes.items()}
    return Mlp(
        sparse((len(units), layout.d_model), w_in),
        sparse((len(units), 1), b_in),
        sparse((layout.d_model, len(units)), w_out),
    )


def _gate(layout: Layout, scratch: frozenset[str], table: Table, rule: Rule) -> Iterator[_Unit]:
    reads: dict[int, int] = {}
    slack = 0  # how far z may be below 0 at most where all literals hold: m less the constants in z
    for literal in rule.when:
        weights, held = _literal(layout, literal)
        reads |= weights
        slack += held
    writes = _effect(layout, table, rule)
    if not any(literal.register in scratch for literal in rule.when):
        yield _Unit(reads, Fraction(1 - slack), writes)
        return
    twice = {place: 2 * weight for place, weight in reads.items()}
    yield _Unit(twice, Fraction(3, 2) - 2 * slack, writes)
    yield _Unit(twice, Fraction(1, 2) - 2 * slack, {place: -weight for place, weight in writes.items()})


def _literal(layout: Layout, literal: Literal) -> tuple[dict[int, int], int]:
    """The weights of a literal's coordinates, and what their sum is where it holds; elsewhere it is less by 1 or more."""
    span = layout.spans[literal.register]
    is_flag = isinstance(layout.types[literal.register], Flag)
    if literal.value is None or (is_flag and literal.value == "0"):
        return dict.fromkeys(span, -1), 0
    vector = dict(layout.vector(literal.register, literal.value))
    return vector, len(vector)


def _effect(layout: Layout, table: Table, rule: Rule) -> dict[int, int]:
    old = {literal.register: literal.value for literal in rule.when}
    emptied = {*table.clears, *table.fills}
    effect: dict[int, int] = {}
    for write in rule.then:
        for place, weight in layout.vector(write.register, write.value).items():
            effect[place] = effect.get(place, 0) + weight
        was = None if write.register in emptied else old[write.register]
        for place, weight in layout.vector(write.register, was).items() if was is not None else ():
            effect[place] = effect.get(place, 0) - weight
    return effect


def _clear(layout: Layout, register: str) -> Iterator[_Unit]:
    for coordinate in layout.spans[register]:
        yield _Unit({coordinate: 1}, Fraction(0), {coordinate: -1})
        if isinstance(layout.types[register], Code):
            yield _Unit({coordinate: -1}, Fraction(0), {coordinate: 1})
