"""Whether formats hold the weights and scores of a network, and how close the bound on scores is."""

from dataclasses import replace
from fractions import Fraction

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
from tmformer.precision import FORMATS, NATIVE_FORMATS, Policy, check_representable, largest_score, policy_named
from tmformer.program import parse_program
from tmformer.weights import AttentionHead, Sparse, Weights, decode, dense, lower, sparse, trace
from tmformer.weights.lookup import lower_lookup

BB2 = lower(CONSTRUCTIONS["cellular"].compile(MACHINE, steps=6, cells=7, head=0, input_length=0, origin=-3, options={}))
POLICIES = {name: policy_named("accumulate-float32", format_) for name, format_ in FORMATS.items()}


def with_matrix(part: str, matrix: Sparse) -> Weights:
    """The weights of BB(2) with another matrix in its first attention head, or in its MLP."""
    (block,) = BB2.blocks
    if part in ("w_in", "b_in", "w_out"):
        return replace(BB2, blocks=(replace(block, mlp=replace(block.mlp, **{part: matrix})),))
    return replace(BB2, blocks=(replace(block, heads=(replace(block.heads[0], **{part: matrix}), *block.heads[1:])),))


# Weights ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NATIVE_FORMATS)
def test_compiled_weights_fit_every_native_format(name: str):
    check_representable(BB2, POLICIES[name])


@pytest.mark.parametrize("part", ["query", "key", "value", "output", "w_in", "b_in", "w_out"])
def test_a_weight_that_does_not_fit_is_named(part: str):
    """The first prime beyond bfloat16's integers, in each matrix."""
    (block,) = BB2.blocks
    old = getattr(block.mlp if part in ("w_in", "b_in", "w_out") else block.heads[0], part)
    weights = with_matrix(part, sparse(old.shape, {**old.items(), (1, 0): Fraction(257, 2)}))
    check_representable(weights, POLICIES["float16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(weights, POLICIES["bfloat16"])
    assert caught.value.found == "the weight 257/2"
    assert caught.value.where.endswith(f"{part}, row 1, column 0")


def weights_that_score(*entries: int) -> Weights:
    """The first head scores up to the sum of these entries: keys of one code, where queries hold -1, 0 or 1."""
    span = BB2.layout.spans["own_cell"]
    key = {(0, span[place]): value for place, value in enumerate(entries)}
    return with_matrix("key", sparse((BB2.blocks[0].heads[0].key.shape[0], BB2.layout.d_model), key))


def test_scores_that_do_not_fit_are_named():
    """bfloat16 counts to 256, though it holds 256 and 1."""
    check_representable(weights_that_score(255, 1), POLICIES["bfloat16"])
    check_representable(weights_that_score(256, 1), POLICIES["float16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(weights_that_score(256, 1), POLICIES["bfloat16"])
    assert caught.value.found == "scores up to 257"
    assert "from_left" in caught.value.where


def test_logits_that_overflow_are_refused():
    """Logits of float16 stay below its largest power of two, 2**15: scores of 1023 do, 1024 do not."""
    float16 = POLICIES["float16"]
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


def tied(positions: int, ties: str = "constant") -> Weights:
    return lower(parse_program(RUMOUR.replace("positions 9", f"positions {positions}").replace("constant", ties)))


def test_too_many_ties_are_refused():
    """At one position more than may tie; a lookup that promises one answer has none."""
    float16 = POLICIES["float16"]
    check_representable(tied(65519), float16)
    check_representable(tied(65520, "unique"), float16)
    check_representable(tied(65520), POLICIES["bfloat16"])
    with pytest.raises(PrecisionError) as caught:
        check_representable(tied(65520), float16)
    assert caught.value.rule == "Weights and logits are exact in float16"
    assert caught.value.found == "up to 65,520 ties, where 65,519 are exact"
    assert caught.value.where == "block 0, lookup 'news'"
    assert "float32" in caught.value.remedy
    with pytest.raises(PrecisionError):
        check_representable(tied(2**24 + 1), POLICIES["float32"])


# Policies -----------------------------------------------------------------------------------------------------------------


E5M2, E4M3FN = FORMATS["float8_e5m2"], FORMATS["float8_e4m3fn"]


@pytest.mark.parametrize(
    ("policy", "most"),
    [
        (policy_named("pure", E5M2), 8),
        (policy_named("accumulate-float32", E5M2), 8),
        (policy_named("pure", E4M3FN), 16),
        (Policy("sums too short", FORMATS["float32"], E4M3FN, FORMATS["float32"]), 16),
        (Policy("scores too short", FORMATS["float32"], FORMATS["float32"], E4M3FN), 16),
    ],
)
def test_scores_are_counted_in_the_formats_of_scores_and_of_sums(policy: Policy, most: int):
    """The queries of BB(2) are -1, 0 and 1, so that a score is a sum of powers of two that every format holds."""
    halves = [most // 2, most // 2]
    check_representable(weights_that_score(*halves), policy)
    with pytest.raises(PrecisionError) as caught:
        check_representable(weights_that_score(*halves, 1), policy)
    assert caught.value.found == f"scores up to {most + 1}"
    assert caught.value.rule.endswith({8: "float8_e5m2", 16: "float8_e4m3fn"}[most])


def test_scores_of_float32_count_further_than_the_weights():
    bfloat16 = FORMATS["bfloat16"]
    check_representable(weights_that_score(256, 1), policy_named("scores-float32", bfloat16))
    for name in ("pure", "accumulate-float32"):
        with pytest.raises(PrecisionError):
            check_representable(weights_that_score(256, 1), policy_named(name, bfloat16))
