"""Networks of one shape: what they share, what each gate writes, and those that are no such networks."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tmformer.constructions import construction
from tmformer.decode import Many
from tmformer.errors import ModelError
from tmformer.machine import initial_configuration, parse
from tmformer.pipeline import compile
from tmformer.weights import Mlp, Weights, dense, sparse

STEPS = 3
NETWORKS = [compile(parse(text), steps=STEPS) for text in ("1RB1LB_1LA1RH", "0LA1RA_0RB1LH", "1LH0RB_1RA0LA")]


def prompt_of(weights: Weights):
    start = initial_configuration("A", (), "0")
    return construction(weights.labels.construction).encode_configuration(weights.labels, start)


def many(networks: list[Weights]) -> Many:
    return Many(networks, prompt_of(networks[0]))


def changed(weights: Weights, name: str, row: int, column: int) -> Weights:
    """The network with 1 more in one entry of its MLP."""
    (block,) = weights.blocks
    matrix = getattr(block.mlp, name)
    entries = {(i, j): entry for i, j, entry in matrix.entries}
    entries[row, column] = entries.get((row, column), 0) + 2**matrix.shift
    mlp = replace(
        block.mlp, **{name: replace(matrix, entries=tuple((*at, x) for at, x in sorted(entries.items()) if x))}
    )
    return replace(weights, blocks=(replace(block, mlp=mlp),))


def test_places_and_gates_have_the_names_of_the_labels():
    made = many(NETWORKS)
    assert made.kept == (("symbol", "0"), ("symbol", "1"))
    assert made.received == ("A", "B", "H")
    expected = [(("symbol", read), ("arriving", state)) for state in "ABH" for read in "01" for _ in range(2)]
    assert list(made.gates) == expected


def test_columns_are_what_gates_write():
    """By hand from the matrices: the symbols, what the three messages pass on together, and the move of the message."""
    made = many(NETWORKS)
    for number, weights in enumerate(NETWORKS):
        layout, w_out = weights.layout, dense(weights.blocks[0].mlp.w_out)[:, : len(made.gates)]
        right, left, stay, symbol = (w_out[list(layout.spans[name])] for name in ("right", "left", "stay", "symbol"))
        moved = right.sum(axis=0) - left.sum(axis=0)
        expected = np.concatenate([symbol, right + left + stay, moved[None]])
        assert (made.columns[..., number] == expected).all()


def test_gates_are_joined_one_by_one():
    made = many(NETWORKS)
    which = np.random.default_rng(0).integers(0, len(NETWORKS), (len(made.gates), 7))
    written = made.join(which)
    assert written.dtype == np.float32
    for gate, batch in np.ndindex(*which.shape):
        assert (written[:, gate, batch] == made.columns[:, gate, which[gate, batch]]).all()


@pytest.mark.parametrize(
    ("networks", "found"),
    [
        ([NETWORKS[0], compile(parse("1RB1LB_1LA1RH"), steps=4)], "network 1 has another shape"),
        ([NETWORKS[0], compile(parse("1RB1LH_1LA1RC_1LA1RB"), steps=STEPS)], "network 1 has another shape"),
        ([NETWORKS[0], changed(NETWORKS[1], "w_in", 0, 3)], "network 1"),
        ([NETWORKS[0], changed(NETWORKS[1], "b_in", 0, 0)], "network 1"),
        ([compile(parse("1RB1LB_1LA1RH"), "wei_ma", steps=STEPS)], "network 0: "),
    ],
)
def test_other_networks_are_refused(networks: list[Weights], found: str):
    with pytest.raises(ModelError) as error:
        many(networks)
    assert error.value.found.startswith(found)


def test_what_a_batch_cannot_do_is_refused():
    """A gate that writes what attention brings; another stop table; numbers too large for float32."""
    first = NETWORKS[0]
    arriving, symbol = first.layout.spans["arriving"][0], first.layout.spans["symbol"][0]
    with pytest.raises(ModelError, match="writes something else than messages"):
        many([changed(first, "w_out", arriving, 0)])
    stop = msgspec.structs.replace(first.labels.stop, outcomes=())
    other = replace(first, labels=msgspec.structs.replace(first.labels, stop=stop))
    with pytest.raises(ModelError, match="another shape"):
        many([first, other])
    mlp = first.blocks[0].mlp
    large = sparse(mlp.w_out.shape, {**{(i, j): x for i, j, x in mlp.w_out.entries}, (symbol, 0): 2**24})
    wide = replace(first, blocks=(replace(first.blocks[0], mlp=Mlp(mlp.w_in, mlp.b_in, large)),))
    with pytest.raises(ModelError, match="may round in float32"):
        many([first, wide])
