"""The squares of sequences that grow: machine = program = exact weights = Flax model = cached engine, row by row."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import first_of
from tests.squares.growing import (
    OPTIONS,
    OTHER_TAPES,
    Case,
    Kind,
    cases,
    cases_of,
    compare_attention,
    compare_blocks,
    compare_cached,
    compare_end,
    compare_engine,
    compare_exact,
    compare_program,
    finished,
    name_of,
    padded,
)
from tmformer.decode import Cached, ExactRows, run_batch
from tmformer.machine import Machine, Move, Transition, load
from tmformer.program import RUNNING

FORMATS = ("float32", "bfloat16", "float16")
FEW = settings(max_examples=max(3, settings().max_examples // 8), deadline=None)
LONG = pytest.mark.long
FEWER = settings(max_examples=max(3, settings().max_examples // 4), deadline=None)


@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
@given(case=cases())
def test_machine_equals_program(options: dict[str, str | int], case: Case):
    assert compare_program(case, case.program(options)) is None


@pytest.mark.parametrize(
    "options",
    [*OPTIONS[::3], *(pytest.param(each, marks=LONG) for each in OPTIONS if each not in OPTIONS[::3])],
    ids=name_of,
)
@FEWER
@given(case=cases(steps=12))
def test_program_equals_exact_weights(options: dict[str, str | int], case: Case):
    program, weights = case.program(options), case.weights(options)
    assert compare_exact(case, program, weights) is None
    assert compare_exact(case, program, weights, "base-2") is None


@pytest.mark.parametrize("kind", OTHER_TAPES, ids=str)
@FEWER
@given(data=st.data())
def test_machine_equals_program_with_other_tapes(kind: Kind, data: st.DataObject):
    case = data.draw(cases_of(kind))
    assert compare_program(case, case.program(kind.options)) is None


@pytest.mark.parametrize("kind", first_of(2, OTHER_TAPES), ids=str)
@FEW
@given(data=st.data())
def test_program_equals_exact_weights_with_other_tapes(kind: Kind, data: st.DataObject):
    case = data.draw(cases_of(kind, steps=6))
    program, weights = case.program(kind.options), case.weights(kind.options)
    assert compare_exact(case, program, weights) is None
    assert compare_exact(case, program, weights, "base-2") is None


SIXTEEN_BITS = [(Kind(options), format_name) for options in OPTIONS for format_name in FORMATS[1:]]
WITH_OTHER_TAPES = [(kind, format_name) for kind in OTHER_TAPES for format_name in FORMATS]
IN_FLOAT32 = [(Kind(options), "float32") for options in OPTIONS]
OFTEN = [IN_FLOAT32[0], SIXTEEN_BITS[1], WITH_OTHER_TAPES[4]]
"""What every run of the tests sees, each form, format and number of tapes in it; the others are long."""


@pytest.mark.parametrize(
    ("kind", "format_name"),
    [
        *OFTEN,
        *(
            pytest.param(*each, marks=LONG)
            for each in (*IN_FLOAT32, *SIXTEEN_BITS, *WITH_OTHER_TAPES[::3], *WITH_OTHER_TAPES[4::3])
            if each not in OFTEN
        ),
    ],
    ids=str,
)
@FEW
@given(data=st.data())
def test_program_equals_cached_engine_equals_model(kind: Kind, format_name: str, data: st.DataObject):
    """Every register of every row: after all blocks by the cache, after every block by the model, which has none."""
    case = data.draw(cases_of(kind))
    program, engine = case.program(kind.options), Cached(case.weights(kind.options), format_name=format_name)
    assert compare_cached(case, program, engine) is None
    assert compare_blocks(case, program, engine) is None
    if format_name == "float32":
        assert compare_attention(case, engine) is None


@pytest.mark.parametrize("kind", first_of(1, [OTHER_TAPES[1], Kind(OPTIONS[0]), Kind(OPTIONS[4])]), ids=str)
@FEWER
@given(data=st.data())
def test_the_graded_regime_decodes(kind: Kind, data: st.DataObject):
    case = data.draw(cases_of(kind))
    assert compare_engine(case, Cached(case.weights(kind.options), regime="graded")) is None


@pytest.mark.parametrize("kind", [Kind({}), OTHER_TAPES[0]], ids=str)
@FEWER
@given(data=st.data())
def test_machine_equals_engine_after_every_machine_step(kind: Kind, data: st.DataObject):
    case = data.draw(cases_of(kind))
    assert compare_engine(case, Cached(case.weights(kind.options))) is None
    assert compare_engine(case, ExactRows(case.weights(kind.options))) is None


# A thousand visits to one cell ------------------------------------------------------------------------------------------

SWING = Machine(
    states=("A", "B"),
    symbols=("0", "1", "2"),
    blank="0",
    start="A",
    transitions=tuple(
        Transition(state, symbol, str((int(symbol) + 1) % 3), move, other)
        for state, other, move in (("A", "B", Move.RIGHT), ("B", "A", Move.LEFT))
        for symbol in "012"
    ),
)
COUNT = Machine(
    states=("A",),
    symbols=("0", "1", "2"),
    blank="0",
    start="A",
    transitions=tuple(Transition("A", symbol, str((int(symbol) + 1) % 3), Move.STAY, "A") for symbol in "012"),
)


@pytest.mark.parametrize(
    ("machine", "steps", "format_name"),
    first_of(1, [(COUNT, 1024, "bfloat16"), (SWING, 2048, "float32"), (SWING, 2048, "float16")]),
    ids=["one cell in bfloat16", "two cells", "two cells in float16"],
)
def test_a_thousand_visits_to_one_cell(machine: Machine, steps: int, format_name: str):
    case = Case(machine, records=1, steps=steps)
    assert compare_end(case, Cached(case.weights({}), format_name=format_name)) is None


@pytest.mark.parametrize("options", first_of(1, [{"form": "encoder-decoder", "radix": 8}, {}]), ids=name_of)
def test_a_thousand_visits_in_the_graded_regime(options: dict[str, str | int]):
    case = Case(SWING, records=1, steps=2048)
    assert compare_end(case, Cached(case.weights(options), regime="graded")) is None


# Balanced parentheses, nested deep --------------------------------------------------------------------------------------


@cache
def nested(depth: int) -> Case:
    symbols = tuple("(" * depth + ")" * depth)
    return Case(load("balanced_parentheses"), symbols, records=40, steps=984)


@pytest.mark.parametrize(
    ("options", "format_name", "regime"),
    first_of(
        2,
        [
            ({}, "bfloat16", "saturated"),
            ({}, "float32", "graded"),
            ({"form": "encoder-decoder", "radix": 8}, "float32", "saturated"),
            ({}, "float16", "saturated"),
            ({}, "float32", "saturated"),
        ],
    ),
    ids=["bfloat16", "graded", "encoder-decoder, radix 8", "float16", "float32"],
)
def test_balanced_parentheses_nested_deep(options: dict[str, str | int], format_name: str, regime: str):
    """A few hundred machine steps with many ties: what a compiler loses that feeds averages back unsnapped."""
    engine = Cached(nested(8).weights(options), format_name=format_name, regime=regime)
    for depth in (8, 12, 20):
        assert compare_end(nested(depth), engine) is None


# Batches ----------------------------------------------------------------------------------------------------------------


@given(drawn=cases())
@FEWER
def test_a_batch_of_prompts_of_different_lengths(drawn: Case):
    """Records and machine steps differ, their sum does not: padding never wins a lookup, and stays clean."""
    batch = [
        Case(drawn.machine, drawn.symbols, drawn.head, drawn.origin, records, 32 - records)
        for records in (8, 9, 13, 24)
    ]
    engines = [Cached(case.weights({})) for case in batch]
    together = run_batch(engines, [case.prompt(engine.weights) for case, engine in zip(batch, engines, strict=True)], 8)
    for case, engine, state in zip(batch, engines, together, strict=True):
        alone = engine.advance(engine.start(case.prompt(engine.weights)), 8)
        assert (state.steps, state.outcome, state.layers) == (alone.steps, alone.outcome, alone.layers)
        assert np.array_equal(engine.array(state), engine.array(alone))
        assert not np.asarray(state.x.cache.after)[case.records + 2 + state.steps :].any()
        if state.outcome == RUNNING:
            gone_on = engine.advance(state, 4)
            assert np.array_equal(engine.array(gone_on), engine.array(engine.advance(alone, 4)))


def test_padding_a_machine_changes_no_run():
    machine = load("bb2")
    case, other = Case(machine), Case(padded(machine))
    assert list(case.reference()) == list(other.reference())
    assert finished(case, Cached(case.weights({}))).steps == 6
