"""Bounds of the graded regime: against exact softmax in rationals, which never exceeds them, and nearly reaches them."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmformer.constructions import construction
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile
from tmformer.precision import FORMATS, bound, margins, policy_named, reach
from tmformer.strategies import machines_with_inputs
from tmformer.weights import Rational, Weights, trace

FLOAT32 = policy_named("pure", FORMATS["float32"])


def leaks_of(weights: Weights, symbols: tuple[str, ...], blank: str, start: str) -> dict[str, Fraction]:
    """The largest exact leak of each lookup: the weight of all keys that hard attention does not choose."""
    made = construction(weights.labels.construction)
    prompt = made.encode_configuration(weights.labels, initial_configuration(start, symbols, blank, 0))
    seen: dict[str, Fraction] = {}
    hard, soft = (trace(weights, prompt, softmax, loops=1) for softmax in ("hard", "base-2"))
    for index, (block, chosen, shared) in enumerate(zip(weights.blocks, hard, soft, strict=True)):
        for head, won, weighed in zip(block.heads, chosen.attention, shared.attention, strict=True):
            seen[f"block {index}, lookup {head.lookup.name!r}"] = max(lost(won, weighed))
    return seen


def lost(won: Rational, weighed: Rational) -> list[Fraction]:
    return [
        Fraction(int(sum(w for w, first in zip(row, winners, strict=True) if not first)), int(total[0]))
        for row, winners, total in zip(weighed.numerator, won.numerator, weighed.denominator, strict=True)
    ]


def bounds_of(weights: Weights) -> dict[str, Fraction]:
    labels, layout = weights.labels, weights.layout
    return {
        where: bound(labels, layout, lookup, margin, FLOAT32).leak
        for where, lookup, margin in margins(weights, FLOAT32)
    }


@settings(max_examples=15)
@given(machines_with_inputs(), st.integers(1, 9))
def test_exact_softmax_never_leaks_more(pair, steps):
    machine, symbols = pair
    weights = compile(machine, steps=steps, input_length=len(symbols))
    said = bounds_of(weights)
    for where, leak in leaks_of(weights, symbols, machine.blank, machine.start).items():
        assert leak <= said[where] or carries(leak, weights)


def carries(leak: Fraction, weights: Weights) -> bool:
    """Rows that find nothing share their weight with rivals that hold no message: that harms nothing, whatever it is."""
    return leak <= Fraction(1, 2) and any(each.kind == "single carrier" for each in weights.labels.invariants)


@pytest.mark.parametrize("steps", [7, 100, 500])
def test_the_bound_is_not_idle(steps: int):
    """In a window of 2 steps + 1 cells a row that finds its neighbour leaks at least nine tenths of the bound."""
    weights = compile(load("bb2"), steps=steps)
    said, seen = bounds_of(weights), leaks_of(weights, (), "0", "A")
    where = "block 0, lookup 'from_self'"
    assert Fraction(9, 10) * said[where] <= seen[where]


@pytest.mark.parametrize("sharpness", [1, 2, 3, 4])
def test_one_less_than_the_claimed_sharpness_breaks_a_gate(sharpness: int):
    """A gate bears 1/4: the least c for which what reaches it stays below is the one that cellular claims."""
    import msgspec

    weights = compile(load("bb2"), steps=100)
    labels = msgspec.structs.replace(weights.labels, sharpness=sharpness)
    layout, (block,) = weights.layout, weights.blocks
    found = [bound(labels, layout, lookup, margin, FLOAT32) for _, lookup, margin in margins(weights, FLOAT32)]
    most = max(each.off for each in found), max(each.off_in_all for each in found)
    bears = reach(layout, block, {"arriving": most}, FLOAT32) <= Fraction(1, 4)
    assert bears == (sharpness >= weights.labels.sharpness)


def test_more_digits_bring_less_rounding_and_the_same_leak():
    weights = compile(load("bb2"), steps=50)
    (_, lookup, margin), *_ = margins(weights, FLOAT32)
    short, long = (
        bound(weights.labels, weights.layout, lookup, margin, policy_named("pure", FORMATS[name]))
        for name in ("float32", "float64")
    )
    assert short.leak == long.leak
    for name in ("score", "exp", "total", "average", "off", "off_in_all"):
        assert getattr(short, name) > getattr(long, name) > 0
