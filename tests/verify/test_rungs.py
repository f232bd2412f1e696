"""Each rung reads the run before the first and after every machine step."""

import numpy as np
import pytest

from tests.often import covering
from tests.squares.checkers import MADE, Run, dense
from tests.weights.growing import Growing
from tmformer.constructions import construction
from tmformer.decode import Cached, Exact, ExactRows
from tmformer.machine import initial_configuration, load, parse, trace
from tmformer.program import FULL, OUTSIDE, RUNNING
from tmformer.verify import Reading, engine_rung, program_rung

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
NARROW = Run(parse("1RA1RA"), (), 0, 0, 3, 9)
RUNGS = {
    "program": lambda case: program_rung(case.program, MADE),
    "exact": lambda case: engine_rung(Exact(case.weights), MADE),
    "exact-softmax": lambda case: engine_rung(Exact(case.weights, softmax="base-2"), MADE),
    "model float32": lambda case: engine_rung(dense(case.weights), MADE),
    "model bfloat16": lambda case: engine_rung(dense(case.weights, "bfloat16"), MADE),
}
rungs = pytest.mark.parametrize("name", RUNGS)


def readings(name: str, case: Run) -> list[Reading]:
    return list(RUNGS[name](case)(MADE.encode_configuration(case.weights.labels, case.start)))


@rungs
def test_a_reading_for_every_machine_step_until_it_stops(name: str):
    found = readings(name, BB2)
    assert [(each.configuration, each.outcome) for each in found] == list(BB2.reference())
    assert [each.outcome for each in found] == [RUNNING] * 6 + ["halted"]


@rungs
def test_the_last_reading_is_where_the_window_is_left(name: str):
    found = readings(name, NARROW)
    assert [each.outcome for each in found] == [RUNNING] * 3 + [OUTSIDE]
    assert found[-1].configuration.head == 3


@rungs
def test_a_run_that_is_over_has_one_reading(name: str):
    case = Run(parse("------_1RA1RA"), (), 0, -3, 7, 6)
    assert [each.outcome for each in readings(name, case)] == ["undefined"]


@rungs
def test_residual_streams_are_those_of_the_program(name: str):
    for one, other in zip(readings("program", BB2), readings(name, BB2), strict=True):
        assert other.residual.shape == one.residual.shape
        assert (other.residual == one.residual).all()
        assert np.signbit(other.residual.astype(np.float64)).tolist() == (one.residual < 0).tolist()


# Sequences that grow ----------------------------------------------------------------------------------------------------

WEI_MA = construction("wei_ma")
ROWS = {
    "program": lambda case: program_rung(case.program, WEI_MA),
    "exact": lambda case: engine_rung(ExactRows(case.weights), WEI_MA),
    "exact-softmax": lambda case: engine_rung(ExactRows(case.weights, softmax="base-2"), WEI_MA),
    "model float32": lambda case: engine_rung(Cached(case.weights), WEI_MA),
}


def decoding(steps: int, form: str = "decoder-only") -> Growing:
    """The increment of 1011, which takes 10 machine steps."""
    machine = load("increment")
    program = WEI_MA.compile(machine, steps=steps, input_length=4, options={"form": form})
    start = initial_configuration(machine.start, tuple("1011"), machine.blank)
    return Growing(program, WEI_MA.encode_configuration(program.labels, start), steps)


@pytest.mark.parametrize(("name", "form"), covering(ROWS, ["encoder-decoder", "decoder-only"]))
def test_a_reading_of_a_sequence_is_of_its_new_rows(name: str, form: str):
    """The prompt's at first, then one row a machine step: together all rows, as the program has them."""
    case = decoding(12, form)
    found = list(ROWS[name](case)(case.prompt))
    reference = trace(load("increment"), tuple("1011"), max_steps=100)
    assert [each.configuration for each in found] == list(reference.configurations)
    assert [each.outcome for each in found] == [RUNNING] * reference.steps + ["halted"]
    assert [len(each.residual) for each in found] == [case.prompt.num_rows] + [1] * reference.steps
    for one, other in zip(ROWS["program"](case)(case.prompt), found, strict=True):
        assert (other.residual == one.residual).all()
        assert np.signbit(other.residual.astype(np.float64)).tolist() == (one.residual < 0).tolist()


@pytest.mark.parametrize("name", ROWS)
def test_the_last_reading_of_a_sequence_is_where_it_is_full(name: str):
    """Rungs of weights ask for one row more, and say that there is no room; the program's ends before."""
    case = decoding(3)
    found = list(ROWS[name](case)(case.prompt))
    assert [each.outcome for each in found] == [RUNNING] * 4 + [FULL] * (name != "program")
