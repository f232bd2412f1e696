"""Exact runs equal an oracle of plain Fractions: also for weights that no compiler would make."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product as pairs

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, compare_rungs
from tests.weights import oracle
from tmformer.errors import DecodeError, ProgramError, WeightsError
from tmformer.program import Flag, Labels, Lookup, Match, OneHot, Register, Stop, Stream
from tmformer.weights import AttentionHead, BlockWeights, Mlp, Sparse, Weights, lower, trace

Values = list[list[Fraction]]
Spec = tuple[tuple[int, int], tuple[tuple[int, int, int], ...], int]


def run(weights: Weights, prompt: Stream, softmax: str, loops: int) -> list[Values]:
    return [block.after.array().tolist() for block in trace(weights, prompt, softmax, loops)]


def expected(weights: Weights, prompt: Stream, softmax: str, loops: int) -> list[Values]:
    shares = oracle.hard if softmax == "hard" else oracle.base_2(weights.labels.sharpness)
    x = [[Fraction(int(value)) for value in row] for row in weights.layout.encode(prompt)]
    return list(oracle.trace(weights, x, shares, loops))


def compare(weights: Weights, prompt: Stream, softmax: str, loops: int) -> None:
    try:
        wanted = expected(weights, prompt, softmax, loops)
    except ValueError as error:
        with pytest.raises(WeightsError, match=str(error)):
            run(weights, prompt, softmax, loops)
        return
    assert run(weights, prompt, softmax, loops) == wanted


@pytest.mark.parametrize("softmax", ["hard", "base-2"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_equal_the_oracle(name: str, softmax: str):
    compare(lower(EXAMPLES[name].program), EXAMPLES[name].prompt, softmax, 2)


# Networks of 6 coordinates: the first two are constant, and the only ones that queries and keys read. --------------------

REGISTERS = (Register("bos", Flag()), Register("row", Flag()), Register("mark", OneHot(("a", "b", "c", "d"))))
LOOKUP = Lookup("l", (Match("c", "c"),), "mark", "mark", "row", "bos", ("bos",))


def labels(c: int, encoder: str | None = None) -> Labels:
    stop = Stop((), ("mark",), "row", ())
    return Labels("none", REGISTERS, (), stop, (), max_positions=4, loops=1, sharpness=c, encoder=encoder)


numerators = st.integers(-3, 3) | st.sampled_from([2**26 + 1, -(2**31), 2**53 - 1, 1 - 2**53])
small = st.integers(-2, 2)


@st.composite
def matrices(
    draw: st.DrawFn,
    rows: range,
    columns: range,
    shape: tuple[int, int],
    numbers: st.SearchStrategy[int],
    shifts: list[int],
) -> Spec:
    places = [place for place in pairs(rows, columns) if draw(st.integers(0, 2))]
    drawn = [(*place, draw(numbers)) for place in places]
    return shape, tuple(entry for entry in drawn if entry[2]), draw(st.sampled_from(shifts))


@st.composite
def networks(draw: st.DrawFn, *, scores: range, shifts: list[int]) -> Callable[[], Weights]:
    """How to make random networks; `scores` are the coordinates that queries and keys read.

    Checking the annotations of weights draws random numbers, which Hypothesis forbids inside a strategy.
    """
    blocks: list[tuple[list[tuple[str, list[Spec]]], list[Spec]]] = []
    kept, written, every = [0, *shifts], range(2, 6), range(6)
    encoder = draw(st.sampled_from([None, "bos", "row"]))
    for _ in range(draw(st.integers(1, 2))):
        heads = [
            (
                draw(st.sampled_from(["none", "causal", "across"] if encoder else ["none", "causal"])),
                [
                    draw(matrices(range(2), scores, (2, 6), small, [0, 0, 0, 1])),
                    draw(matrices(range(2), scores, (2, 6), small, [0])),
                    draw(matrices(range(2), every, (2, 6), numerators, kept)),
                    draw(matrices(written, range(2), (6, 2), numerators, kept)),
                ],
            )
            for _ in range(draw(st.integers(0, 2)))
        ]
        d_mlp = draw(st.integers(0, 3))
        units = range(d_mlp)
        mlp = [
            draw(matrices(units, every, (d_mlp, 6), numerators, kept)),
            draw(matrices(units, range(1), (d_mlp, 1), numerators, kept)),
            draw(matrices(written, units, (6, d_mlp), numerators, kept)),
        ]
        blocks.append((heads, mlp))
    c = draw(st.sampled_from([1, 2, 5, 20, 60]))
    return lambda: Weights(labels(c, encoder), tuple(map(built, blocks)))


def built(block: tuple[list[tuple[str, list[Spec]]], list[Spec]]) -> BlockWeights:
    heads, mlp = block
    made = (
        AttentionHead(msgspec.structs.replace(LOOKUP, mask=mask), *(Sparse(*spec) for spec in specs))
        for mask, specs in heads
    )
    return BlockWeights(tuple(made), Mlp(*(Sparse(*spec) for spec in mlp)))


marks = st.sampled_from([None, "a", "b", "c", "d"])
prompts = st.lists(st.tuples(st.booleans(), st.booleans(), marks), min_size=1, max_size=4).map(
    lambda rows: Stream(dict(zip(("bos", "row", "mark"), zip(*rows, strict=True), strict=True)))
)
SHIFTS = [1, 7, 30, 52, 62]


@given(networks(scores=range(6), shifts=SHIFTS), prompts)
def test_hard_attention_equals_the_oracle(weights: Callable[[], Weights], prompt: Stream):
    compare(weights(), prompt, "hard", 2)


@given(networks(scores=range(2), shifts=SHIFTS), prompts)
def test_base_2_softmax_equals_the_oracle(weights: Callable[[], Weights], prompt: Stream):
    compare(weights(), prompt, "base-2", 2)


LOWERED = {name: lower(example.program) for name, example in EXAMPLES.items()}
Change = tuple[int, int, int, int]
CHANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 200), st.integers(-9, 9), st.integers(0, 4)), min_size=1, max_size=3
)


def mutant(name: str, changes: list[Change]) -> Weights:
    """Weights of an example with one to three entries changed by a dyadic number."""
    weights = LOWERED[name]
    blocks = list(weights.blocks)
    for which, entry, amount, shift in changes:
        block = blocks[which % len(blocks)]
        parts = [(None, part) for part in ("w_in", "b_in", "w_out")]
        parts += [(h, part) for h in range(len(block.heads)) for part in ("query", "key", "value", "output")]
        head, part = parts[which // 2 % len(parts)]
        old: Sparse = getattr(block.mlp if head is None else block.heads[head], part)
        scaled = [(row, column, value << shift) for row, column, value in old.entries]
        if scaled:
            row, column, value = scaled[entry % len(scaled)]
            scaled[entry % len(scaled)] = (row, column, value + amount)
        new = Sparse(old.shape, tuple(entry for entry in scaled if entry[2]), old.shift + shift)
        mlp = Mlp(**{**vars_of(block.mlp), part: new}) if head is None else block.mlp
        heads = tuple(
            AttentionHead(**{**vars_of(each), part: new}) if index == head else each
            for index, each in enumerate(block.heads)
        )
        blocks[which % len(blocks)] = BlockWeights(heads, mlp)
    return Weights(weights.labels, tuple(blocks))


def vars_of(part: AttentionHead | Mlp) -> dict[str, object]:
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


@pytest.mark.parametrize("name", ["shift", "rumour", "copy"])
@given(changes=CHANGES, softmax=st.sampled_from(["hard", "base-2"]))
def test_mutated_weights_equal_the_oracle(name: str, changes: list[Change], softmax: str):
    compare(mutant(name, changes), EXAMPLES[name].prompt, softmax, 1)


@given(CHANGES)
def test_the_squares_see_a_changed_weight(changes: list[Change]):
    """Either the run is unchanged by the oracle's account too, or the square from program to weights fails."""
    program, prompt, changed = EXAMPLES["copy"].program, EXAMPLES["copy"].prompt, mutant("copy", changes)
    assume(expected(changed, prompt, "hard", 1) != expected(LOWERED["copy"], prompt, "hard", 1))
    try:
        difference = compare_rungs(program, prompt, lambda _: changed)
    except (DecodeError, WeightsError) as error:  # off the grid, or a score that is no integer
        difference = error.rule
    assert difference


# Numbers that outgrow int64 ----------------------------------------------------------------------------------------------


def one_head(value: Fraction, c: int, query: int) -> Weights:
    """A row asks with score `query` for rows, 0 for BOS, and the flag `row` times `value` is brought."""
    top, shift = value.numerator, value.denominator.bit_length() - 1
    head = AttentionHead(
        LOOKUP,
        Sparse((1, 6), ((0, 1, query),)),
        Sparse((1, 6), ((0, 1, 1),)),
        Sparse((1, 6), ((0, 1, top),), shift),
        Sparse((6, 1), ((2, 0, 1),)),
    )
    none = Mlp(Sparse((0, 6), ()), Sparse((0, 1), ()), Sparse((6, 0), ()))
    return Weights(labels(c), (BlockWeights((head,), none),))


PROMPT = Stream({"bos": (True, False, False), "row": (False, True, True), "mark": (None, None, None)})


@pytest.mark.parametrize(
    ("c", "query"), [(1, 1), (1, 45), (1, 51), (1, 52), (1, 61), (1, 63), (9, 30), (1, -45), (40, 40)]
)
@pytest.mark.parametrize("shift", [0, 1, 8, 18, 19, 30, 52, 62])
def test_large_powers_over_large_denominators(c: int, query: int, shift: int):
    """The sum of the powers times the values' denominator outgrows int64 although each fits."""
    compare(one_head(Fraction(1, 2**shift), c, query), PROMPT, "base-2", 2)
    compare(one_head(Fraction(3, 2**shift), c, query), PROMPT, "hard", 2)


def test_attention_weights_are_shares():
    weights = lower(EXAMPLES["rumour"].program)
    for softmax, check in (("hard", is_tied), ("base-2", is_positive)):
        for block in trace(weights, EXAMPLES["rumour"].prompt, softmax):
            for head in block.attention:
                shares = head.array()
                assert (shares.sum(axis=1) == 1).all()
                assert all(value == 0 for row, column in np.argwhere(np.triu(np.ones(shares.shape), 1)) for value in [shares[row, column]])  # fmt: skip
                check(shares)


def is_tied(shares: np.ndarray) -> None:
    assert set(map(Fraction, shares[5])) == {Fraction(0), Fraction(1, 3)}


def is_positive(shares: np.ndarray) -> None:
    assert (shares[np.tril_indices(len(shares))] > 0).all()


def test_each_place_of_a_block_is_told():
    weights = lower(EXAMPLES["shift"].program)
    first, second = [*trace(weights, EXAMPLES["shift"].prompt, loops=2)]
    span = weights.layout.spans["heard"]
    assert (second.before.array() == first.after.array()).all()
    assert (first.before.array()[:, span.start : span.stop] == 0).all()
    assert (first.attended.array()[:, span.start : span.stop].sum(axis=1) == 1).all()
    assert (first.after.array()[:, span.start : span.stop] == 0).all()


def with_mask(mask: str, encoder: str | None) -> Weights:
    """Rows flagged `row` are asked for by all; the mask alone says which of them a row sees."""
    base = one_head(Fraction(1), 1, 1)
    [head] = base.blocks[0].heads
    masked = replace(head, lookup=msgspec.structs.replace(head.lookup, mask=mask))
    return Weights(labels(3, encoder), (BlockWeights((masked,), base.blocks[0].mlp),))


SIDES = Stream({"bos": (True, True, False, False), "row": (False, True, True, True), "mark": (None, None, None, None)})


@pytest.mark.parametrize("softmax", ["hard", "base-2"])
@pytest.mark.parametrize(
    ("mask", "encoder", "sees"),
    [
        ("none", "bos", ["1111", "1111", "1111", "1111"]),
        ("causal", "bos", ["1000", "1100", "0010", "0011"]),
        ("causal", None, ["1000", "1100", "1110", "1111"]),
        ("across", "bos", ["1100", "1100", "1100", "1100"]),
    ],
)
def test_a_row_sees_what_its_mask_lets_it_see(mask: str, encoder: str | None, sees: list[str], softmax: str):
    """An encoder of two rows, a decoder of two: softmax weighs every row that is seen, hard attention the best of them."""
    weights = with_mask(mask, encoder)
    compare(weights, SIDES, softmax, 2)
    [block] = trace(weights, SIDES, softmax)
    shares = block.attention[0].array()
    seen = np.array([[mark == "1" for mark in row] for row in sees])
    assert (shares[~seen] == 0).all()
    if softmax == "base-2":
        assert (shares[seen] > 0).all()


def test_a_row_that_sees_none_is_refused():
    """A decoder without an encoder; the prompt is at fault, so the row and the lookup are named."""
    alone = SIDES.rows(2, 4)
    with pytest.raises(WeightsError) as caught:
        list(trace(with_mask("across", "bos"), alone))
    assert caught.value.found == "row 0 that sees none"
    assert caught.value.where == "lookup 'l'"


def test_a_score_that_no_row_sees_may_be_a_fraction():
    """Under a causal mask only what is seen must be an integer."""
    head = AttentionHead(
        msgspec.structs.replace(LOOKUP, mask="causal"),
        Sparse((1, 6), ((0, 0, 1),), 1),  # only BOS, row 0, asks: 1/2
        Sparse((1, 6), ((0, 1, 1),)),  # only data rows, later, answer
        Sparse((1, 6), ((0, 1, 1),)),
        Sparse((6, 1), ((2, 0, 1),)),
    )
    weights = one_head(Fraction(1), 1, 1)
    compare(Weights(weights.labels, (BlockWeights((head,), weights.blocks[0].mlp),)), PROMPT, "base-2", 1)


def test_longer_prompts_than_positions_are_refused():
    long = Stream({name: (*values, *values) for name, values in PROMPT.columns.items()})
    with pytest.raises(ProgramError, match="as long as"):
        list(trace(one_head(Fraction(1), 1, 1), long))
