"""One row that asks is the row of the model, bit for bit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tmformer.model import load
from tmformer.precision import Uncertified, format_named, policy_named
from tmformer.verify.adversary import Instance, instances
from tmformer.verify.asking import Way, exact_rows, float_rows, sight
from tmformer.verify.standing import network
from tmformer.weights import Weights

POLICIES = [
    ("float32", "pure"),
    ("float16", "accumulate-float32"),
    ("e5m4", "pure"),
    ("float8_e5m2", "accumulate-float32"),
]
SEEN = Uncertified(reason="the tests see how it fails", even_if_inexact=True)


def stream(instance: Instance, row: int, asks: np.ndarray) -> np.ndarray:
    """The residual stream of all rows, of which others than the one that asks hold what is read of them only."""
    out = np.zeros((len(next(iter(instance.columns.values()))), asks.shape[1]))
    for coordinate, column in instance.columns.items():
        out[:, coordinate] = column
    out[row] = asks[0]
    return out


def cases(name: str) -> tuple[Weights, Instance, int, int, np.ndarray]:
    """A network, an instance, the block that asks, the row and what it holds before that block."""
    weights = network(name, 32)
    instance = next(iter(instances(weights)))
    x = instance.asks[:1].astype(np.float64)
    sizes = (weights.layout.d_model, 16, 4, 64)
    block = 0
    while not weights.blocks[block].heads:
        x = exact_rows(sight(weights.blocks[block], instance.columns, sizes), x).after
        block += 1
    row = 31 if name != "cellular" else int(instance.places[0].split()[1]) + 1
    return weights, instance, block, row, x


CASES = [
    (name, *each) for name, both in (("cellular", POLICIES[1::2]), ("wei_ma radix 2", POLICIES[::2])) for each in both
]


@pytest.mark.parametrize(("name", "format_name", "policy_name"), CASES)
def test_it_is_the_row_of_the_model(name: str, format_name: str, policy_name: str):
    policy = policy_named(policy_name, format_named(format_name))
    weights, instance, index, row, x = cases(name)
    model = load(weights, SEEN, policy=policy)
    rows, keep = jnp.asarray(stream(instance, row, x), model.dtype), jnp.ones(32, bool)
    after = jax.jit(lambda x: model.loop.blocks[index](x, keep).after)(rows)
    sees = sight(weights.blocks[index], instance.columns, (weights.layout.d_model, 16, 4, 64))
    asked = float_rows(Way(policy, float(policy.beta)), sees, x)
    assert np.array_equal(asked.after[0], np.asarray(after[row], np.float64))


def test_exact_rows_are_hard_attention():
    weights, instance, index, _, x = cases("wei_ma radix 2")
    sizes = (weights.layout.d_model, 16, 4, 64)
    for block in weights.blocks[index:]:
        x = exact_rows(sight(block, instance.columns, sizes), x).after
    held = weights.layout.decode(x)
    found = sum(int(held[f"found{digit}"][0] or 0) << digit for digit in range(5))
    assert found == 32 - 3  # its own record is the latest of the cell where it stays
    assert held["next_symbol"] == ("0",)
