"""Verifying: agreement where all is well, and planted faults located by rung, step and register."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tmformer.verify
from tests.often import first_of
from tests.squares.checkers import MADE
from tmformer.errors import ConstructionError, MachineError, PrecisionError, VerifyError
from tmformer.machine import Machine, load, trace
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


# Wei-Ma -----------------------------------------------------------------------------------------------------------------

FORMS = ("decoder-only", "encoder-decoder")


@pytest.mark.parametrize(("form", "radix"), [("decoder-only", 2), ("encoder-decoder", 3)])
def test_every_rung_of_a_decoder_agrees(form: str, radix: int):
    """Graded softmax in rationals included, and inputs of several lengths in one network."""
    machine = load("increment")
    found = verify(machine, ["", "1", "1011"], construction="wei_ma", form=form, radix=radix, max_steps=9)
    assert found.first_difference is None
    assert (found.rungs, found.skipped, found.runs) == (RUNGS, (), 3)
    steps = [min(9, trace(machine, tuple(word), max_steps=9).steps) for word in ("", "1", "1011")]
    assert found.steps_compared == sum(steps)


@pytest.mark.parametrize("formats", first_of(1, [["bfloat16"], ["float32", "bfloat16", "float16", "float64"]]), ids=str)
def test_every_format_of_a_decoder_agrees(formats: list[str]):
    found = verify(BB2, construction="wei_ma", radix=8, formats=formats)
    assert (found.agreement, found.rungs[3:]) == (True, tuple(f"model {name}" for name in formats))


@settings(max_examples=max(1, settings().max_examples // 5))
@given(
    machines_with_inputs(max_states=3, max_symbols=3, max_size=4),
    st.integers(-3, 5),
    st.sampled_from(FORMS),
    st.sampled_from([2, 3, 8]),
)
def test_random_decoders_agree_in_symbols_and_rationals(
    drawn: tuple[Machine, tuple[str, ...]], head: int, form: str, radix: int
):
    machine, symbols = drawn
    how = {"construction": "wei_ma", "form": form, "radix": radix, "head": head, "formats": (), "max_steps": 8}
    assert verify(machine, [symbols, ()], **how).first_difference is None


def test_the_cells_of_a_decoder_are_those_of_the_start(monkeypatch: pytest.MonkeyPatch):
    """Not those that the run visits, which a window has to hold; all inputs together."""
    made, sizes = verifying.construction_named("wei_ma"), []

    def compiled(machine: Machine, **how: object) -> Program:
        sizes.append((how["origin"], how["cells"], how["steps"]))
        return made.compile(machine, **how)

    monkeypatch.setattr(verifying, "construction_named", lambda _: replace(made, compile=compiled))
    assert verify(load("increment"), ["1011", "11"], head=-2, formats=(), max_steps=2, construction="wei_ma").agreement
    assert sizes == [(-2, 6, 2)]


def entry_of_block(weights: Weights, block: int, part: str, place: tuple[int, int], value: Fraction) -> Weights:
    """The weights with one other entry in the only attention head of a block."""
    own = weights.blocks[block]
    (head,) = own.heads
    matrix = getattr(head, part)
    other = replace(head, **{part: sparse(matrix.shape, {**matrix.items(), place: value})})
    blocks = list(weights.blocks)
    blocks[block] = replace(own, heads=(other,))
    return replace(weights, blocks=tuple(blocks))


def test_a_wrong_weight_of_a_search_is_located(monkeypatch: pytest.MonkeyPatch):
    """The last search asks for a cell whose digit 0 is another one: it finds the record of another cell, or none."""

    def planted(program: Program) -> Weights:
        weights = lower(program)
        key = weights.blocks[-2].heads[0].key
        place = next(place for place in key.items() if place[1] == weights.layout.spans["cell0"][0])
        return entry_of_block(weights, -2, "key", place, -key.items()[place])

    found = verified(monkeypatch, "lower", planted, construction="wei_ma").first_difference
    assert found.rung == "exact"
    assert found.step <= 6


def test_a_lookup_a_little_blunt_is_seen_by_graded_attention(monkeypatch: pytest.MonkeyPatch):
    """A sharpness of 1: hard attention and floats do not use it, and the graded rung leaves its grid."""

    def planted(program: Program) -> Weights:
        return lower(msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, sharpness=1)))

    found = verified(monkeypatch, "lower", planted, construction="wei_ma").first_difference
    assert found.rung == "exact-softmax"


def test_a_fault_in_the_floats_of_a_decoder_is_located_in_the_model(monkeypatch: pytest.MonkeyPatch):
    """The fetch brings a symbol twice."""
    make_engine = verifying.make_engine

    def planted(weights: Weights, how: How) -> object:
        output = weights.blocks[-1].heads[0].output
        place = next(iter(output.items()))
        wrong = entry_of_block(weights, -1, "output", place, output.items()[place] + 1)
        return make_engine(wrong if how.engine == "dense" else weights, how)

    found = verified(monkeypatch, "make_engine", planted, construction="wei_ma").first_difference
    assert (found.rung, found.step) == ("model float32", 0)


def test_work_of_a_decoder_is_that_of_its_rows(monkeypatch: pytest.MonkeyPatch):
    """Positions times machine steps times blocks: 9 positions, 6 machine steps, 6 blocks."""
    monkeypatch.setattr(verifying, "_SOFTMAX_WORK", 9 * 6 * 6)
    assert verify(BB2, construction="wei_ma", formats=()).skipped == ()
    monkeypatch.setattr(verifying, "_SOFTMAX_WORK", 9 * 6 * 6 - 1)
    (reason,) = verify(BB2, construction="wei_ma", formats=()).skipped
    assert reason == "exact-softmax: 9 positions for 6 machine steps take too long in rationals"


def test_what_wei_ma_has_not_is_refused():
    for option in ({"form": "encoder"}, {"radix": 1}):
        with pytest.raises(ConstructionError):
            verify(BB2, construction="wei_ma", **option)
        with pytest.raises(ConstructionError):
            verify(BB2, **option)
    with pytest.raises(ConstructionError, match="one of those the table knows"):
        verify(BB2, construction="perez")


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
