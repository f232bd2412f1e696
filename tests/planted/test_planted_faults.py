"""Planted faults are caught, each by a named square: what the squares assert to be None says here where the fault shows."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

import msgspec
import numpy as np
import pytest

from tests.constructions.test_claims import with_sharpness
from tests.often import first_of
from tests.planted.mutants import Mutant, mutants, replace_matrix, set_entry
from tests.squares.checkers import (
    MADE,
    Run,
    compare_after_leaving,
    compare_attention,
    compare_engine,
    compare_exact,
    compare_floats,
    compare_program,
    compare_softmax,
    dense,
    first_difference,
)
from tmformer.constructions import evaluate
from tmformer.constructions.cellular import labels as cellular_labels
from tmformer.decode import Exact, State
from tmformer.errors import ProgramError
from tmformer.machine import Machine, Move, Transition, load
from tmformer.precision import Format
from tmformer.program import RUNNING, Program, Stream, check_program
from tmformer.program import trace as trace_program
from tmformer.weights import Weights, is_attention_constant, lower, measure, table
from tmformer.weights import trace as exact_trace

BB2 = Run(load("bb2"), (), head=0, origin=-3, width=7, steps=6)
RIGHT = Machine(("A",), ("0", "1"), "0", "A", (Transition("A", "0", "1", Move.RIGHT, "A"),))
IN_PLACE = Machine(("A",), ("0", "1"), "0", "A", (Transition("A", "0", "0", Move.STAY, "A"),))


def test_without_a_fault_every_square_agrees():
    weights, engine = BB2.weights, dense(BB2.weights)
    found = [compare_program(BB2), compare_exact(BB2, weights), compare_softmax(BB2, weights)]
    found += [compare_engine(BB2, each) for each in (Exact(weights), engine, dense(weights, regime="graded"))]
    found += [compare_floats(BB2, engine), compare_attention(BB2, engine), compare_one_block(weights)]
    assert found == [None] * 9


# One wrong weight, one wrong bias ------------------------------------------------------------------------------------------


@cache
def prompts() -> tuple[tuple[Stream, np.ndarray], ...]:
    """Every message at every cell on two tapes, and the program's residual stream one block later."""
    program = BB2.program
    blank = MADE.encode_configuration(program.labels, BB2.start)
    rows = blank.num_rows
    found: list[tuple[Stream, np.ndarray]] = []
    for tape in ("0000000", "1111111"):
        for name in ("right", "left", "stay"):
            for row in range(1, rows):
                for state in BB2.machine.states:
                    messages = dict.fromkeys(("right", "left", "stay"), (None,) * rows)
                    messages[name] = (*(None,) * row, state, *(None,) * (rows - row - 1))
                    prompt = Stream({**blank.columns, **messages, "symbol": (None, *tape)})
                    _, after = trace_program(program, prompt, loops=1)
                    found.append((prompt, BB2.weights.layout.encode(after)))
    return tuple(found)


def compare_one_block(weights: Weights) -> str | None:
    """program = exact weights for one block, from every message at every cell."""
    for prompt, expected in prompts():
        block = next(exact_trace(weights, prompt, loops=1))
        if first_difference(expected, block.after.array()):
            return f"one block from {weights.layout.describe(prompt)}"
    return None


def pattern(weights: Weights) -> list[np.ndarray]:
    """Who attends to whom, in every attention head, exactly."""
    block = next(exact_trace(weights, prompts()[0][0], loops=1))
    return [shares.array() for shares in block.attention]


def is_same_attention(one: Weights, other: Weights) -> bool:
    """Whether who attends to whom is the same; it does not depend on the tape or the messages, so then it always is."""
    constant = is_attention_constant(one) and is_attention_constant(other)
    return constant and all(map(np.array_equal, pattern(one), pattern(other)))


def caught_by(weights: Weights) -> str:
    """The first square that reports a difference."""
    if compare_exact(BB2, weights):
        return "program = exact weights, in the run from the blank tape"
    if compare_one_block(weights):
        return "program = exact weights, one block from any message"
    if not is_same_attention(BB2.weights, weights):
        return "softmax weights of 0 and 1"
    return "nothing"


def is_valid_variant(mutant: Mutant) -> bool:
    """The changes that leave who attends to whom as it was, and why.

    - BOS asks for itself with weight k: any positive weight would do, as every other key scores 0 there.
    - `from_self` always finds its own cell, so nobody needs its null key, and a cell may ask for it with less than k - 1;
      and a digit may count twice there, which only widens the gap to the rivals.
    """
    bos, cell = 0, 1
    last = BB2.weights.blocks[0].heads[0].query.shape[0] - 1
    if mutant.matrix.endswith("query") and mutant.place == (last, bos):
        return mutant.change != "removed"
    if mutant.matrix == "head.2.query" and mutant.place == (last, cell):
        return mutant.change != "+ 1"
    return mutant.matrix in ("head.2.query", "head.2.key") and mutant.place[0] < last and mutant.change == "+ 1"


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_every_wrong_weight_and_every_wrong_bias_is_caught_or_harmless(every: int):
    """One of five every time, all of them in `make test-long`; tests of wei_ma see all every time."""
    some = list(mutants(BB2.weights))[::every]
    found = {str(mutant): (caught_by(mutant.weights), is_valid_variant(mutant)) for mutant in some}
    assert [name for name, (by, harmless) in found.items() if (by == "nothing") != harmless] == []
    caught = [by for by, _ in found.values() if by != "nothing"]
    assert len(caught) > 0.9 * len(found)
    assert len(set(caught)) == 3
    biases = sum("mlp.b_in" in name for name in found)
    assert biases == 3 * 2 * len(BB2.machine.states) * 2 if every == 1 else biases > 1


def test_harmless_variants_give_the_same_run_in_floats():
    for mutant in mutants(BB2.weights):
        if is_valid_variant(mutant):
            assert compare_floats(BB2, dense(mutant.weights), BB2.weights) is None


def test_a_weight_where_there_should_be_none():
    """A bias on a unit that clears, and a unit that writes into a position code."""
    clears = BB2.weights.blocks[0].mlp.w_in.shape[0] - 1
    layout = BB2.weights.layout
    assert compare_one_block(set_entry(BB2.weights, "mlp.b_in", (clears, 0), 1))
    assert compare_one_block(set_entry(BB2.weights, "mlp.b_in", (clears, 0), -1))
    assert compare_exact(BB2, set_entry(BB2.weights, "mlp.w_out", (layout.spans["own_cell"][0], 0), 1))


@pytest.mark.parametrize(("name", "place"), [("mlp.w_out", (2, 0)), ("mlp.w_in", (0, 2)), ("mlp.b_in", (0, 0))])
def test_a_fault_in_the_floats_alone(name: str, place: tuple[int, int]):
    """The weights are right, the model was loaded with one wrong: exact weights = float model says so."""
    value = BB2.weights.blocks[0].matrices()[name].items().get(place, Fraction(0))
    engine = dense(set_entry(BB2.weights, name, place, value + 1))
    assert compare_floats(BB2, engine, BB2.weights)


# The null key ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [0, 1, 2])
def test_the_null_key_removed(head: int):
    last = BB2.weights.blocks[0].heads[head].key.shape[0] - 1
    faulty = replace_matrix(
        BB2.weights, f"head.{head}.key", lambda items: {place: v for place, v in items.items() if place[0] != last}
    )
    assert not is_same_attention(BB2.weights, faulty)
    assert compare_attention(BB2, dense(faulty))
    # From itself a cell always hears: there the null key is for BOS alone, and no end result shows that it is gone.
    assert (compare_one_block(faulty) is None) == (head == 2)


# W + 1 replaced by W -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [2, 4, 8, 32])
def test_w_instead_of_w_plus_1_in_the_number_of_digits(width: int, monkeypatch: pytest.MonkeyPatch):
    """The stop reading hides it: it says "outside" all the same. What comes back at the left is seen one block later."""
    case = Run(RIGHT, (), head=width - 1, origin=0, width=width, steps=3)
    assert compare_after_leaving(case) is None
    monkeypatch.setattr(cellular_labels, "bits", lambda count: (count - 2).bit_length())
    faulty = case.program
    assert compare_program(case, faulty) is None
    assert "a message is back" in str(compare_after_leaving(case, faulty))
    weights = lower(faulty)
    assert measure(weights).d_key != evaluate(MADE.claims_of(weights.labels), MADE.variables(weights.labels))["d_key"]


def test_w_instead_of_w_plus_1_for_one_cell(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cellular_labels, "bits", lambda count: (count - 2).bit_length())
    with pytest.raises(ProgramError, match="A code has 1 to 62 digits"):
        _ = Run(RIGHT, (), head=0, origin=0, width=1, steps=3).program


# Sharpness ---------------------------------------------------------------------------------------------------------------


def test_beta_2_in_float32(monkeypatch: pytest.MonkeyPatch):
    """End results stay right, bit for bit; the softmax weights show it."""
    monkeypatch.setattr(Format, "inverse_temperature", lambda *_: 2.0)
    engine = dense(BB2.weights)
    assert compare_engine(BB2, engine) is None
    assert compare_floats(BB2, engine) is None
    assert compare_attention(BB2, engine)


@pytest.mark.parametrize("format_name", first_of(2, ["float32", "bfloat16", "float64", "float16"]))
def test_sharpness_c_minus_1_in_the_graded_regime(format_name: str):
    """At W = 3, from the first cell: exactly, and in floats."""
    case = Run(IN_PLACE, (), head=0, origin=0, width=3, steps=12)
    weights = case.weights
    faulty = with_sharpness(weights, weights.labels.sharpness - 1)
    assert compare_softmax(case, weights) is None
    assert compare_softmax(case, faulty)
    assert compare_engine(case, Exact(weights, softmax="base-2")) is None
    assert compare_engine(case, Exact(faulty, softmax="base-2"))
    assert compare_engine(case, dense(weights, format_name, regime="graded")) is None
    assert compare_engine(case, dense(faulty, format_name, regime="graded"))


# Stopping ----------------------------------------------------------------------------------------------------------------


class StopsAtFixedPoint:
    """An engine that stops, and says "halted", when a block changes nothing."""

    def __init__(self, weights: Weights):
        self.weights, self.inner = weights, Exact(weights)

    def start(self, prompt: Stream) -> State:
        return self.inner.start(prompt)

    def stream(self, state: State) -> Stream:
        return self.inner.stream(state)

    def advance(self, state: State, loops: int) -> State:
        for _ in range(loops):
            after = self.weights.layout.decode(self.inner.look(state)[-1].after)
            stream, attention = state.x
            state = State((after, attention), state.steps + 1, "halted" if after == stream else RUNNING)
        return state


@pytest.mark.parametrize("machine", [IN_PLACE, load("bb4")], ids=["loop in place", "bb4"])
def test_stop_decided_by_fixed_point(machine: Machine):
    """A loop in place has not halted; and after block 107 of BB(4) the halt message is still in flight."""
    case = Run(machine, (), head=0, origin=-12, width=20, steps=107)
    assert compare_engine(case, Exact(case.weights)) is None
    assert compare_engine(case, StopsAtFixedPoint(case.weights))


def test_a_wrong_stop_table():
    """Each entry left out, or saying something else, in the labels that the weights carry."""
    weights = BB2.weights
    stop = weights.labels.stop
    ended = [index for index, (state, symbol, _) in enumerate(stop.outcomes) if (state, symbol) == last_pair()]
    for index in ended:
        others = (*stop.outcomes[:index], *stop.outcomes[index + 1 :])
        for outcomes in (others, (*others, (*stop.outcomes[index][:2], "undefined"))):
            labels = msgspec.structs.replace(weights.labels, stop=msgspec.structs.replace(stop, outcomes=outcomes))
            faulty = replace(weights, labels=labels)
            assert compare_engine(replace(BB2, steps=20), Exact(faulty))
            assert compare_engine(replace(BB2, steps=20), dense(faulty))
    assert ended


def last_pair() -> tuple[str, str]:
    *_, (last, _) = BB2.reference()
    return last.state, last.read(last.head)


# Snap and scratch ----------------------------------------------------------------------------------------------------------


def unsnapped(layout: object, _labels: object, table_: object, rule: object) -> Iterator[object]:
    reads = [layout.coordinate(literal.register, literal.value) for literal in rule.when]
    yield table._Unit(dict.fromkeys(reads, 1), Fraction(1 - len(reads)), table._effect(layout, table_, rule))


def test_a_missing_snap(monkeypatch: pytest.MonkeyPatch):
    """A plain AND in the place of the snapped one is right for bits; what softmax leaks stays in the residual stream."""
    monkeypatch.setattr(table, "_gate", unsnapped)
    weights = BB2.weights
    monkeypatch.undo()
    assert compare_exact(BB2, weights) is None
    assert compare_softmax(BB2, weights)
    assert compare_engine(BB2, Exact(weights, softmax="base-2"))
    assert measure(weights).d_mlp != evaluate(MADE.claims_of(weights.labels), MADE.variables(weights.labels))["d_mlp"]


@pytest.mark.parametrize("register", ["arriving", "right", "left", "stay"])
def test_a_register_that_is_not_cleared(register: str):
    """In the weights: the units that clear it write nothing."""
    span = BB2.weights.layout.spans[register]
    clears = set(range(2 * 3 * 2, BB2.weights.blocks[0].mlp.w_in.shape[0]))
    faulty = replace_matrix(
        BB2.weights,
        "mlp.w_out",
        lambda items: {(row, unit): v for (row, unit), v in items.items() if row not in span or unit not in clears},
    )
    assert compare_one_block(faulty)
    if register != "stay":  # the run from the blank tape sends no `stay` but the one it starts with
        assert compare_exact(BB2, faulty)


@pytest.mark.parametrize("register", ["arriving", "right"])
def test_a_register_that_the_program_does_not_clear(register: str):
    """In the program: a scratch register is refused; a message that stays is seen."""
    program = BB2.program
    block = program.blocks[0]
    clears = tuple(name for name in block.table.clears if name != register)
    faulty = Program(
        program.labels, (msgspec.structs.replace(block, table=msgspec.structs.replace(block.table, clears=clears)),)
    )
    with pytest.raises(ProgramError):
        check_program(faulty)
    if register == "right":
        assert compare_program(BB2, faulty)
