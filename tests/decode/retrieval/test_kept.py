"""Rows that a run by retrieval still knows, against all rows."""

import numpy as np
import pytest

from tests.decode.networks import BB3, ENCODER, TWO_TAPES
from tests.often import covering
from tests.squares.growing import Case
from tmformer.decode import Cached, Recalling
from tmformer.weights import Weights


def codes(weights: Weights, rows: np.ndarray, prefix: str) -> list[tuple[float, ...]]:
    spans = [
        weights.layout.spans[f"{prefix}cell{digit}"]
        for digit in range(9)
        if f"{prefix}cell{digit}" in weights.layout.spans
    ]
    return [tuple(row[[place for span in spans for place in span]].tolist()) for row in rows]


@pytest.mark.parametrize(("case", "options"), covering([BB3, TWO_TAPES], [{}, ENCODER]))
def test_the_latest_row_of_each_cell_and_the_newest(case: Case, options: dict[str, str | int]):
    """Each with its codes, its time and what it wrote, in order of time; of rows of the prompt all there is."""
    weights = case.weights(options)
    engine, dense = Recalling(weights), Cached(weights)
    state, other = engine.start(case.prompt(weights)), dense.start(case.prompt(weights))
    prompt = case.prompt(weights).num_rows
    for step in range(9):
        state, other = (each.advance(at, min(step, 1)) for each, at in ((engine, state), (dense, other)))
        kept, rows = engine.array(state), dense.array(other)
        assert np.array_equal(kept[-1], rows[-1])
        assert np.array_equal(kept[: prompt - 1], rows[: prompt - 1])
        for prefix in ("", "tape2.")[: case.machine.tapes]:
            if options and step == 0:
                continue
            span = list(weights.layout.spans[f"{prefix}written"])
            held = [
                dict(zip(codes(weights, each, prefix), each[:, span].tolist(), strict=True)) for each in (kept, rows)
            ]
            unset = (0.0,) * len(next(iter(held[0])))
            assert held[0] | {unset: None} == held[1] | {unset: None}
    assert engine.array(state, len(kept) - 1).tolist() == kept[-1:].tolist()


def test_before_the_first_row_there_is_none():
    weights = BB3.weights({})
    engine = Recalling(weights)
    begun = engine.start(BB3.prompt(weights))
    assert engine.array(begun).shape == (0, weights.layout.d_model)
    assert engine.stream(begun).num_rows == 0
