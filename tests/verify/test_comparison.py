"""Comparisons as values and as plain data."""

import json
from fractions import Fraction

import pytest

from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.precision import bound, format_named, margins, policy_named
from tmformer.verify import Comparison, LookupUse, compare
from tmformer.verify.comparison import where_of

BB3 = load("bb3")


@pytest.fixture(scope="module")
def failing() -> Comparison:
    found = compare(BB3, format="e5m1", policy="pure", cells=63, max_steps=21)
    assert isinstance(found, Comparison)
    return found


@pytest.fixture(scope="module")
def graded() -> Comparison:
    found = compare(BB3, regime="graded")
    assert isinstance(found, Comparison)
    return found


def test_plain_data_has_the_documented_keys(failing: Comparison, graded: Comparison):
    for compared in (failing, graded):
        plain = compared.to_json()
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert (plain["agreement"], plain["decodes"]) == (compared.agreement, compared.decodes)
        assert plain["blocks_compared"] == len(compared.blocks) == len(plain["blocks"])
        assert set(plain["registers"]) == set(plain["blocks"][0]["registers"])
    assert graded.to_json()["first_difference"] is None
    assert failing.to_json()["first_difference"]["lookup"] == "from_self"
    assert failing.to_json()["first_difference"]["ulps"] == "1/2"
    where = where_of(0, "from_self")
    assert failing.to_json()["lookups"][where]["margin"] == 0
    assert failing.to_json()["lookups"][where]["leak_at_most"] is None
    assert graded.to_json()["lookups"][where]["leak_at_most"] == float(graded.bounds[where].leak)


def test_registers_and_lookups_are_the_most_over_all_blocks(graded: Comparison):
    assert graded.registers == dict.fromkeys(graded.blocks[0].registers, Fraction(0))
    for name in ("from_left", "from_right", "from_self"):
        uses = [block.lookups[name] for block in graded.blocks]
        most = graded.lookups[where_of(0, name)]
        assert most == LookupUse(*(max(getattr(use, field) for use in uses) for field in ("leak", "off", "used")))


def test_a_register_without_a_finite_number_has_no_distance():
    found = compare(BB3, format="e3m2", policy="pure", cells=15, max_steps=3)
    assert isinstance(found, Comparison)
    assert None in found.registers.values()
    assert json.loads(json.dumps(found.to_json(), allow_nan=False)) == found.to_json()


def test_margins_and_bounds_where_a_format_holds_no_score():
    """e3m1 ends at 12: a score of 17 is infinity, and has no distance to the next one; sums promise nothing."""
    weights, policy = compile(BB3, "wei_ma", steps=21, radix=4), policy_named("pure", format_named("e3m1"))
    found = list(margins(weights, policy))
    assert any(margin.match > 12 for _, _, margin in found)
    for _, lookup, margin in found:
        assert margin.margin == 0 or margin.match <= 12
        assert bound(weights.labels, weights.layout, lookup, margin, policy).off > 1
