"""Attention against a plain NumPy softmax, its ties, its masks, its padding."""

from fractions import Fraction
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from tmformer.model import Arithmetic, Attention
from tmformer.precision import NATIVE_FORMATS, policy_named

ROWS, MODEL, HEADS, KEY, VALUE = 7, 6, 3, 4, 5
FEWER = settings(max_examples=max(1, settings().max_examples // 2))
SMALL = st.integers(-2, 2)
EXP_ULPS = 4  # the error of an exponential, in units of the last place: what libm and XLA stay well within


class Given(NamedTuple):
    """A residual stream and the four matrices of each attention head, in small integers."""

    x: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray


def integers(*shape: int) -> st.SearchStrategy[np.ndarray]:
    size = int(np.prod(shape))
    return st.lists(SMALL, min_size=size, max_size=size).map(lambda drawn: np.array(drawn).reshape(shape))


givens = st.builds(
    Given,
    integers(ROWS, MODEL),
    integers(HEADS, KEY, MODEL),
    integers(HEADS, KEY, MODEL),
    integers(HEADS, VALUE, MODEL),
    integers(HEADS, MODEL, VALUE),
)


def arithmetic(format_name: str) -> Arithmetic:
    return Arithmetic(policy_named("accumulate-float32", NATIVE_FORMATS[format_name]))


def attention(
    net: Given,
    format_name: str,
    *,
    beta: float = 1.0,
    masks: tuple[str, ...] = ("none",) * HEADS,
    encoder: int | None = None,
) -> Attention:
    matrices = (jnp.asarray(matrix, format_name) for matrix in net[1:])
    return Attention(*matrices, masks=masks, encoder=encoder, beta=beta, arithmetic=arithmetic(format_name))


@jax.jit
def _applied(net: Attention, x: jax.Array, keep: jax.Array) -> tuple[jax.Array, jax.Array]:
    return net(x, keep)


def applied(net: Attention, x: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the attention heads add, and their weights, by one compiled function for each format, beta and mask."""
    dtype = net.query[...].dtype
    found, shares = _applied(net, jnp.asarray(x, dtype), jnp.asarray(keep))
    return np.asarray(found), np.asarray(shares)


def plain_scores(net: Given) -> np.ndarray:
    """The scores, exact integers, [heads, rows that ask, rows that answer]."""
    return np.einsum("hkd,nd,hke,me->hnm", net.query, net.x, net.key, net.x)


def plain_softmax(net: Given, sees: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Softmax first, then values, in float64: what attention adds, and its weights."""
    logits = np.where(sees, plain_scores(net).astype(np.float64), -np.inf)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares = powers / powers.sum(axis=-1, keepdims=True)
    values = np.einsum("hvd,nd->hnv", net.value, net.x)
    return np.einsum("hqn,hnv,hdv->qd", shares, values, net.output), shares


def bound(net: Given, format_name: str) -> float:
    """How far two such sums may lie apart.

    With v the largest absolute value and w the largest row sum of |W_O|: a power is off by EXP_ULPS * 2u of itself, a sum
    of N terms by N u of their absolute sum, at most v; a quotient, a cast and the sum over H heads and values add
    (3 + H * VALUE) u more. Taken twice, as float64 rounds too.
    """
    u = float(NATIVE_FORMATS[format_name].unit_roundoff)
    v = float(np.abs(np.einsum("hvd,nd->hnv", net.value, net.x)).max())
    w = float(np.abs(net.output).sum(axis=(0, 2)).max())
    return 2 * v * w * u * (4 * EXP_ULPS + 2 * ROWS + 3 + HEADS * VALUE)


everyone = np.ones(ROWS, dtype=bool)
first_five = np.arange(ROWS) < 5


@pytest.mark.parametrize("format_name", ["float64", "float32"])
@given(net=givens, keep=st.sampled_from([everyone, first_five]))
def test_it_is_softmax_attention(format_name: str, net: Given, keep: np.ndarray):
    """beta = 1: every score is an exact integer, so only exponentials and sums round."""
    found, shares = applied(attention(net, format_name), net.x, keep)
    expected, weights = plain_softmax(net, keep[None, None, :])
    u = float(NATIVE_FORMATS[format_name].unit_roundoff)
    assert (np.abs(found - expected) <= bound(net, format_name)).all()
    assert (np.abs(shares - weights) <= 2 * u * (4 * EXP_ULPS + ROWS + 2)).all()


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@FEWER
@given(net=givens)
def test_saturated_it_is_hard_attention(format_name: str, net: Given):
    """At the beta of the format: 0 for every key but the best, and ties share evenly, exactly where a share is dyadic."""
    found, shares = applied(attention(net, format_name, beta=float(NATIVE_FORMATS[format_name].beta)), net.x, everyone)
    scores = plain_scores(net)
    best = scores == scores.max(axis=-1, keepdims=True)
    ties = best.sum(axis=-1, keepdims=True)
    assert ((shares > 0) == best).all()
    dyadic = np.broadcast_to(np.isin(ties, [1, 2, 4]), best.shape)
    assert (shares[dyadic] == np.where(best, 1 / ties, 0)[dyadic].astype(shares.dtype)).all()
    if dyadic.all() and format_name in ("float64", "float32"):
        values = np.einsum("hvd,nd->hnv", net.value, net.x)
        assert (found == np.einsum("hqn,hnv,hdv->qd", best / ties, values, net.output)).all()


# Ties -------------------------------------------------------------------------------------------------------------------


@cache
def counting(format_name: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Row m - 1 sees m equal keys of value 1."""
    one = jnp.ones((1, 1, 1), format_name)
    rounding = arithmetic(format_name)
    net = Attention(one, one, one, one, masks=("causal",), encoder=None, beta=1.0, arithmetic=rounding)
    return applied(net, np.ones((rows, 1)), np.ones(rows, dtype=bool))


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_any_number_of_ties_of_value_1_gives_exactly_1(format_name: str):
    """m = 1 to 3000."""
    found, _ = counting(format_name, 3000)
    assert (found == 1).all()


def test_normalising_first_would_not():
    """The trap: m times the float32 nearest to 1/m, added one after another, is often not 1."""
    ties = range(1, 300)
    sums = [np.add.accumulate(np.full(m, np.float32(1) / np.float32(m)))[-1] for m in ties]
    assert any(total != 1 for total in sums)


def test_ties_share_evenly():
    _, shares = counting("float32", 3000)
    for m in (1, 2, 3, 7, 1000, 3000):
        assert (shares[0, m - 1, :m] == np.float32(1) / np.float32(m)).all()
        assert (shares[0, m - 1, m:] == 0).all()


# Masks ------------------------------------------------------------------------------------------------------------------


MASKS = ("none", "causal", "across")
ENCODER = 0
MIXED = [("causal", "across", "none"), ("across", "across", "causal"), ("causal",) * 3, ("none", "none", "across")]


def plain_sees(masks: tuple[str, ...], encoded: list[bool], keep: np.ndarray) -> np.ndarray:
    """Row by row, from what the masks say, [heads, rows that ask, rows that answer]."""
    sees = np.zeros((len(masks), ROWS, ROWS), dtype=bool)
    for head, i, j in np.ndindex(sees.shape):
        earlier = j <= i and encoded[i] == encoded[j]
        sees[head, i, j] = keep[j] and {"none": True, "causal": earlier, "across": encoded[j]}[masks[head]]
    return sees


@pytest.mark.parametrize("masks", MIXED)
@FEWER
@given(net=givens, sides=st.lists(st.booleans(), min_size=ROWS - 1, max_size=ROWS - 1), kept=st.integers(1, ROWS))
def test_a_row_sees_what_the_mask_of_each_attention_head_says(
    masks: tuple[str, ...], net: Given, sides: list[bool], kept: int
):
    """Against the plain softmax: sides in any order, some rows padding; the first row is the encoder's, and kept."""
    encoded, keep = [True, *sides], np.arange(ROWS) < kept
    x = net.x.copy()
    x[:, ENCODER] = encoded
    net = net._replace(x=x)
    found, shares = applied(attention(net, "float32", masks=masks, encoder=ENCODER), x, keep)
    sees = plain_sees(masks, encoded, keep)
    asks = sees.any(axis=-1).all(axis=0)  # a padding row may see none: what it is given is never read
    assert asks[:kept].all()
    expected, weights = plain_softmax(net, sees | ~asks[None, :, None])
    u = float(NATIVE_FORMATS["float32"].unit_roundoff)
    assert (shares[:, asks][~sees[:, asks]] == 0).all()
    assert (np.abs(shares - weights)[:, asks] <= 2 * u * (4 * EXP_ULPS + ROWS + 2)).all()
    assert (np.abs(found - expected)[asks] <= bound(net, "float32")).all()


@pytest.mark.parametrize("masks", [("causal", "none", "causal"), ("none",) * 3])
@FEWER
@given(net=givens)
def test_without_an_encoder_all_rows_are_of_one_side(masks: tuple[str, ...], net: Given):
    found, shares = applied(attention(net, "float32", masks=masks), net.x, everyone)
    sees = plain_sees(masks, [False] * ROWS, everyone)
    expected, _ = plain_softmax(net, sees)
    assert (shares[~sees] == 0).all()
    assert (np.abs(found - expected) <= bound(net, "float32")).all()
    if masks[0] == "causal":
        assert shares[0, 0, 0] == 1


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_a_mask_is_kept_where_the_score_of_a_hidden_row_is_the_largest(format_name: str):
    """Saturated: the first decoder row finds its own, not the encoder's of a larger score, nor a later one."""
    one = jnp.ones((3, 1, 2), format_name).at[:, :, 0].set(0)
    rounding, beta = arithmetic(format_name), float(NATIVE_FORMATS[format_name].beta)
    net = Attention(one, one, one, jnp.swapaxes(one, 1, 2), masks=MASKS, encoder=0, beta=beta, arithmetic=rounding)
    x = np.array([[1, 3], [1, 2], [0, 1], [0, 4]])
    _, shares = applied(net, x, np.ones(4, dtype=bool))
    assert shares.argmax(axis=-1).tolist() == [[3, 3, 3, 3], [0, 0, 2, 3], [0, 0, 0, 0]]
    assert ((shares == 0) | (shares == 1)).all()


# Padding ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@FEWER
@given(net=givens, junk=integers(2, MODEL))
def test_a_padding_row_is_never_seen(format_name: str, net: Given, junk: np.ndarray):
    """Whatever stands there, also where its score would be the largest, and where all kept scores are the least."""
    layer = attention(net, format_name)
    other = net.x.copy()
    other[5:] = 100 * junk
    found, shares = applied(layer, net.x, first_five)
    with_junk, shares_of_junk = applied(layer, other, first_five)
    assert (shares_of_junk[:, :5, 5:] == 0).all()
    assert found[:5].tobytes() == with_junk[:5].tobytes()
    assert shares[:, :5].tobytes() == shares_of_junk[:, :5].tobytes()


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@FEWER
@given(net=givens)
def test_padding_to_a_larger_shape_changes_no_bit(format_name: str, net: Given):
    """Saturated, one row, one coordinate, one key and one value dimension more, all zero."""
    beta = float(NATIVE_FORMATS[format_name].beta)
    small, _ = applied(attention(net, format_name, beta=beta), net.x[:5], np.ones(5, dtype=bool))
    padded = Given(np.pad(net.x[:5], ((0, 2), (0, 1))), *(np.pad(m, ((0, 0), (0, 1), (0, 1))) for m in net[1:]))
    large, _ = applied(attention(padded, format_name, beta=beta), padded.x, first_five)
    if (plain_ties(net, 5) & (plain_ties(net, 5) - 1) == 0).all():  # sums over ties of a power of two are exact
        assert small.tobytes() == np.ascontiguousarray(large[:5, :MODEL]).tobytes()
    assert (large[:, MODEL:] == 0).all()


def plain_ties(net: Given, rows: int) -> np.ndarray:
    scores = plain_scores(Given(net.x[:rows], *net[1:]))
    return (scores == scores.max(axis=-1, keepdims=True)).sum(axis=-1)


def test_weights_of_a_row_sum_to_1_but_for_their_rounding():
    """The sum over N keys is off by N u, each share by 2 u of itself; the exact sum is taken in fractions."""
    source = np.random.default_rng(0)
    net = Given(
        *(source.integers(-2, 3, shape) for shape in [(ROWS, MODEL)] + 2 * [(HEADS, KEY, MODEL)]), *_rest(source)
    )
    _, shares = applied(attention(net, "float32"), net.x, everyone)
    u = NATIVE_FORMATS["float32"].unit_roundoff
    for row in shares.reshape(-1, ROWS):
        assert abs(sum(Fraction(float(share)) for share in row) - 1) <= (ROWS + 3) * u


def _rest(source: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return source.integers(-2, 3, (HEADS, VALUE, MODEL)), source.integers(-2, 3, (HEADS, MODEL, VALUE))


def test_it_is_an_nnx_module():
    net = attention(Given(*(np.ones(s) for s in _shapes())), "float32", masks=MASKS, encoder=2)
    graph, state = nnx.split(net)
    assert sorted(path[0] for path, _ in nnx.to_flat_state(state)) == ["key", "output", "query", "value"]
    again = nnx.merge(graph, state)
    assert (again.masks, again.encoder, again.beta, again.arithmetic) == (MASKS, 2, 1.0, arithmetic("float32"))


def _shapes() -> list[tuple[int, ...]]:
    return [(ROWS, MODEL), (HEADS, KEY, MODEL), (HEADS, KEY, MODEL), (HEADS, VALUE, MODEL), (HEADS, MODEL, VALUE)]
