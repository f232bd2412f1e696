"""The loop of ONNX row by row: it stops where ours does, at every limit, with several loops a row, and with an encoder."""

import re

import numpy as np
import pytest

from tests.export.cases import GROWING, Case, run_onnx, same_numbers, uncertified
from tests.program.programs import EXAMPLES
from tmformer.decode import ExactRows
from tmformer.export import Network
from tmformer.export.onnx import run_model
from tmformer.export.runs import outcomes_of
from tmformer.program import parse_program
from tmformer.weights import lower

BB3, ENCODED = GROWING[1], GROWING[5]


def ends_alike(case: Case, network: Network, steps: int) -> bool:
    reached = case.reached(max(steps, 0))
    found = run_onnx(run_model(network), prompt=network.prompt, steps=steps)
    said = outcomes_of(network)[int(found["outcome"])], int(found["counted"])
    return said == (reached.outcome, reached.steps) and same_numbers(case.exact.array(reached), found["stream"])


@pytest.mark.parametrize("case", [ENCODED], ids=str)
def test_every_limit_on_steps_is_kept(case: Case):
    assert all(ends_alike(case, case.network, steps) for steps in (-1, 0, 1, 5, case.steps, case.steps + 1))


@pytest.mark.parametrize(("name", "loops"), [("copy", 1), ("copy", 2), ("counter", 2), ("latest", 1), ("translate", 1)])
def test_programs_that_are_no_machines_run_alike_also_with_several_loops_a_row(name: str, loops: int):
    example = EXAMPLES[name]
    text = re.sub(r"loops \d", f"loops {loops}", example.text)
    weights = lower(parse_program(text))
    network, engine = uncertified(weights, example.prompt), ExactRows(weights, softmax="hard")
    model = run_model(network)
    for steps in (0, 1, 7, 99):
        reached = engine.advance(engine.start(example.prompt), steps)
        found = run_onnx(model, prompt=network.prompt, steps=steps)
        assert outcomes_of(network)[int(found["outcome"])] == reached.outcome
        assert same_numbers(engine.array(reached), found["stream"])
    assert reached.outcome != "running"


def test_a_dropped_feedback_is_seen():
    """The planted fault: one coordinate of the next row receives nothing."""
    network = BB3.network
    sources = network.feedback["sources"].copy()
    sources[np.flatnonzero(sources < len(sources))[0]] = len(sources)
    changed = Network(**{**vars(network), "feedback": {**network.feedback, "sources": sources}})
    assert not ends_alike(BB3, changed, BB3.steps)
