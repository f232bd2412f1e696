"""The loop of ONNX row by row: it stops where ours does, at every limit, with several loops a row, and with an encoder."""

import numpy as np
import pytest

from tests.export.cases import GROWING, Case, run_onnx, same_bits, same_numbers, uncertified
from tests.program.programs import COPY, EXAMPLES
from tmformer.decode import Cached
from tmformer.export import Network
from tmformer.export.onnx import run_model
from tmformer.export.runs import outcomes_of
from tmformer.program import Stream, parse_program, stack
from tmformer.weights import Weights, lower

BB2, BB3, ACCEPTED, ENCODED = GROWING[0], GROWING[1], GROWING[3], GROWING[5]


def ends_alike(case: Case, network: Network, steps: int) -> bool:
    reached = case.reached(max(steps, 0))
    found = run_onnx(run_model(network), prompt=network.prompt, steps=steps)
    said = outcomes_of(network)[int(found["outcome"])], int(found["counted"])
    return said == (reached.outcome, reached.steps) and same_numbers(case.exact.array(reached), found["stream"])


@pytest.mark.parametrize("case", [BB2, ENCODED], ids=str)
def test_every_limit_on_steps_is_kept(case: Case):
    assert all(ends_alike(case, case.network, steps) for steps in (-1, *range(case.steps + 2)))


def test_a_sequence_that_is_full_says_so():
    case = Case("never_halts", "", 4, "wei_ma")
    assert case.reached(50).outcome == "full"
    assert ends_alike(case, case.network, 50)


def by_hand(text: str, *rows: dict[str, object]) -> tuple[Weights, Stream]:
    weights = lower(parse_program(text))
    return weights, stack(weights.labels, list(rows))


@pytest.mark.parametrize("loops", [1, 2])
def test_programs_that_are_no_machines_run_alike_also_with_several_loops_a_row(loops: int):
    rows = [{"bos": True}, {"row": True, "mark": "a"}, {"row": True, "mark": "b"}]
    weights, prompt = by_hand(COPY.replace("loops 1", f"loops {loops}"), *rows)
    network, engine = uncertified(weights, prompt), Cached(weights)
    for steps in range(12):
        reached = engine.advance(engine.start(prompt), steps)
        found = run_onnx(run_model(network), prompt=network.prompt, steps=steps)
        assert outcomes_of(network)[int(found["outcome"])] == reached.outcome
        assert same_bits(engine.array(reached), found["stream"])


def test_blocks_without_attention_run_alike():
    weights, prompt = by_hand(EXAMPLES["counter"].text, {"row": True, "mark": "a"})
    network, engine = uncertified(weights, prompt), Cached(weights)
    reached = engine.advance(engine.start(prompt), 7)
    assert same_bits(engine.array(reached), run_onnx(run_model(network), prompt=network.prompt, steps=7)["stream"])


def test_a_dropped_feedback_is_seen():
    """The planted fault: one coordinate of the next row receives nothing."""
    network = BB3.network
    sources = network.feedback["sources"].copy()
    sources[np.flatnonzero(sources < len(sources))[0]] = len(sources)
    changed = Network(**{**vars(network), "feedback": {**network.feedback, "sources": sources}})
    assert not ends_alike(BB3, changed, BB3.steps)
