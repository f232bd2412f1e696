"""Verifying: agreement where all is well, and planted faults located by rung, step and register."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings

import tmformer.verify
from tests.squares.checkers import MADE
from tmformer.errors import MachineError, PrecisionError, VerifyError
from tmformer.machine import Machine, load
from tmformer.pipeline import How
from tmformer.program import Program, Write
from tmformer.strategies import machines_with_inputs
from tmformer.verify import Agreement, random_inputs, verify
from tmformer.weights import Weights, lower, sparse

verifying = importlib.import_module("tmformer.verify.verifying")
BB2 = load("bb2")
RUNGS = ("program", "exact", "exact-softmax", "model float32")


# Agreement --------------------------------------------------------------------------------------------------------------


def test_every_rung_agrees_after_every_machine_step():
    found = verify(BB2, formats=("float32", "bfloat16", "float16", "float64"))
    assert found.agreement
    assert found.rungs == (*RUNGS, "model bfloat16", "model float16", "model float64")
    assert (found.machine, found.runs, found.steps_compared, found.skipped) == ("bb2", 1, 6, ())


@pytest.mark.parametrize("name", ["increment", "balanced_parentheses", "undefined_transition", "loops_in_place"])
def test_shipped_machines_agree_on_random_inputs(name: str):
    machine = load(name)
    inputs = [*random_inputs(machine, 3, longest=4), machine.symbols[1:]]
    found = verify(machine, inputs, max_steps=12)
    assert found.first_difference is None
    assert found.runs == 4


@settings(max_examples=max(1, settings().max_examples // 5))
@given(machines_with_inputs(max_states=3, max_symbols=3, max_size=4))
def test_random_machines_agree_in_symbols_and_rationals(drawn: tuple[Machine, tuple[str, ...]]):
    machine, symbols = drawn
    assert verify(machine, [symbols, ()], formats=(), max_steps=8).first_difference is None


def test_a_text_is_an_input_as_in_run():
    machine = load("increment")
    assert verify(machine, ["101", "1 1", ("1",)], formats=(), max_steps=30).runs == 3


def test_the_tape_head_may_start_elsewhere():
    assert verify(load("increment"), ["101"], formats=(), head=-2, max_steps=30).agreement


def test_no_machine_steps_compare_the_start():
    found = verify(BB2, max_steps=0)
    assert (found.agreement, found.steps_compared) == (True, 0)


# Planted faults ---------------------------------------------------------------------------------------------------------


def with_wrong_rule(program: Program) -> Program:
    """The rule of BB(2) for (B, 1) leads to A instead of halting."""
    (block,) = program.blocks
    wrong = tuple(
        msgspec.structs.replace(rule, then=tuple(_to_a(write) for write in rule.then))
        if [literal.value for literal in rule.when] == ["B", "1"]
        else rule
        for rule in block.table.rules
    )
    table = msgspec.structs.replace(block.table, rules=wrong)
    return msgspec.structs.replace(program, blocks=(msgspec.structs.replace(block, table=table),))


def _to_a(write: Write) -> Write:
    return msgspec.structs.replace(write, value="A") if write.value == "Z" else write


def with_entry(weights: Weights, part: str, place: tuple[int, int], value: Fraction) -> Weights:
    """The weights with one other entry in the MLP."""
    (block,) = weights.blocks
    matrix = getattr(block.mlp, part)
    mlp = replace(block.mlp, **{part: sparse(matrix.shape, {**matrix.items(), place: value})})
    return replace(weights, blocks=(replace(block, mlp=mlp),))


def verified(
    monkeypatch: pytest.MonkeyPatch, name: str, planted: Callable[..., object], **options: object
) -> Agreement:
    monkeypatch.setattr(verifying, name, planted)
    found = verify(BB2, **options)
    assert not found.agreement
    return found


def test_a_wrong_rule_is_located_in_the_program(monkeypatch: pytest.MonkeyPatch):
    """It is wrong from machine step 6 on, where the machine halts."""
    made = replace(MADE, compile=lambda *machine, **sizes: with_wrong_rule(MADE.compile(*machine, **sizes)))
    found = verified(monkeypatch, "construction_named", lambda _: made)
    assert (found.first_difference.rung, found.first_difference.step) == ("program", 6)
    assert found.first_difference.where == "configuration"
    assert found.first_difference.expected.startswith("Z: ")
    assert found.first_difference.found.startswith("A: ")
    assert found.steps_compared == 5


def test_a_wrong_stop_table_is_an_outcome(monkeypatch: pytest.MonkeyPatch):
    """Halting read as accepting: the configuration is right and the outcome is not."""

    def planted(*machine: Machine, **sizes: int) -> Program:
        program = MADE.compile(*machine, **sizes)
        outcomes = tuple((state, symbol, "accepted") for state, symbol, _ in program.labels.stop.outcomes)
        stop = msgspec.structs.replace(program.labels.stop, outcomes=outcomes)
        return msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, stop=stop))

    found = verified(monkeypatch, "construction_named", lambda _: replace(MADE, compile=planted)).first_difference
    assert (found.rung, found.step, found.where) == ("program", 6, "outcome")
    assert (found.expected, found.found) == ("halted", "accepted")


def test_a_wrong_weight_is_located_in_the_exact_weights(monkeypatch: pytest.MonkeyPatch):
    """The gate of (A, 0) writes half a symbol: off its grid at the first machine step."""

    def planted(program: Program) -> Weights:
        weights = lower(program)
        return with_entry(weights, "w_out", (weights.layout.coordinate("symbol", "1"), 0), Fraction(1, 2))

    found = verified(monkeypatch, "lower", planted)
    assert (found.first_difference.rung, found.first_difference.step) == ("exact", 1)
    assert "symbol" in found.first_difference.found


def test_a_wrong_bias_is_located_in_the_exact_weights(monkeypatch: pytest.MonkeyPatch):
    """The gate of (A, 0) never fires: the machine's message is lost."""
    found = verified(monkeypatch, "lower", lambda program: with_entry(lower(program), "b_in", (0, 0), Fraction(-9)))
    assert (found.first_difference.rung, found.first_difference.step) == ("exact", 1)


def test_a_fault_in_floats_alone_is_located_in_the_model(monkeypatch: pytest.MonkeyPatch):
    """A model whose weights are not those compiled: one coordinate of a register that nothing reads is 1, not 0."""
    make_engine = verifying.make_engine

    def planted(weights: Weights, how: How) -> object:
        coordinate = weights.layout.coordinate("left", "Z")
        wrong = with_entry(weights, "w_out", (coordinate, 0), Fraction(1, 2**30))
        return make_engine(wrong if how.engine == "dense" else weights, how)

    found = verified(monkeypatch, "make_engine", planted).first_difference
    assert (found.rung, found.step) == ("model float32", 1)
    assert "left" in found.found


def test_the_sign_of_a_zero_is_located(monkeypatch: pytest.MonkeyPatch):
    """Readings whose configuration and outcome are right, and one zero is negative."""
    rung_of = verifying.engine_rung

    def planted(engine: object, made: object) -> object:
        def readings(prompt: object):
            for step, reading in enumerate(rung_of(engine, made)(prompt)):
                array = reading.residual.astype("float32")
                if step == 4:
                    array[2, 0] = -0.0
                yield replace(reading, residual=array)

        return readings

    found = verified(monkeypatch, "engine_rung", planted).first_difference
    assert (found.rung, found.step, found.where) == ("exact", 4, "bos at row 2")
    assert (found.expected, found.found) == ("0.0", "-0.0")


# Sizes ------------------------------------------------------------------------------------------------------------------


def test_rungs_that_take_too_long_are_skipped_and_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verifying, "_SOFTMAX_WORK", 100)
    found = verify(BB2)
    assert found.agreement
    assert found.rungs == ("program", "exact", "model float32")
    (reason,) = found.skipped
    assert reason.startswith("exact-softmax: ")
    assert "5 positions" in reason
    assert "6 machine steps" in reason
    monkeypatch.setattr(verifying, "_EXACT_WORK", 100)
    assert [reason.split(":")[0] for reason in verify(BB2).skipped] == ["exact", "exact-softmax"]


def test_sizes_at_the_limit_are_not_skipped(monkeypatch: pytest.MonkeyPatch):
    """5 positions squared, 6 machine steps."""
    monkeypatch.setattr(verifying, "_SOFTMAX_WORK", 5**2 * 6)
    assert verify(BB2, formats=()).skipped == ()
    monkeypatch.setattr(verifying, "_SOFTMAX_WORK", 5**2 * 6 - 1)
    assert len(verify(BB2, formats=()).skipped) == 1


# Inputs -----------------------------------------------------------------------------------------------------------------


def test_random_inputs_are_the_same_for_the_same_seed():
    machine = load("increment")
    drawn = random_inputs(machine, 50)
    assert drawn == random_inputs(machine, 50)
    assert drawn != random_inputs(machine, 50, seed=1)
    assert random_inputs(machine, 20) == drawn[:20]
    assert {len(each) for each in drawn} == set(range(9))
    assert {symbol for each in drawn for symbol in each} == set(machine.symbols)
    assert max(len(each) for each in random_inputs(machine, 50, longest=2)) == 2
    assert random_inputs(machine, 0) == []


def test_a_wrong_symbol_is_refused():
    with pytest.raises(MachineError):
        verify(BB2, ["2"])


def test_an_unknown_format_is_refused():
    with pytest.raises(PrecisionError):
        verify(BB2, formats=("float8",))


def test_a_comparison_without_inputs_is_refused():
    with pytest.raises(VerifyError):
        verify(BB2, [])


# A room and a verb ------------------------------------------------------------------------------------------------------


def test_the_room_can_be_called():
    assert tmformer.verify(BB2, formats=()) == verify(BB2, formats=())
    assert tmformer.verify.verify is verify
    assert tmformer.verify is importlib.import_module("tmformer.verify")
