"""Trials of sums, products and quotients, and of where they are rounded."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from types import MappingProxyType

import jax
import jax.numpy as jnp
import numpy as np

from tmformer.precision import Format, quantise
from tmformer.verify.trying import Finding, Means, compare, floats, nearest, together

_CHUNK = 256  # sums that are computed at a time
_QUOTIENTS = 64  # integers up to this one are divided by each other
_DEPTHS = (24, 40, 257)  # terms of a sum: short and long ones are compiled in different ways


def ties(means: Means) -> Finding:
    """The average of m ties with one value is that value, and the number of ties and their sum are exact, for each m."""
    policy, by = means.policy, means.arithmetic
    exact = policy.accumulation.largest_exact_integer
    most = min(means.positions, policy.most_ties)
    keys = max(-(-most // 32), 1) * 32
    values = np.array([v for v in (1, -1, 3, 5 / 4, 127) if policy.weights.is_representable(Fraction(v))])
    numerators = np.array([Fraction(v).numerator for v in values])
    held, shown = means.weights(np.tile(values, (keys, 1))[None]), means.sums(np.tile(values[:, None], (1, keys)))

    @jax.jit
    def average(powers: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        total = by.total(powers)
        mixed = by.sum("hqn,hnv->hqv", powers, held.astype(powers.dtype))
        return total[0], mixed[0], by.to_weights(by.divide(mixed, total))[0]

    @jax.jit
    def row_by_row(logits: jax.Array) -> jax.Array:
        return jax.lax.map(lambda row: by.to_weights(means.row_average(row, shown, by.accumulation)[0]), logits)

    found: list[Finding] = []
    for first in range(1, most + 1, _CHUNK):
        counts = np.minimum(np.arange(first, first + _CHUNK), most)[:, None]
        tied = np.arange(keys)[None, :] < counts
        total, mixed, averages = average(means.scores(tied[None]))
        sums = np.where(np.abs(counts * numerators) <= exact, counts * values, np.nan)
        wanted = np.where(np.isnan(sums), np.nan, np.broadcast_to(values, sums.shape))

        def said(at: tuple[int, ...], counts: np.ndarray = counts) -> str:
            return f"of {counts[at[0], 0]} ties of value {values[at[1]]:g}"

        found += [
            compare(counts.astype(float), floats(total), lambda at, said=said: f"the number {said((at[0], 0))}"),
            compare(sums, floats(mixed), lambda at, said=said: f"the sum {said(at)}"),
            compare(wanted, floats(averages), lambda at, said=said: f"the average {said(at)}"),
        ]
        if policy.is_native:
            rows = floats(row_by_row(means.scores(np.where(tied, 0, by.lowest))))
            found.append(compare(wanted, rows, lambda at, said=said: f"the average, row by row, {said(at)}"))
    return together(found)


def quotients(means: Means) -> Finding:
    """m v / m is v for each m, and a / b of integers is right to the unit roundoff, exact if it is a number of the format."""
    format_ = means.policy.accumulation
    exact = format_.largest_exact_integer
    divide = jax.jit(means.arithmetic.divide)
    m = np.arange(1, min(means.positions, exact) + 1)[:, None]
    values = np.array([[1.0, -1.0, 3.0, 7.0, 127.0]])
    products = np.where(np.abs(m * values) <= exact, m * values, 0.0)
    found = floats(divide(means.sums(products), means.sums(m)))
    same = np.where(products != 0, np.broadcast_to(values, products.shape), np.nan)
    whole = compare(same, found, lambda at: f"{products[at]:g} / {m[at[0], 0]}")
    small = np.arange(1, min(_QUOTIENTS, exact) + 1)
    rounded = floats(divide(means.sums(np.tile(small, (len(small), 1))), means.sums(small[:, None]))).T
    right = np.array(
        [[_quotient(a, b, rounded[a - 1, b - 1], format_) for b in small.tolist()] for a in small.tolist()]
    )
    return together([whole, compare(right, rounded, lambda at: f"{small[at[0]]} / {small[at[1]]}")])


def _quotient(a: int, b: int, found: float, format_: Format) -> float:
    """What was found, where it is right; what a / b rounds to, where it is not."""
    exact = Fraction(a, b)
    rounded = nearest(exact, format_)
    is_right = np.isfinite(found) and abs(Fraction(found) - exact) <= format_.unit_roundoff * exact
    return found if is_right and (rounded != exact or found == exact) else float(rounded)


def _factors(means: Means) -> tuple[np.ndarray, np.ndarray]:
    """Integers that are weights, most of them with all digits, and whose products are numbers of the format of sums."""
    policy = means.policy
    most, exact = policy.weights.largest_exact_integer, policy.accumulation.largest_exact_integer
    root = 1 << (policy.accumulation.precision // 2)
    left = sorted({a for a in (1, 3, root // 2 + 1, root - 1, root, root + 1, most - 1, most) if 1 <= a <= most})
    right = sorted({b for a in left for b in (exact // a, exact // a - 1) if 1 <= b <= most} | {1})
    return np.array(left, float), np.array(right, float)


def products(means: Means) -> Finding:
    """Products of integers that need all digits are exact, in long and short sums, in a matrix and row by row."""
    by, found = means.arithmetic, list[Finding]()
    left, right = _factors(means)
    expected = np.outer(left, right)
    expected[expected > means.policy.accumulation.largest_exact_integer] = np.nan
    for depth in _DEPTHS:
        rows = np.zeros((len(left), depth))
        rows[np.arange(len(left)), np.arange(len(left)) % depth] = left
        x, w = means.weights(rows), means.weights(np.tile(right[:, None], (1, depth)))
        computed = [floats(jax.jit(lambda x, w: by.sum("nd,md->nm", x, w))(x, w))]
        if means.policy.is_native:
            each = jax.jit(lambda x, w: jax.lax.map(lambda row: means.row_sum(w, row, by.accumulation), x))
            computed.append(floats(each(x, w)))
        found += [compare(expected, each, _product(left, right, f", alone in a sum of {depth},")) for each in computed]
    return together(found)


def _product(left: np.ndarray, right: np.ndarray, how: str) -> Callable[[tuple[int, ...]], str]:
    return lambda at: f"{left[at[0]]:.0f} * {right[at[1]]:.0f}{how}"


def default_precision(means: Means) -> str:
    """What the default precision of this device, which tmformer never uses, makes of the same products."""
    if not means.policy.is_native:
        return "emulated"
    left, right = _factors(means)
    x, w = (
        means.weights(np.tile(left[:, None], (1, 64)) * np.eye(1, 64)),
        means.weights(np.tile(right[:, None], (1, 64))),
    )
    accumulation = means.arithmetic.accumulation
    found = jax.jit(lambda x, w: jnp.einsum("nd,md->nm", x, w, preferred_element_type=accumulation))(x, w)
    expected = np.outer(left, right)
    expected[expected > means.policy.accumulation.largest_exact_integer] = np.nan
    seen = compare(expected, floats(found), _product(left, right, ""))
    return "exact" if seen.held else seen.worst


def orders(means: Means) -> Finding:
    """Sums of integers are equal bit for bit in several orders and shapes, row by row, and to the exact sum."""
    return together(_ordered(means, depth) for depth in _DEPTHS)


def _ordered(means: Means, depth: int) -> Finding:
    by, source = means.arithmetic, np.random.default_rng(depth)
    exact, most = means.policy.accumulation.largest_exact_integer, means.policy.weights.largest_exact_integer
    largest = max(min(int((exact / depth) ** 0.5), most), 1)
    kept = source.permutation(depth) < exact // largest**2
    x, w = (source.integers(-largest, largest + 1, (n, depth)) * kept for n in (9, 33))
    expected = (x @ w.T).astype(float)
    order = source.permutation(depth)
    first, second = means.weights(x), means.weights(w)
    whole = jax.jit(lambda x, w: by.sum("nd,md->nm", x, w))
    found = {
        "in a matrix": whole(first, second),
        "in another order": whole(first[:, order], second[:, order]),
        "in a vector": jnp.concatenate([whole(row[None], second) for row in first]),
        "in a batch": jax.jit(lambda x, w: by.sum("nd,hkd->hnk", x, w))(first, second[None])[0],
    }
    if means.policy.is_native:
        one = jax.jit(lambda row, w: means.row_sum(w, row, by.accumulation))
        found["row by row"] = jnp.stack([one(row, second) for row in first])
    return together(
        compare(expected, floats(each), lambda at, how=how: f"sum {at} of {depth} integers, {how},")
        for how, each in found.items()
    )


def roundings(means: Means) -> Finding:
    """Each result is rounded to its format, also where the next operation of the compiled function has a longer one."""
    return together([*_stored(means), *_added(means)])


def _stored(means: Means) -> Iterator[Finding]:
    """Sums that are rounded to weights, and then read in the format of sums: alone, and as factors of the next sum."""
    by, format_ = means.arithmetic, means.policy.weights
    source = np.random.default_rng(0)
    longer = min(format_.precision + 3, means.policy.accumulation.precision)
    integers = source.integers(2 ** (longer - 1), 2**longer, (32, 40))
    values = floats(means.sums(integers * 2.0 ** (1 - longer)))
    expected = quantise(values, format_)
    cast = jax.jit(lambda x: by.to_accumulation(by.to_weights(x)))(means.sums(values))
    yield compare(expected, floats(cast), lambda at: f"{float(values[at])!r}, rounded to {format_.name},")
    one, eye = means.weights([[1.0]]), means.weights(np.eye(40))
    parts = np.stack([np.floor(values * 2) / 2, values - np.floor(values * 2) / 2], axis=-1)
    terms = means.weights(parts.reshape(-1, 2))
    total = floats(terms).sum(axis=1).reshape(values.shape)

    @jax.jit
    def chain(terms: jax.Array, pair: jax.Array, eye: jax.Array) -> jax.Array:
        hidden = by.to_weights(by.sum("nd,md->nm", terms, pair))
        return by.sum("nd,md->nm", hidden.reshape(32, 40), eye)

    ones = jnp.concatenate([one, one], axis=1)
    rounded = quantise(quantise(total, means.policy.accumulation), format_)
    yield compare(
        rounded, floats(chain(terms, ones, eye)), lambda at: f"{float(total[at])!r}, rounded and summed again,"
    )


def _added(means: Means) -> Iterator[Finding]:
    """Two residuals added one after the other."""
    by, format_ = means.arithmetic, means.policy.weights
    source, top = np.random.default_rng(1), float(format_.largest_exact_integer)
    x = floats(means.weights(top - source.integers(0, min(int(top), 64), 256)))
    y, z = (source.choice([0.5, 1.0, 1.5], 256) for _ in range(2))
    once = np.array([float(nearest(Fraction(a) + Fraction(b), format_)) for a, b in zip(x, y, strict=True)])
    twice = np.array([float(nearest(Fraction(a) + Fraction(b), format_)) for a, b in zip(once, z, strict=True)])
    twice[twice > float(format_.largest)] = np.nan
    found = jax.jit(lambda x, y, z: by.add(by.add(x, y), z))(*map(means.weights, (x, y, z)))
    yield compare(twice, floats(found), lambda at: f"({x[at]:g} + {y[at]:g}) + {z[at]:g}")


def _halved(means: Means) -> np.ndarray:
    """Half of the least normal number of weights, as a difference and as it is held, and of scores, as a product."""
    by, policy = means.arithmetic, means.policy
    least, score = (2.0**each.min_exponent for each in (policy.weights, policy.scores))
    differ = jax.jit(by.add)(means.weights(1.5 * least), means.weights(-least))
    scaled = jax.jit(lambda scores: by.scale(scores, 0.5))(means.scores([score]))
    return np.array([floats(differ) / least, floats(scaled)[0] / score])


def subnormals(means: Means) -> Finding:
    """Subnormal numbers survive, where their format says so."""
    survive = [each.subnormals for each in (means.policy.weights, means.policy.scores)]
    expected = np.where(survive, 0.5, np.nan)
    names = ("a difference", "a score")
    return compare(expected, _halved(means), lambda at: f"{names[at[0]]}, in units of the least normal number,")


def subnormals_seen(means: Means) -> str:
    """Whether they do."""
    found = _halved(means)
    return "survive" if (found == 0.5).all() else "flushed to zero" if not found.any() else "in part flushed to zero"


TRIALS = MappingProxyType(
    {
        "ties": ties,
        "quotients": quotients,
        "products": products,
        "sums in any order": orders,
        "roundings": roundings,
        "subnormal numbers": subnormals,
    }
)
"""The trials by name."""

NOTES = MappingProxyType({"products at default precision": default_precision, "subnormal numbers": subnormals_seen})
"""What is worth knowing of a device, and breaks no fact."""
