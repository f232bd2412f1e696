"""Formats against what ml_dtypes and NumPy say of them, values against a cast there and back, beta against exp itself."""

from dataclasses import replace
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, RUMOUR
from tests.weights.growing import BB2 as MACHINE
from tests.weights.growing import FORMS, wei_ma
from tests.weights.lookups import LAYOUT, lookups, scores_of, streams
from tmformer.constructions import CONSTRUCTIONS
from tmformer.errors import PrecisionError
from tmformer.precision import FORMATS, Format, check_representable, format_named
from tmformer.precision.formats import largest_score
from tmformer.program import parse_program
from tmformer.weights import AttentionHead, Sparse, Weights, decode, dense, lower, sparse, trace
from tmformer.weights.lookup import lower_lookup

formats = pytest.mark.parametrize("format_", FORMATS.values(), ids=FORMATS)
BB2 = lower(CONSTRUCTIONS["cellular"].compile(MACHINE, steps=6, cells=7, head=0, input_length=0, origin=-3, options={}))


def with_matrix(part: str, matrix: Sparse) -> Weights:
    """The weights of BB(2) with another matrix in its first attention head, or in its MLP."""
    (block,) = BB2.blocks
    if part in ("w_in", "b_in", "w_out"):
        return replace(BB2, blocks=(replace(block, mlp=replace(block.mlp, **{part: matrix})),))
    return replace(BB2, blocks=(replace(block, heads=(replace(block.heads[0], **{part: matrix}), *block.heads[1:])),))


def is_kept_by_a_cast(value: Fraction, format_: Format) -> bool:
    """Whether the value is the same after a cast to the format, and neither subnormal nor infinite there.

    Only for values that float64 holds.
    """
    with np.errstate(over="ignore"):
        cast = float(np.asarray(float(value)).astype(jnp.dtype(format_.name)).astype(np.float64))
    return np.isfinite(cast) and Fraction(cast) == value and (value == 0 or abs(cast) >= smallest_normal(format_))


def smallest_normal(format_: Format) -> float:
    return float(jnp.finfo(format_.name).smallest_normal)


def test_the_formats_are_those_of_the_issue():
    assert list(FORMATS) == ["float64", "float32", "bfloat16", "float16"]
    for name, format_ in FORMATS.items():
        assert format_.name == name
        assert format_named(name) is format_


def test_an_unknown_format_has_a_near_name():
    with pytest.raises(PrecisionError) as caught:
        format_named("float23")
    assert caught.value.found == "'float23'"
    assert "did you mean 'float32'?" in caught.value.remedy


@formats
def test_a_format_is_what_its_dtype_is(format_: Format):
    info = jnp.finfo(format_.name)
    assert format_.precision == info.nmant + 1
    assert format_.max_exponent == info.maxexp - 1
    assert float(format_.unit_roundoff) == float(info.eps) / 2
    assert Fraction(float(info.max)) == (2 - Fraction(1, 2 ** (format_.precision - 1))) * 2**format_.max_exponent


@formats
def test_integers_are_exact_up_to_the_largest_and_not_beyond(format_: Format):
    largest = format_.largest_exact_integer
    below = range(largest) if largest <= 2**11 else [*range(1000), *range(largest - 1000, largest)]
    for integer in (*below, largest):
        assert format_.is_representable(Fraction(integer))
        assert format_.is_representable(Fraction(-integer))
    assert not format_.is_representable(Fraction(largest + 1))
    assert not is_kept_by_a_cast(Fraction(largest + 1), format_) or format_.name == "float64"


@formats
def test_the_unit_roundoff_is_the_largest_relative_error(format_: Format):
    """A tie between 1 and its successor is off by u exactly, and is rounded to even."""
    u = format_.unit_roundoff
    assert not format_.is_representable(1 + u)
    assert format_.is_representable(1 + 2 * u)
    assert format_.is_representable(1 - u)


@formats
def test_the_boundaries_of_the_exponent(format_: Format):
    """The least normal number and the largest finite one are numbers of the format; their neighbours beyond are not."""
    least, largest = Fraction(smallest_normal(format_)), Fraction(float(jnp.finfo(format_.name).max))
    for value in (least, largest, 2 * least, 3 * least, Fraction(2) ** format_.max_exponent):
        assert format_.is_representable(value), value
        assert format_.is_representable(-value), value
    for value in (least / 2, Fraction(2) ** (format_.max_exponent + 1), 2 * largest):
        assert not format_.is_representable(value), value
    assert format_.is_representable(Fraction(0))


@st.composite
def dyadics(draw: st.DrawFn, format_: Format) -> Fraction:
    """Dyadic rationals that float64 holds, about as long and as large as a format can bear."""
    digits = draw(st.integers(1, min(format_.precision + 2, 53)))
    numerator = draw(st.integers(2 ** (digits - 1), 2**digits - 1))
    reach = min(format_.max_exponent, 900)
    exponent = draw(st.sampled_from([-reach, 0, reach])) + draw(st.integers(-30, 30))
    return draw(st.sampled_from([1, -1])) * numerator * Fraction(2) ** (exponent - digits)


@formats
@given(data=st.data())
def test_is_representable_is_a_cast_there_and_back(format_: Format, data: st.DataObject):
    value = data.draw(dyadics(format_))
    assert format_.is_representable(value) == is_kept_by_a_cast(value, format_)


def test_every_short_dyadic_in_the_smallest_format():
    """All n / 2**s for |n| up to 2**12 + 2 and s up to 15, one by one."""
    float16 = FORMATS["float16"]
    for shift in range(16):
        numerators = np.arange(-(2**12) - 2, 2**12 + 3)
        values = numerators / 2**shift
        cast = values.astype(np.float16).astype(np.float64)
        expected = (cast == values) & ((np.abs(values) >= 2.0**-14) | (values == 0))
        found = [float16.is_representable(Fraction(int(n), 2**shift)) for n in numerators]
        assert numerators[expected != found].tolist() == [], f"over 2**{shift}"


# beta -------------------------------------------------------------------------------------------------------------------


@formats
def test_beta_is_a_power_of_two(format_: Format):
    assert format_.beta & (format_.beta - 1) == 0
    assert format_.is_representable(Fraction(format_.beta))


@formats
def test_one_score_unit_underflows_to_exactly_0(format_: Format):
    """Eager, compiled and in an array, of every length: exp(0) = 1 and exp(-beta) = 0, and no less than beta does."""
    exps = {"eager": jnp.exp, "compiled": jax.jit(jnp.exp)}
    for name, exp in exps.items():
        for shape in ((), (1,), (7,), (64,), (3, 65)):
            gap = jnp.full(shape, -float(format_.beta), format_.name)
            assert (np.asarray(exp(gap)) == 0).all(), (name, shape)
            assert not np.signbit(np.asarray(exp(gap))).any(), (name, shape)
            assert (np.asarray(exp(gap * 0)) == 1).all(), (name, shape)
            assert (np.asarray(exp(gap * 2)) == 0).all(), (name, shape)
            assert (np.asarray(exp(gap / 2)) > 0).all(), (name, shape)


@formats
def test_beta_is_the_least_power_of_two_beyond_underflow(format_: Format):
    """exp(-x) rounds to 0 where it is below half of the least subnormal number, 2**(2 - max_exponent - precision)."""
    nats = (format_.max_exponent + format_.precision - 1) * float(np.log(2))
    assert format_.beta / 2 < nats < format_.beta


def test_16_bit_formats_accumulate_in_float32():
    assert {name: format_.accumulation for name, format_ in FORMATS.items()} == {
        "float64": "float64",
        "float32": "float32",
        "bfloat16": "float32",
        "float16": "float32",
    }


# Weights ----------------------------------------------------------------------------------------------------------------


@formats
def test_compiled_weights_fit_every_format(format_: Format):
    check_representable(BB2, format_)


@pytest.mark.parametrize("part", ["query", "key", "value", "output", "w_in", "b_in", "w_out"])
def test_a_weight_that_does_not_fit_is_named(part: str):
    """The first prime beyond bfloat16's integers, in each matrix."""
    (block,) = BB2.blocks
    old = getattr(block.mlp if part in ("w_in", "b_in", "w_out") else block.heads[0], part)
    weights = with_matrix(part, sparse(old.shape, {**old.items(), (1, 0): Fraction(257, 2)}))
    check_representable(weights, FORMATS["float16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(weights, FORMATS["bfloat16"])
    assert caught.value.found == "the weight 257/2"
    assert caught.value.where.endswith(f"{part}, row 1, column 0")


def weights_that_score(*entries: int) -> Weights:
    """The first head scores up to the sum of these entries: keys of one code, where queries hold -1, 0 or 1."""
    span = BB2.layout.spans["own_cell"]
    key = {(0, span[place]): value for place, value in enumerate(entries)}
    return with_matrix("key", sparse((BB2.blocks[0].heads[0].key.shape[0], BB2.layout.d_model), key))


def test_scores_that_do_not_fit_are_named():
    """bfloat16 counts to 256, though it holds 256 and 1."""
    check_representable(weights_that_score(255, 1), FORMATS["bfloat16"])
    check_representable(weights_that_score(256, 1), FORMATS["float16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(weights_that_score(256, 1), FORMATS["bfloat16"])
    assert caught.value.found == "scores up to 257"
    assert "from_left" in caught.value.where


def test_logits_that_overflow_are_refused():
    """Logits of float16 stay below its largest power of two, 2**15: scores of 1023 do, 1024 do not."""
    float16 = FORMATS["float16"]
    check_representable(weights_that_score(1023), float16)
    with pytest.raises(PrecisionError):
        check_representable(weights_that_score(1024), float16)


# Scores -------------------------------------------------------------------------------------------------------------------


def largest_in_a_run(head: AttentionHead, before: np.ndarray) -> int:
    """The largest absolute value of all scores, exact as they are small integers."""
    x = before.astype(np.float64)
    return int(np.abs((x @ dense(head.query).T) @ (x @ dense(head.key).T).T).max())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("radix", [2, 3, 8])
def test_the_bound_on_scores_is_close_to_the_largest_of_a_run(radix: int, form: str):
    """A bound in every block; what a radix of a power of two wants exactly, another radix up to the digits it leaves out."""
    case = wei_ma(radix, form, steps=16)
    *_, prompt = decode(case.weights, case.prompt, case.steps)
    seen = 0
    for block, ran in zip(case.weights.blocks, trace(case.weights, prompt), strict=True):
        for head in block.heads:
            found, bound = largest_in_a_run(head, ran.before.array()), largest_score(case.weights.layout, head)
            assert found <= bound <= Fraction(3, 2) * found
            assert found == bound or radix & (radix - 1)
            seen += 1
    assert seen == len([head for block in case.weights.blocks for head in block.heads]) > 2


@given(st.data())
def test_the_bound_holds_for_every_lookup(data: st.DataObject):
    """Every clause; also between rows that do not see each other."""
    lookup = data.draw(lookups())
    head = lower_lookup(LAYOUT, lookup)
    assert np.abs(scores_of(head, data.draw(streams(lookup)))).max() <= largest_score(LAYOUT, head)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.program.blocks[0].lookups])
def test_the_bound_is_reached_by_the_null_row_or_a_match(name: str):
    """uM, which an idle row gives the null row, without a code to prefer; u(M + 1) - 1 with it."""
    program = EXAMPLES[name].program
    weights = lower(program)
    digits = {each.name: each.type.digits for each in program.labels.registers if hasattr(each.type, "digits")}
    for block in weights.blocks:
        for head in block.heads:
            u = 2 ** digits[head.lookup.prefer] if head.lookup.prefer else 1
            m = sum(digits[match.key] for match in head.lookup.matches)
            assert largest_score(weights.layout, head) == u * (m + 1) - 1


def test_a_sum_of_flags_would_bound_too_much():
    """Planted: every flag of a query counted, as if a row could ask and be idle."""
    (head,) = wei_ma(2).weights.blocks[-1].heads
    layout = wei_ma(2).weights.layout
    flags = {layout.spans[name][0] for name in (head.lookup.where, head.lookup.null, *head.lookup.idle)}
    summed = sum(value for (_, column), value in head.query.items().items() if column in flags)
    assert summed > Fraction(3, 2) * largest_score(layout, head)


# Ties ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_most_ties_is_where_counting_or_the_format_ends(name: str):
    """By brute force: each number of ties is counted exactly in float32, and finite in the format; one more is not."""
    format_ = FORMATS[name]
    most = format_.most_ties
    ties = np.arange(1, most + 2, dtype=np.int64)
    counted = np.add.accumulate(np.ones(most + 1, dtype=np.float32))
    with np.errstate(over="ignore"):
        good = (counted == ties) & np.isfinite(counted.astype(jnp.dtype(name)).astype(np.float32))
    assert good[:-1].all()
    assert not good[-1]
    assert most == {"float16": 65519, "bfloat16": 2**24}[name]


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_most_ties_is_where_counting_ends_in_longer_formats(name: str):
    most, one = FORMATS[name].most_ties, np.dtype(name).type(1)
    assert np.dtype(name).type(most - 1) + one == most
    assert np.dtype(name).type(most) + one == most


def tied(positions: int, ties: str = "constant") -> Weights:
    return lower(parse_program(RUMOUR.replace("positions 9", f"positions {positions}").replace("constant", ties)))


def test_too_many_ties_are_refused():
    """At one position more than may tie; a lookup that promises one answer has none."""
    float16 = FORMATS["float16"]
    check_representable(tied(65519), float16)
    check_representable(tied(65520, "unique"), float16)
    check_representable(tied(65520), FORMATS["bfloat16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(tied(65520), float16)
    assert caught.value.rule == "Weights and logits are exact in float16"
    assert caught.value.found == "up to 65,520 ties, where 65,519 are exact"
    assert caught.value.where == "block 0, lookup 'news'"
    assert "float32" in caught.value.remedy
    with pytest.raises(PrecisionError):
        check_representable(tied(2**24 + 1), FORMATS["float32"])
