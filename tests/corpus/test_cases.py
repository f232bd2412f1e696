"""Machines from elsewhere, with results that others measured, against the reference interpreter."""

from collections import Counter

import pytest

from tests.corpus.corpus import Expectation, case_expectations, expectations, refused_definitions, simulate
from tmformer.errors import MachineError
from tmformer.machine import (
    Case,
    Configuration,
    Outcome,
    Reading,
    accepted,
    check_case,
    outcome,
    parse_document,
    reach,
    starting_configuration,
)

ITEMS = case_expectations()
AT_ONCE, REACHED, ENDLESS = 10_000, 50_000, 200_000_000
"""Machine steps: the most of which each configuration is kept, that a quick test takes, and that any test takes."""

SHORT = [item for item in ITEMS if item.case.max_steps <= AT_ONCE]
CYCLES = [item for item in ITEMS if item.cycle is not None]


def slow_from(steps: int, least: int, most: int, items: tuple[Expectation, ...] = ITEMS) -> list[object]:
    """The items with this many machine steps; those with more than `steps` are long."""
    return [
        pytest.param(item, id=str(item), marks=[pytest.mark.long] * (item.case.max_steps > steps))
        for item in items
        if least <= item.case.max_steps <= most
    ]


def reached(item: Expectation, max_steps: int) -> tuple[Configuration, int]:
    """Where the reference interpreter is after so many machine steps, and how many it took."""
    case = item.case
    start = starting_configuration(item.machine, case.input, case.further, head=case.start_head)
    return reach(item.machine, start, max_steps=max_steps)


def check(item: Expectation, last: Configuration, steps: int):
    """Every field that the case says; what it does not say is not compared."""
    case = item.case
    found = {
        "outcome": outcome(item.machine, last),
        "steps": steps,
        "state": last.state,
        "tape": last.tape,
        "head": last.head,
        "accepted": accepted(item.machine, last),
        "further_tapes": tuple(tape.symbols for tape in last.tapes[1:]),
    }
    said = {name: getattr(case, name) for name in found if getattr(case, name) is not None}
    assert {name: found[name] for name in said} == said
    item.check_tape(last)


@pytest.mark.parametrize("item", SHORT, ids=str)
def test_reference(item: Expectation):
    run = check_case(item.machine, item.case)
    item.check_tape(run.final)
    end = simulate(item.machine, item.case)
    assert (end.outcome, end.steps, end.state, end.head) == (run.outcome, run.steps, run.final.state, run.final.head)
    assert (end.tape, *end.further) == tuple(",".join(tape.symbols) for tape in run.final.tapes)
    assert reached(item, item.case.max_steps) == (run.final, run.steps)


@pytest.mark.parametrize("item", slow_from(REACHED, AT_ONCE + 1, ENDLESS))
def test_reference_without_the_configurations_before(item: Expectation):
    check(item, *reached(item, item.case.max_steps))


@pytest.mark.parametrize("item", [item for item in ITEMS if item.case.max_steps > ENDLESS], ids=str)
def test_a_run_too_long_for_the_reference_goes_on_for_a_while(item: Expectation):
    """Their results are there for an engine that skips machine steps."""
    last, steps = reached(item, 100_000)
    assert (outcome(item.machine, last), steps) == (Outcome.LIMIT, 100_000)
    assert item.case.outcome is Outcome.HALTED


@pytest.mark.parametrize("item", slow_from(REACHED, 0, ENDLESS, tuple(CYCLES)))
def test_the_cycle_is_one(item: Expectation):
    """A period after the cycle begins the state is the same; the tape too, where it did not move on."""
    assert item.cycle is not None
    first, _ = reached(item, item.cycle.start)
    second, _ = reach(item.machine, first, max_steps=item.cycle.period)
    assert (second.state, second.head - first.head) == (first.state, item.cycle.offset)
    assert item.cycle.offset or second == first


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_a_text_is_read_in_its_format_without_being_told(item: Expectation):
    assert item.source is not None
    text, reading = item.source
    assert parse_document(text, start=reading.start).machine == item.machine


REFUSED = refused_definitions()


@pytest.mark.parametrize(("text", "reading"), [each[1:] for each in REFUSED], ids=[name for name, *_ in REFUSED])
def test_a_nondeterministic_machine_is_refused_by_name(text: str, reading: Reading):
    for way in (reading, Reading()):
        with pytest.raises(MachineError) as caught:
            way.parse(text, "ntm.json")
        assert caught.value.found == "the class 'NTM'"
        assert "Nondeterministic machines are not compiled" in caught.value.remedy
        assert caught.value.where == "ntm.json:1:11"


def test_the_cases_are_many_and_distinct():
    """116: 112 that run, four that are refused."""
    assert len({item.name for item in ITEMS} | {name for name, *_ in REFUSED}) == len(ITEMS) + len(REFUSED) == 116
    assert {item.case.outcome for item in ITEMS} == set(Outcome)
    assert Counter(reading.format_name for _, reading in (item.source for item in ITEMS if item.source)) == {
        "bbchallenge": 73,
        "turingmachine.io": 18,
        "jflap": 12,
        "morphett": 9,
    }
    assert sum(item.machine.tapes == 2 for item in ITEMS) == 6
    assert sum(item.case.accepted is not None for item in ITEMS) >= 19
    assert (len(SHORT), len(CYCLES), sum(item.digest is not None for item in ITEMS)) == (68, 17, 20)
    assert sum(item.case.max_steps > ENDLESS for item in ITEMS) == 3


@pytest.mark.parametrize("change", [{"digest": "0" * 16}, {"nonblank": 5}], ids=["a digest", "the number of cells"])
def test_another_tape_is_seen(change: dict[str, object]):
    item = next(item for item in ITEMS if item.name == "BB 2x2 champion (steps)")
    last, steps = reached(item, 6)
    check(item, last, steps)
    with pytest.raises(AssertionError):
        check(Expectation(item.name, item.machine, item.case, **change), last, steps)
    with pytest.raises(AssertionError):
        check(Expectation(item.name, item.machine, Case((), Outcome.HALTED, steps=7)), last, steps)


def test_expectations_are_selected_by_machine_steps_and_tapes():
    short, long = expectations(max_steps=200), expectations(min_steps=1_000, max_steps=2_000)
    assert all(item.case.max_steps <= 200 for item in short)
    assert len(short) > 150
    assert len(long) >= 2
    several = expectations(tapes=2)
    assert {item.machine.tapes for item in several} == {2}
    assert len(expectations(tapes=None)) == len(expectations()) + len(several)
