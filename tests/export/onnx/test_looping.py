"""The loop of ONNX over a whole sequence: it stops where ours does, at every limit, tallies included."""

import numpy as np
import pytest

from tests.export.cases import LOOPED, Case, run_onnx, same_numbers
from tmformer.export.onnx import run_model
from tmformer.export.runs import outcomes_of

BB3, MACRO, UNDEFINED = LOOPED[1], LOOPED[-1], LOOPED[-2]


def ends_alike(case: Case, steps: int, prompt: np.ndarray | None = None) -> bool:
    network = case.network
    reached = case.reached(max(steps, 0))
    found = run_onnx(run_model(network), prompt=network.prompt if prompt is None else prompt, steps=steps)
    said = outcomes_of(network)[int(found["outcome"])], int(found["counted"])
    return said == (reached.outcome, reached.steps) and same_numbers(case.exact.array(reached), found["stream"])


@pytest.mark.parametrize("case", [BB3, UNDEFINED], ids=str)
def test_every_limit_on_steps_is_kept(case: Case):
    assert all(ends_alike(case, steps) for steps in (-1, 0, 1, 2, case.steps - 1, case.steps, case.steps + 1))


def test_no_loop_is_applied_that_counts_beyond_the_limit():
    """With macro cells a loop counts several machine steps: between two of them the outcome is coarse."""
    assert all(ends_alike(MACRO, steps) for steps in range(0, MACRO.steps + 3, 2))
    assert "coarse" in {MACRO.reached(steps).outcome for steps in range(MACRO.steps)}


def test_a_run_goes_on_from_where_another_stopped():
    network = BB3.network
    half = run_onnx(run_model(network), prompt=network.prompt, steps=10)
    rest = run_onnx(run_model(network), prompt=half["stream"], steps=99)
    assert int(rest["counted"]) == 11
    assert same_numbers(BB3.exact.array(BB3.reached(21)), rest["stream"])


def test_a_stream_without_a_signal_is_broken():
    network = BB3.network
    found = run_onnx(run_model(network), prompt=np.zeros_like(network.prompt), steps=5)
    assert (outcomes_of(network)[int(found["outcome"])], int(found["counted"])) == ("broken", 0)


def test_another_prompt_is_seen():
    prompt = np.roll(BB3.network.prompt, 1, axis=0)
    assert not ends_alike(BB3, BB3.steps, prompt)
