"""Running the reference construction: exact without a format, and never without a warning in one."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmformer.constructions import evaluate, perez
from tmformer.errors import ConstructionError, MachineError, UsageError
from tmformer.machine import Configuration, Machine, Outcome, initial_configuration, load, trace
from tmformer.pipeline import Result, run
from tmformer.strategies import machines_with_inputs

BB2, BB5 = load("bb2"), load("bb5")
LOST = 452  # the machine step at which float32 reads a wrong symbol in BB(5)


def reached(result: Result) -> tuple[int, Configuration, Outcome, bool | None]:
    return result.steps, result.configuration, result.outcome, result.accepted


def expected(machine: Machine, symbols: tuple[str, ...] = (), *, max_steps: int, head: int = 0):
    last = trace(machine, symbols, max_steps=max_steps, head=head)
    return last.steps, last.final, last.outcome, last.accepted


@settings(max_examples=max(1, settings().max_examples // 2))
@given(machines_with_inputs(), st.integers(-6, 9), st.integers(0, 30))
def test_it_runs_as_the_reference_interpreter(pair: tuple[Machine, tuple[str, ...]], head: int, max_steps: int):
    machine, symbols = pair
    result = run(machine, symbols, construction="perez", head=head, max_steps=max_steps)
    run_of = trace(machine, symbols, max_steps=max_steps, head=head)
    assert reached(result) == (run_of.steps, run_of.final, run_of.outcome, run_of.accepted)
    assert (result.construction, result.engine, result.format, result.warning) == ("perez", "exact", "exact", None)
    stays = sum(before.head == after.head for before, after in pairwise(run_of.configurations))
    assert result.layers == perez.BLOCKS * (run_of.steps + stays + 1)  # START's row, two rows for a step that stays
    assert result.layers == evaluate(perez.CLAIMS, {"G": len(machine.symbols), "S": run_of.steps + stays})["depth"]


def test_it_runs_until_it_halts_and_says_whether_it_accepts():
    assert reached(run(BB2, construction="perez")) == expected(BB2, max_steps=100)
    brackets = load("balanced_parentheses")
    for word, accepted in (("(())", True), ("(()", False)):
        assert run(brackets, word, construction="perez").accepted is accepted


@pytest.mark.parametrize("engine", [None, "exact"])
def test_without_a_format_it_is_exact(engine: str | None):
    result = run(BB2, construction="perez", engine=engine)
    assert (result.engine, result.format, result.warning) == ("exact", "exact", None)


@pytest.mark.parametrize(
    ("engine", "format_name"), [("dense", None), ("exact-softmax", None), ("dense", "float32"), ("exact", "float32")]
)
def test_it_has_no_other_engine(engine: str, format_name: str | None):
    with pytest.raises(UsageError, match="A reference runs in exact rationals, or in a number format"):
        run(BB5, construction="perez", engine=engine, format=format_name, max_steps=200)


def test_a_float_run_ends_before_it_goes_wrong_and_says_where():
    result = run(BB5, construction="perez", format="float32", max_steps=1000)
    assert (result.engine, result.format, result.outcome) == ("reference", "float32", Outcome.LIMIT)
    assert reached(result) == expected(BB5, max_steps=LOST - 1)
    failure = perez.compare_floats(BB5, initial_configuration("A", (), "0"), "float32", max_steps=LOST)
    assert failure is not None
    assert failure.step == LOST
    for part in (
        f"leaves the exact run at machine step {LOST}: row {failure.row} reads {failure.found[0]!r} where",
        f"run reads {failure.expected!r}",
        f"margin {float(failure.exact_margin):.3g} in rationals",
        f"{failure.float_margin:.3g} for the wrong symbol in float32",
    ):
        assert part in result.warning
    data = result.to_json()
    assert data["warning"] == result.warning
    assert data["failure"]["step"] == LOST
    assert data["failure"]["exact_margin"] == float(failure.exact_margin)


@pytest.mark.parametrize("max_steps", [LOST - 1, LOST])
def test_the_step_that_goes_wrong_is_no_step_of_the_result(max_steps: int):
    result = run(BB5, construction="perez", format="float32", max_steps=max_steps)
    assert result.steps == LOST - 1
    assert ("can be trusted" in result.warning) == (max_steps < LOST)


@pytest.mark.parametrize("format_name", perez.FLOATS)
def test_a_float_run_that_agrees_has_a_warning_too(format_name: str):
    result = run(BB2, construction="perez", format=format_name)
    assert reached(result) == expected(BB2, max_steps=100)
    assert result.warning == (
        f"no {format_name} run of this construction can be trusted, though this one agrees with the exact run"
    )
    assert replace(result, warning=None, engine="exact", format="exact") == run(BB2, construction="perez")


def test_a_run_that_is_wrong_from_its_first_lookup_has_no_step():
    """A tape head so far away that float16 does not tell its cell from the next one at START."""
    result = run(BB2, "01" * 1250, construction="perez", format="float16", head=2400, max_steps=3)
    assert (result.steps, result.outcome) == (0, Outcome.LIMIT)
    assert result.configuration == trace(BB2, tuple("01" * 1250), max_steps=0, head=2400).final
    assert "at machine step 0: row 2499 reads '1' where the exact run reads '0'" in result.warning


def test_rows_that_disagree_are_named():
    said = run(load("binary_counter"), "00000000", construction="perez", format="float16", max_steps=500).warning
    assert "at machine step 36: row 44 reads '0' and '1' where the exact run reads '0'" in said
    assert said.endswith("0 for the wrong symbol in float16")


def test_a_watcher_sees_every_step():
    seen: list[tuple[int, Configuration]] = []
    result = run(BB2, construction="perez", watch=lambda *each: seen.append(each))
    assert seen == list(enumerate(trace(BB2, (), max_steps=100).configurations))
    assert seen[-1] == (result.steps, result.configuration)


def test_what_a_reference_has_not_is_refused():
    for option in ({"cells": 9}, {"form": "decoder-only"}, {"radix": 2}):
        with pytest.raises(UsageError, match="a reference is not compiled") as caught:
            run(BB2, construction="perez", **option)
        assert next(iter(option)) in caught.value.found
    with pytest.raises(UsageError, match="where a construction has words for it"):
        run(BB2, construction="perez", emit=lambda *_: None)
    with pytest.raises(ConstructionError, match="arithmetic is one in which"):
        run(BB2, construction="perez", format="bfloat16")
    with pytest.raises(MachineError):
        run(BB2, "2", construction="perez")
    with pytest.raises(UsageError):
        run(BB2, construction="perez", max_steps=-1)
