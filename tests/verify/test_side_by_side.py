"""Both engines side by side: as far as the first bit that differs, in the order in which it is computed."""

from fractions import Fraction

import pytest

from tests.often import covering
from tests.verify.networks import with_sharpness
from tmformer.constructions import construction_of
from tmformer.decode import Dense, Exact, ExactRows
from tmformer.machine import Machine, initial_configuration, load
from tmformer.pipeline import compile
from tmformer.precision import FORMATS, Policy, Uncertified, format_named, policy_named
from tmformer.verify.side_by_side import Run, run_loops, run_rows
from tmformer.weights import Weights

FLOAT32 = policy_named("accumulate-float32", FORMATS["float32"])
BB3 = load("bb3")


def ran(
    weights: Weights, policy: Policy = FLOAT32, regime: str = "graded", steps: int = 200, machine: Machine = BB3
) -> Run:
    start = initial_configuration(machine.start, (), machine.blank)
    prompt = construction_of(weights.labels).encode_configuration(weights.labels, start)
    certificate = Uncertified("to see it fail", even_if_inexact=True)
    floats = Dense(weights, policy=policy, regime=regime, certificate=certificate)
    if weights.labels.feedback:
        return run_rows(ExactRows(weights), floats, policy, prompt, steps)
    return run_loops(Exact(weights), floats, policy, prompt, steps)


@pytest.mark.parametrize(("construction", "regime"), covering(["cellular", "wei_ma"], ["graded", "saturated"]))
def test_without_a_fault_all_is_compared(construction: str, regime: str):
    weights = compile(BB3, construction, steps=21)
    run = ran(weights, regime=regime)
    assert run.first is None
    assert run.steps == 21
    assert run.decoded == run.exact
    assert [(each.loop, each.block) for each in run.blocks] == (
        [(loop, 0) for loop in range(21)]
        if construction == "cellular"
        else [(0, block) for block in range(len(weights.blocks))]
    )
    assert {each.rows for each in run.blocks} == (
        {weights.labels.max_positions} if construction == "cellular" else {24}
    )


def test_too_little_sharpness_is_located_at_its_lookup():
    """In a window of 7 cells, of which the tape head is at the middle one, row 4, after BOS."""
    run = ran(with_sharpness(compile(BB3, steps=21, cells=7), 2))
    first = run.first
    assert first is not None
    assert (first.step, first.block, first.place, first.lookup, first.row) == (1, 0, "after", "from_self", 4)
    assert first.register in ("symbol", "right", "left", "stay")
    assert first.coordinate.startswith(first.register)
    assert first.use is not None
    assert first.use.left < 0 < first.use.leak
    assert len(run.blocks) == 1
    assert run.blocks[0].lookups["from_self"].used == first.use.used


def test_the_run_goes_on_to_its_end_after_a_difference():
    run = ran(with_sharpness(compile(BB3, steps=21, cells=7), 2), steps=9)
    assert run.steps == 9
    assert run.decoded != run.exact


def test_a_sequence_is_compared_as_far_as_its_first_row_that_differs():
    weights = compile(BB3, "wei_ma", steps=21)
    run = ran(with_sharpness(weights, 1))
    first = run.first
    assert first is not None
    assert first.lookup in first.lookups
    assert first.place == "after"
    assert first.step == max(0, first.row - 2)  # BOS, a cell, START, then a row a machine step
    assert [each.rows for each in run.blocks] == [
        first.row + (index <= first.block) for index in range(len(run.blocks))
    ]
    before = [each.registers for each in run.blocks[: first.block]]
    assert {ulps for registers in before for ulps in registers.values()} <= {0}
    assert run.blocks[first.block].registers[first.register] >= first.ulps > 0


def test_a_format_that_sticks_is_located():
    """With two digits the scores 5 and 6 of a 6-digit code are one: row 16 finds the message of row 32, by half."""
    run = ran(compile(BB3, steps=21, cells=63), policy_named("pure", format_named("e5m1")), "saturated")
    first = run.first
    assert first is not None
    assert (first.step, first.block, first.place, first.lookup, first.row) == (1, 0, "attended", "from_self", 16)
    assert (first.register, first.coordinate, first.expected, first.found) == ("arriving", "arriving=A", "0", "0.25")
    assert first.ulps == Fraction(1, 2)
    assert run.decoded != run.exact


def test_a_table_that_a_format_does_not_hold_is_told_from_lookups():
    """5/2 is no number of two digits: the gates of the MLP are wrong, where all that is found is right."""
    run = ran(compile(BB3, steps=21, cells=7), policy_named("pure", format_named("e4m1")), "saturated")
    first = run.first
    assert first is not None
    assert (first.step, first.place, first.lookup, first.use, first.row) == (1, "after", None, None, 4)
    assert (first.register, first.expected, first.found, first.ulps) == ("symbol", "0", "-1.0", 2)


def test_plain_data():
    run = ran(with_sharpness(compile(BB3, steps=21, cells=7), 2))
    value = run.first.to_json()
    assert value["lookups"] == ["from_left", "from_right", "from_self"]
    assert set(value["use"]) == {"leak", "off", "used", "left"}
