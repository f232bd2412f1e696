"""What lookups do in floats."""

import math
from fractions import Fraction

import numpy as np
import pytest

from tmformer.machine import load
from tmformer.verify import fit, measure_lookups, measuring, seen_rows

CASES = [
    ("cellular", {}),
    ("wei_ma", {}),
    *(
        pytest.param(*case, marks=pytest.mark.long)
        for case in [("wei_ma", {"form": "encoder-decoder"}), ("wei_ma", {"radix": 3}), ("universal", {})]
    ),
]


def fitted_run(construction, options, name="increment", word="1011", limit=12):
    return fit(
        load(name),
        word,
        limit,
        construction=construction,
        options=options,
        other=None,
        choose=None,
        cells=None,
        head=None,
    )


@pytest.mark.parametrize("regime", ["saturated", "graded"])
@pytest.mark.parametrize(("construction", "options"), CASES)
def test_no_measured_margin_is_less_and_no_leak_more_than_certified(construction, options, regime):
    run = fitted_run(construction, options)
    found = measure_lookups(run, regime=regime)
    assert found.steps == 8
    assert {each.where for each in found.lookups} == set(found.certificate.lookups)
    for each in found.lookups:
        said = found.certificate.lookups[each.where]
        margins = [margin for margin in each.margins if not math.isnan(margin)]
        assert margins
        assert min(margins) >= said["margin"]
        bound = Fraction(str(said["leak"])) if regime == "graded" else 0
        assert 0 <= max(each.leaks) <= bound
        assert len(each.depths) == len(each.margins) == len(each.leaks) == (9 if run.labels.feedback else 8)


def test_a_margin_is_that_of_scores_of_the_matrices():
    """Exactly one key digit differs between the winner and the best other where the margin is 1."""
    found = measure_lookups(fitted_run("cellular", {}, "bb2", "", 6))
    assert [set(each.margins) for each in found.lookups] == [{1.0}] * 3


def test_a_planted_rival_is_seen(monkeypatch):
    """A row that answers is called a rival: then the margin falls below what is certified."""
    run = fitted_run("cellular", {}, "bb2", "", 6)
    rows = measuring._rows

    def planted(labels, head, exact, found):
        wrong = np.roll(exact.attention[head.lookup.name], 1, axis=1)
        return rows(
            labels,
            head,
            type(exact)(exact.layout, exact.before, exact.attended, exact.after, {head.lookup.name: wrong}),
            found,
        )

    monkeypatch.setattr(measuring, "_rows", planted)
    found = measure_lookups(run)
    assert min(min(each.margins) for each in found.lookups) < 1


def test_rows_see_what_their_attention_head_may():
    run = fitted_run("wei_ma", {"form": "encoder-decoder"})
    found = measure_lookups(run)
    blocks = zip(run.weights.blocks, found.trace, strict=True)
    for head, block in [(head, block) for own, block in blocks for head in own.heads]:
        seen = seen_rows(run.labels, head.lookup, block)
        assert not block.attention[head.lookup.name][~seen].any()
        assert seen.any(axis=1).all()
