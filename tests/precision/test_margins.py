"""Margins: against scores computed from the matrices, row by row, for runs of random machines."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import first_of
from tmformer.constructions import construction
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile
from tmformer.precision import FORMATS, Margin, margins, policy_named
from tmformer.program import Stream, sequence_of
from tmformer.weights import Decoding, Weights, dense, trace
from tmformer.weights.semantics import encoder_rows, visible

FLOAT32 = policy_named("pure", FORMATS["float32"])
OPTIONS = {
    "cellular": ("cellular", {}),
    "wei_ma": ("wei_ma", {}),
    "radix 3": ("wei_ma", {"radix": 3}),
    "radix 8": ("wei_ma", {"radix": 8}),
    "encoder-decoder": ("wei_ma", {"form": "encoder-decoder"}),
}


def margins_of(weights: Weights) -> dict[str, Margin]:
    return {where: margin for where, _, margin in margins(weights, FLOAT32)}


@pytest.mark.parametrize("name", first_of(3, sorted(OPTIONS, key=lambda name: name.startswith("radix"))))
@settings(max_examples=8)
@given(machine=st.sampled_from(["bb2", "bb3", "increment", "copy"]), steps=st.integers(0, 12))
def test_scores_lie_between_the_margins_and_reach_them(name: str, machine: str, steps: int):
    """Of all rows that ask, no score lies between the rival's and the default, or between that and the match's."""
    kind, options = OPTIONS[name]
    machine_, made = load(machine), construction(kind)
    weights = compile(machine_, kind, steps=steps, input_length=3, **options)
    start = initial_configuration(machine_.start, (machine_.symbols[-1],) * 3, machine_.blank, 0)
    prompt = made.encode_configuration(weights.labels, start)
    if weights.labels.feedback:
        decoding = Decoding(weights, prompt)
        for _ in range(steps):
            decoding.step()
        prompt = prompt + rows_fed_back(weights, prompt, decoding)
    said = margins_of(weights)
    blocks = trace(weights, prompt, loops=1)
    for index, (block, computed) in enumerate(zip(weights.blocks, blocks, strict=True)):
        residual = [[Fraction(x) for x in row] for row in computed.before.array()]
        for head in block.heads:
            margin = said[f"block {index}, lookup {head.lookup.name!r}"]
            scores = scored(residual, dense(head.query), dense(head.key))
            assert max(abs(score) for row in scores for score in row) <= margin.largest
            sees = visible(head.lookup.mask, encoder_rows(weights.labels, prompt))
            asks = [row for row, flag in enumerate(prompt[head.lookup.where]) if flag]
            for row in asks:
                for score in (score for score, is_seen in zip(scores[row], sees[row], strict=True) if is_seen):
                    below = margin.rival is not None and score <= margin.rival
                    assert below or score == margin.null or (margin.match is not None and score >= margin.match)


def rows_fed_back(weights: Weights, prompt: Stream, decoding: Decoding) -> Stream:
    whole = sequence_of(weights.labels, prompt, decoding.after())
    return whole.rows(prompt.num_rows, whole.num_rows)


def scored(residual: list[list[Fraction]], query: object, key: object) -> list[list[Fraction]]:
    queries = [[sum(map(times, line, row)) for line in query] for row in residual]  # type: ignore[attr-defined]
    keys = [[sum(map(times, line, row)) for line in key] for row in residual]  # type: ignore[attr-defined]
    return [[sum(map(times, asked, held)) for held in keys] for asked in queries]


def times(one: float | Fraction, other: Fraction) -> Fraction:
    return Fraction(one) * other


def test_the_numbers_of_the_documentation():
    """Cellular, k = 5: match k, default k - 1, others k - 2; radix 2 doubles, with a digit to prefer by."""
    (first, *_) = margins_of(compile(load("bb2"), steps=8)).values()
    assert first == Margin(match=5, null=4, rival=3, margin=1, keys=18, ties=1, largest=5)
    search = margins_of(compile(load("bb2"), "wei_ma", steps=14))["block 2, lookup 'search3'"]
    assert search == Margin(match=7, null=6, rival=5, margin=1, keys=17, ties=15, largest=9)


def test_a_format_in_which_scores_run_into_each_other_has_no_margin():
    weights = compile(load("bb2"), steps=8)
    e5m2 = policy_named("accumulate-float32", FORMATS["float8_e5m2"])
    assert {margin.margin for _, _, margin in margins(weights, e5m2)} == {1}
    for steps, margin in ((300, 0), (600, 2)):  # 10, 9 and 8 become 10, 8 and 8; 11, 10 and 9 become 12, 10 and 8
        wide = compile(load("bb2"), steps=steps)
        assert {each.margin for _, _, each in margins(wide, e5m2)} == {margin}


def test_without_steps_nothing_is_fed_back():
    found = margins_of(compile(load("bb2"), "wei_ma", steps=0, form="encoder-decoder"))
    assert found["block 2, lookup 'search0'"].match is None
    assert found["block 3, lookup 'read'"].match == 2
