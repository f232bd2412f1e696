"""Emulated arithmetic: against what JAX computes as it is, against plain loops, and failing where it must."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.often import covering, first_of
from tests.squares.checkers import MADE, Run, exact_streams
from tmformer.errors import ModelError, PrecisionError
from tmformer.machine import parse
from tmformer.model import Arithmetic, BlockValues, Transformer, load
from tmformer.precision import FORMATS, POLICIES, Policy, Uncertified, format_named, policy_named, quantise

TESTED = Uncertified(reason="tested bit for bit")
FAILING = Uncertified(reason="to see it fail", even_if_inexact=True)
BB3 = Run(parse("1RB1RZ_1LB0RC_1LC1LA"), (), 0, -4, 9, 5)
TWINS = {"float32": "e8m23", "bfloat16": "e8m7", "float16": "e5m10"}


def policies(format_name: str, name: str) -> tuple[Policy, Policy]:
    """One that JAX computes as it is, and the same by emulation."""
    return tuple(policy_named(name, format_named(each)) for each in (format_name, TWINS[format_name]))


@cache
def model(policy: Policy, regime: str = "saturated", run: Run = BB3) -> Transformer:
    return load(run.weights, TESTED, policy=policy, regime=regime)


@jax.jit
def values(network: Transformer, x: jax.Array, keep: jax.Array) -> BlockValues:
    return network.loop.values(x, keep, jnp.int32(0))[0]


def start(run: Run, dtype: str) -> tuple[jax.Array, jax.Array]:
    """The encoded start, one row of padding after it."""
    encoded = run.weights.layout.encode(MADE.encode_configuration(run.weights.labels, run.start))
    padded = np.pad(encoded, ((0, 1), (0, 0)))
    return jnp.asarray(padded, dtype), jnp.arange(len(padded)) < len(encoded)


@pytest.mark.parametrize(("format_name", "name"), covering(TWINS, [name for name in POLICIES if name != "pure"]))
def test_an_emulated_run_is_the_native_one(format_name: str, name: str):
    """Every value of every block, bit for bit, and every attention weight; the exact run at the end of each step."""
    native, emulated = policies(format_name, name)
    assert native.is_native
    assert not emulated.is_native
    (x, keep), (y, _) = start(BB3, format_name), start(BB3, "float64")
    for exact in list(exact_streams(BB3, BB3.weights))[1:]:
        found, again = values(model(native), x, keep), values(model(emulated), y, keep)
        for one, other in zip(found, again, strict=True):
            assert np.asarray(one).astype(np.float64).tobytes() == np.asarray(other).tobytes()
        x, y = found.after, again.after
        assert (np.asarray(y)[:-1] == exact).all()


def test_what_each_policy_rounds():
    """Dtypes of what is kept: in 16 bits with scores of float32, powers and shares are of float32, activations are not."""
    native, emulated = policies("bfloat16", "scores-float32")
    x, keep = start(BB3, "bfloat16")
    pattern = model(native).loop.patterns(x, keep)[0]
    assert (pattern.powers.dtype, pattern.total.dtype) == ("float32", "float32")
    assert values(model(native), x, keep).after.dtype == "bfloat16"
    assert model(native).loop.blocks[0].attention.beta == 128
    assert model(native).dtype == "bfloat16"
    assert (model(emulated).dtype, model(emulated).loop.blocks[0].mlp.w_in.dtype) == ("float64", "float64")


@pytest.mark.parametrize(
    ("format_name", "name"),
    covering(["float8_e4m3fn", "float8_e5m2", "tf32", "bfloat16", "float16", "e5m4", "e4m6"], POLICIES),
)
def test_small_networks_are_exact_in_every_policy(format_name: str, name: str):
    """All scores of nine cells fit into each of them."""
    policy = policy_named(name, format_named(format_name))
    small = load(BB3.weights, TESTED, policy=policy)
    x, keep = start(BB3, small.dtype)
    for exact in list(exact_streams(BB3, BB3.weights))[1:]:
        x = values(small, x, keep).after
        assert (np.asarray(x)[:-1].astype(np.float64) == exact).all()


@pytest.mark.parametrize("name", first_of(1, POLICIES))
def test_the_graded_regime_stays_within_the_format(name: str):
    """Emulated in e5m7: every value of every block is a number of the format, however it was rounded."""
    policy = policy_named(name, format_named("e5m7"))
    x, keep = start(BB3, "float64")
    found = values(model(policy, "graded"), x, keep)
    for array in found[:3]:
        assert np.asarray(array).tobytes() == quantise(np.asarray(array), policy.weights).tobytes()
    assert np.asarray(found.attention).tobytes() == quantise(np.asarray(found.attention), policy.scores).tobytes()
    assert ((np.asarray(found.attention) > 0).sum(axis=-1) > 1).any()


# Operations ---------------------------------------------------------------------------------------------------------------


def plain_sum(axes: str, left: np.ndarray, right: np.ndarray, policy: Policy) -> np.ndarray:
    """One product after another, in the order of the summed axes, each product and each partial sum rounded."""
    factors, output = axes.split("->")
    first, second = factors.split(",")
    sizes = dict(zip(first + second, left.shape + right.shape, strict=True))
    summed = [letter for letter in first if letter not in output]
    total = np.zeros([sizes[letter] for letter in output])
    for place in np.ndindex(*total.shape):
        at = dict(zip(output, place, strict=True))
        for terms in np.ndindex(*(sizes[letter] for letter in summed)):
            at |= dict(zip(summed, terms, strict=True))
            product = left[tuple(at[letter] for letter in first)] * right[tuple(at[letter] for letter in second)]
            total[place] = quantise(total[place] + quantise(product, policy.accumulation), policy.accumulation)
    return total


@pytest.mark.parametrize(
    ("axes", "name"),
    covering(
        ["nd,hkd->hnk", "hqk,hnk->hqn", "hqn,hnv->hqv", "hqv,hdv->qd", "nd,md->nm"],
        ["float8_e5m2", "float8_e4m3fn", "e5m7", "float32"],
    ),
)
def test_a_sum_is_taken_from_left_to_right(name: str, axes: str):
    """Every contraction of the model, on numbers of the format whose sums round at each step."""
    format_ = format_named(name)
    policy = Policy("mine", FORMATS["tf32"], format_, format_)
    letters = axes.split("->", maxsplit=1)[0].split(",")
    sizes = {letter: 2 + ord(letter) % 3 for letter in "".join(letters)} | {letters[0][-1]: 9}
    source = np.random.default_rng(len(axes))
    left, right = (
        quantise(source.normal(size=[sizes[letter] for letter in own]) * 3, policy.accumulation) for own in letters
    )
    arithmetic = Arithmetic(policy)
    found = jax.jit(lambda *factors: arithmetic.sum(axes, *factors))(jnp.asarray(left), jnp.asarray(right))
    expected = plain_sum(axes, left, right, policy)
    assert np.asarray(found).tobytes() == expected.tobytes()
    exact = np.einsum(axes, left, right)
    assert (quantise(exact, format_) != expected).any() or name == "float32"


@pytest.mark.parametrize("axes", ["nd,hkd->hnk", "hqv,hdv->qd"])
def test_a_sum_over_nothing_is_zero(axes: str):
    """Blocks without attention heads, or without coordinates."""
    arithmetic = Arithmetic(policy_named("pure", FORMATS["float8_e5m2"]))
    shapes = {"nd,hkd->hnk": ((2, 3), (0, 4, 3)), "hqv,hdv->qd": ((0, 2, 3), (0, 4, 3))}[axes]
    found = arithmetic.sum(axes, *(jnp.zeros(shape) for shape in shapes))
    assert found.shape == {"nd,hkd->hnk": (0, 2, 4), "hqv,hdv->qd": (2, 4)}[axes]
    assert not found.any()


def test_a_total_sticks_where_the_format_does_not_count_on():
    """Ones: e5m2 counts to 8, and bfloat16 to 256; float32 goes on."""
    ones = jnp.ones((2, 600))
    for name, most in (("float8_e5m2", 8), ("bfloat16", 256), ("float16", 600)):
        assert (Arithmetic(policy_named("pure", FORMATS[name])).total(ones) == most).all()
        assert (Arithmetic(policy_named("accumulate-float32", format_named("e5m2"))).total(ones) == 600).all()
    assert Arithmetic(policy_named("pure", FORMATS["bfloat16"])).total(ones).shape == (2, 1)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("float64", "float32")])
def test_what_is_not_seen_has_no_weight(name: str):
    """Whatever the largest score: also where the format has no infinity; and a row that sees nothing gets no NaN."""
    policy = policy_named("pure", FORMATS[name])
    arithmetic = Arithmetic(policy)
    most = 16 * policy.beta if name == "float8_e4m3fn" else 2.0 ** (policy.scores.max_exponent - 1)
    for largest in (-most, 0, most):
        gaps = arithmetic.subtract(jnp.array([arithmetic.lowest, float(largest)]), jnp.array([float(largest)]))
        assert np.asarray(arithmetic.exp(gaps)).tolist() == [0, 1]
    alone = jnp.array([arithmetic.lowest])
    assert np.asarray(arithmetic.exp(arithmetic.subtract(alone, alone))).tolist() == [1]


# Refusals and failing runs ------------------------------------------------------------------------------------------------


E5M2 = FORMATS["float8_e5m2"]
SHORT_SUMS = Policy("sums in e5m2", FORMATS["float16"], E5M2, E5M2)
WIDE = Run(parse("1RB1LB_1LA1RZ"), (), 0, -512, 1024, 1)  # 11 digits: scores and weights up to 11


@pytest.mark.parametrize(
    ("policy", "found"),
    [*((policy_named(name, E5M2), "the weight 11") for name in POLICIES), (SHORT_SUMS, "scores up to 11")],
)
def test_a_network_too_large_for_float8_is_refused(policy: Policy, found: str):
    """Unless a failing run is asked for."""
    with pytest.raises(PrecisionError) as caught:
        load(WIDE.weights, TESTED, policy=policy)
    assert caught.value.found == found
    assert load(WIDE.weights, FAILING, policy=policy).certificate == FAILING


def test_emulation_needs_float64():
    with jax.enable_x64(False), pytest.raises(ModelError) as caught:
        load(BB3.weights, TESTED, policy=policy_named("pure", FORMATS["bfloat16"]))
    assert caught.value.found == "float64 is switched off"


def test_weights_of_a_failing_run_are_rounded():
    """11 is half-way between 10 and 12 in e5m2, and 12 is even."""
    emulated = load(WIDE.weights, FAILING, policy=policy_named("pure", E5M2)).loop.blocks[0].attention.query[...]
    exact = load(WIDE.weights, TESTED).loop.blocks[0].attention.query[...]
    assert np.asarray(emulated).tobytes() == quantise(np.asarray(exact), E5M2).tobytes()
    assert (float(exact.max()), float(emulated.max())) == (11, 12)


def messages(policy: Policy, certificate: Uncertified) -> np.ndarray:
    """What arrives at each row of the large window by the attention of its first block."""
    x, keep = start(WIDE, "float64")
    attended = values(load(WIDE.weights, certificate, policy=policy), x, keep).attended
    return np.asarray(attended)[:-1, list(WIDE.weights.layout.spans["arriving"])]


@pytest.mark.parametrize(
    "policy", first_of(1, [policy_named("pure", E5M2), SHORT_SUMS]), ids=lambda policy: policy.name
)
def test_float8_loses_the_message_where_its_sums_stick_at_8(policy: Policy):
    """A failing run: 8 + 1 is 8 in e5m2, so the row that is asked for scores 8 of 11, and BOS, which scores 10, is found.

    Where sums are longer the message arrives, in an emulation as well.
    """
    assert quantise(8 + 1, E5M2) == 8
    good = messages(Policy("long sums", FORMATS["float16"], FORMATS["tf32"], FORMATS["tf32"]), TESTED)
    assert sorted(good.ravel())[-2:] == [0, 1]
    assert not messages(policy, FAILING).any()
