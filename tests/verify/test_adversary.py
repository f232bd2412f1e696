"""The adversaries are as bad as they say."""

import numpy as np
import pytest

from tmformer.verify.adversary import MACHINE, instances
from tmformer.verify.standing import CASES, network


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("positions", [4, 8, 64])
def test_each_shows_what_lookups_read(name: str, positions: int):
    weights = network(name, positions)
    read = {
        column
        for block in weights.blocks
        for head in block.heads
        for matrix in (head.key, head.value)
        for _, column, _ in matrix.entries
    }
    for instance in instances(weights):
        assert set(instance.columns) >= read
        assert all(column.shape == (positions,) for column in instance.columns.values())
        assert len(instance.asks) == len(instance.places)
        assert all(set(np.unique(column)) <= {-1, 0, 1} for column in instance.columns.values())


def test_cellular_has_one_message():
    weights = network("cellular", 64)
    spans = weights.layout.spans
    messages = [coordinate for name in ("right", "left", "stay") for coordinate in spans[name]]
    kinds: set[str] = set()
    for instance in instances(weights):
        assert sum(int(instance.columns[each].sum()) for each in messages) == 1
        kinds.add(instance.name)
    assert len(kinds) == 5


def test_half_of_all_records_tie():
    weights = network("wei_ma radix 2", 1024)
    layout = weights.layout
    ties: list[int] = []
    for instance in instances(weights):
        cells = np.stack([instance.columns[layout.spans[f"cell{digit}"][0]] for digit in range(10)])
        tops = instance.columns[layout.spans["time9"][0]]
        ties.append(max(int(((cells == cells[:, [row]]).all(axis=0) & (tops == tops[row])).sum()) for row in (3, -1)))
    assert max(ties) >= 510
    assert {transition.move.letter for transition in MACHINE.transitions} == {"L", "S", "R"}
