"""Trials of the MLP: gates at their bounds, clearing, and units that read the same."""

from collections.abc import Iterator
from fractions import Fraction
from types import MappingProxyType

import jax
import numpy as np

from tmformer.model import Mlp
from tmformer.precision import Format, quantise
from tmformer.verify.trying import Finding, Means, compare, floats, together

_DENSE = 257  # arguments of a gate between two bounds
_NEAR = 16  # numbers of the format next to a bound
_LITERALS = 12  # of a gate
_SHAPES = (
    (5, 24, 9),
    (17, 33, 9),
    (33, 40, 2),
    (130, 64, 33),
    (130, 100, 9),
    (257, 129, 2),
)  # units, coordinates, rows


@jax.jit
def _units(mlp: Mlp, x: jax.Array) -> jax.Array:
    return mlp(x)


@jax.jit
def _cleared(mlp: Mlp, x: jax.Array) -> jax.Array:
    return mlp.arithmetic.add(x, mlp(x))


def _mlp(means: Means, w_in: object, b_in: object, w_out: object) -> Mlp:
    return Mlp(*map(means.weights, (w_in, b_in, w_out)), arithmetic=means.arithmetic)


def _between(first: float, last: float, format_: Format) -> np.ndarray:
    """Numbers of the format from `first` to `last`: dense ones, and those next to the ends."""
    steps = np.arange(_NEAR) * float(format_.unit_roundoff) * max(abs(first), abs(last))
    found = quantise(np.concatenate([np.linspace(first, last, _DENSE), first + steps, last - steps]), format_)
    return np.unique(found[(first <= found) & (found <= last)])


def gates(means: Means) -> Finding:
    """ReLU(2z - (2m - 3/2)) - ReLU(2z - (2m - 1/2)) is 1 for z in [m - 1/4, m + 1/4], and 0 for z up to m - 3/4."""
    format_ = means.policy.weights
    literals = [m for m in range(1, _LITERALS + 1) if all(map(format_.is_representable, _biases(m)))]
    biases = np.array([[float(bias) for bias in _biases(m)] for m in literals]).ravel()
    w_in = np.zeros((len(biases), len(literals)))
    w_in[:, 0] = 2
    w_out = np.kron(np.eye(len(literals)), [[1, -1]])
    on = np.concatenate([_between(m - 1 / 4, m + 1 / 4, format_) for m in literals])
    off = np.concatenate([_between(-m, m - 3 / 4, format_) for m in literals])
    z = np.unique(np.concatenate([on, off]))[:, None]
    m = np.array(literals)[None, :]
    expected = np.where(z <= m - 3 / 4, 0.0, np.where(np.abs(z - m) <= 1 / 4, 1.0, np.nan))
    found = _units(_mlp(means, w_in, biases, w_out), means.weights(np.pad(z, ((0, 0), (0, len(literals) - 1)))))
    return compare(expected, floats(found), lambda at: f"the gate of {m[0, at[1]]} at {float(z[at[0], 0])!r}")


def _biases(m: int) -> tuple[Fraction, Fraction]:
    return Fraction(3, 2) - 2 * m, Fraction(1, 2) - 2 * m


def clearing(means: Means) -> Finding:
    """x - ReLU(x) + ReLU(-x) is 0."""
    format_ = means.policy.weights
    source = np.random.default_rng(2)
    sizes = np.exp2(source.integers(format_.min_exponent // 2, format_.max_exponent // 2, 512).astype(float))
    x = quantise(np.concatenate([_between(-2, 2, format_), source.normal(size=512) * sizes]), format_)[:, None]
    found = _cleared(_mlp(means, [[1], [-1]], [0, 0], [[-1, 1]]), means.weights(x))
    return compare(np.zeros(x.shape), floats(found), lambda at: f"{float(x[at])!r}, cleared,")


def _replicas(means: Means, units: int, model: int, rows: int, padding: int) -> tuple[jax.Array, jax.Array, np.ndarray]:
    """Residuals; units that read the same, then some that are padding; the biases, by turns 0, 1/2 and -1/2."""
    source = np.random.default_rng(units * model)
    w_in = np.pad(np.tile(source.normal(size=model), (units, 1)), ((0, padding), (0, 0)))
    return means.weights(source.normal(size=(rows, model))), means.weights(w_in), np.resize([0, 0.5, -0.5], len(w_in))


def _same(means: Means, sums: jax.Array, hidden: jax.Array, biases: np.ndarray, units: int) -> Iterator[Finding]:
    """All sums are that of the first unit, and what is held is that sum and the bias, rounded once."""
    found, of = floats(sums)[:, :units], f"of {units}, padded to {len(biases)},"
    first = np.broadcast_to(found[:, :1], found.shape)
    yield compare(first, found, lambda at: f"the sum of unit {at[1]} {of} alike in row {at[0]},")
    added = quantise(found + biases[None, :units], means.policy.accumulation)
    yield compare(added, floats(hidden)[:, :units], lambda at: f"unit {at[1]} {of} with its bias in row {at[0]}")


def same_order(means: Means) -> Finding:
    """Units that read the same add it in the same order, the bias last, wherever they stand in the matrix."""
    by, found = means.arithmetic, list[Finding]()

    @jax.jit
    def hidden(x: jax.Array, w_in: jax.Array, b_in: jax.Array) -> tuple[jax.Array, jax.Array]:
        sums = by.sum("nd,md->nm", x, w_in)
        return sums, by.to_accumulation(sums + by.to_accumulation(b_in)[None, :])

    for units, model, rows in _SHAPES:
        for padding in (0, units // 3):
            x, w_in, biases = _replicas(means, units, model, rows, padding)
            sums, held = hidden(x, w_in, means.weights(biases))
            found += _same(means, sums, held, biases, units)
    return together(found)


def same_order_by_row(means: Means) -> Finding:
    """The same, in the engine that decodes row by row, and pads its units to a multiple of some."""
    accumulation, found = means.arithmetic.accumulation, list[Finding]()

    @jax.jit
    def hidden(x: jax.Array, w_in: jax.Array, b_in: jax.Array) -> tuple[jax.Array, jax.Array]:
        def one(row: jax.Array) -> tuple[jax.Array, jax.Array]:
            sums = means.row_sum(w_in, row, accumulation)
            return sums, sums + b_in.astype(accumulation)

        return jax.lax.map(one, x)

    for units, model, rows in _SHAPES if means.policy.is_native else ():
        for padding in (-units % means.units, -units % means.units + 3 * means.units):
            x, w_in, biases = _replicas(means, units, model, rows, padding)
            sums, held = hidden(x, w_in, means.weights(biases))
            found += _same(means, sums, held, biases, units)
    return together(found)


TRIALS = MappingProxyType(
    {
        "gates": gates,
        "clearing": clearing,
        "units that read the same": same_order,
        "units that read the same, row by row": same_order_by_row,
    }
)
"""The trials by name."""
