"""Lowering a table to a one-hidden-layer ReLU MLP: gates, snapped gates and clearing units."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tmformer.program import Labels, Rule, Table
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

    A rule whose literals are all on their grid is one unit, ReLU(sum - (m - 1)), for m literals. One that reads scratch,
    which attention leaves only close to 0 or 1, is a snapped gate of two units,
    ReLU(2z - (2m - 3/2)) - ReLU(2z - (2m - 1/2)), z the sum of its inputs: 1 for z in [m - 1/4, m + 1/4], 0 for z up to
    m - 3/4, and both units are exact in binary floats. A cleared coordinate x has a unit ReLU(x) that is subtracted
    whole, so that x - x is one exact operation.

    Source: own, derived for this construction.
    """
    units = [unit for rule in table.rules for unit in _gate(layout, labels, table, rule)]
    units += [_clear(coordinate) for name in table.clears for coordinate in layout.spans[name]]
    w_in = {(row, column): weight for row, unit in enumerate(units) for column, weight in unit.reads.items()}
    b_in = {(row, 0): unit.bias for row, unit in enumerate(units)}
    w_out = {(column, row): weight for row, unit in enumerate(units) for column, weight in unit.writes.items()}
    return Mlp(
        sparse((len(units), layout.d_model), w_in),
        sparse((len(units), 1), b_in),
        sparse((layout.d_model, len(units)), w_out),
    )


def _gate(layout: Layout, labels: Labels, table: Table, rule: Rule) -> Iterator[_Unit]:
    reads = [layout.coordinate(literal.register, literal.value) for literal in rule.when]
    writes = _effect(layout, table, rule)
    m = len(reads)
    if not any(labels.register(literal.register).scratch for literal in rule.when):
        yield _Unit(dict.fromkeys(reads, 1), Fraction(1 - m), writes)
        return
    yield _Unit(dict.fromkeys(reads, 2), Fraction(3, 2) - 2 * m, writes)
    yield _Unit(dict.fromkeys(reads, 2), Fraction(1, 2) - 2 * m, {place: -weight for place, weight in writes.items()})


def _effect(layout: Layout, table: Table, rule: Rule) -> dict[int, int]:
    old = {literal.register: literal.value for literal in rule.when}
    effect: dict[int, int] = {}
    for write in rule.then:
        new = layout.coordinate(write.register, write.value)
        effect[new] = effect.get(new, 0) + 1
        if write.register not in table.clears:
            was = layout.coordinate(write.register, old[write.register])
            effect[was] = effect.get(was, 0) - 1
    return effect


def _clear(coordinate: int) -> _Unit:
    return _Unit({coordinate: 1}, Fraction(0), {coordinate: -1})
