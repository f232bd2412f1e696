"""All 20,736 machines of two states and two symbols: reference = float32 model, in one compiled function.

Each of the four pairs (state, symbol) has any of {0, 1} x {L, R} x {A, B, halt} as its rule. The machine is data of the
compiled function, not a constant: all parameters are stacked and go in as arguments. Only the columns of w_out that
belong to a pair depend on its rule, so the arrays of all machines are put together from those of twelve; that this is
what compiling and lowering a machine gives is tested on a sample here, and on every machine in the long test.
"""

import itertools
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.squares.checkers import MADE
from tmformer.decode import Dense, Stacked, run_stacked
from tmformer.machine import Configuration, Machine, Move, Outcome, Transition, initial_configuration, trace
from tmformer.weights import Layout, Weights, dense, lower

STEPS, CHUNK = 8, 2592
STATES, SYMBOLS = ("A", "B", "H"), ("0", "1")
PAIRS = tuple(itertools.product("AB", SYMBOLS))
RULES = tuple(itertools.product(SYMBOLS, (Move.LEFT, Move.RIGHT), STATES))
TABLES = np.array(list(itertools.product(range(len(RULES)), repeat=len(PAIRS))))
"""For each machine which rule each pair has, [machines, pairs]."""


def machine(table: np.ndarray) -> Machine:
    rules = tuple(Transition(*pair, *RULES[rule]) for pair, rule in zip(PAIRS, table, strict=True))
    return Machine(STATES, SYMBOLS, "0", "A", rules, halting=("H",))


def weights_of(table: np.ndarray) -> Weights:
    return lower(MADE.compile(machine(table), steps=STEPS, cells=None, head=0, input_length=0, origin=None))


@cache
def w_out_by_rule() -> np.ndarray:
    """w_out of the twelve machines all of whose pairs have one rule, [rules, d_model, d_mlp]."""
    return np.stack([dense(weights_of(np.full(4, rule)).blocks[0].mlp.w_out) for rule in range(len(RULES))])


def w_out(tables: np.ndarray) -> np.ndarray:
    """w_out of these machines: the two units of each pair from the machine whose rule it has, [machines, d_model, d_mlp]."""
    by_rule = w_out_by_rule()
    joined = by_rule[tables[:, 0]].copy()
    for pair in range(1, len(PAIRS)):
        units = slice(2 * pair, 2 * pair + 2)  # rules are lowered in the order of states, then symbols
        joined[:, :, units] = by_rule[tables[:, pair]][:, :, units]
    return joined


def check_joined(tables: np.ndarray):
    """The arrays put together are those of the machine compiled and lowered, and nothing else depends on the machine."""
    first = weights_of(TABLES[0])
    for table, joined in zip(tables, w_out(tables), strict=True):
        weights = weights_of(table)
        assert (dense(weights.blocks[0].mlp.w_out) == joined).all()
        assert weights.blocks[0].heads == first.blocks[0].heads
        assert weights.blocks[0].mlp.w_in == first.blocks[0].mlp.w_in
        assert weights.blocks[0].mlp.b_in == first.blocks[0].mlp.b_in
        assert weights.labels.stop == first.labels.stop
        assert weights.labels.registers == first.labels.registers


def test_a_sample_of_the_arrays_is_what_lowering_gives():
    check_joined(TABLES[::149])


@pytest.mark.long
def test_all_the_arrays_are_what_lowering_gives():
    for chunk in np.split(TABLES, 8):
        check_joined(chunk)


@cache
def run_all() -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    """Every machine on the blank tape: residual streams, loops, and codes of outcomes with their meaning."""
    engine = Dense(weights_of(TABLES[0]))
    prompt = MADE.encode_configuration(engine.weights.labels, initial_configuration("A", (), "0"))

    def repeated(leaf: jax.Array) -> jax.Array:
        return jnp.broadcast_to(leaf, (CHUNK, *leaf.shape))

    params, table, (x, keep) = jax.tree.map(repeated, (engine.params, engine.table, engine.embed(prompt)))
    results = []
    for tables in np.split(TABLES, len(TABLES) // CHUNK):
        params["blocks"][0]["mlp"]["w_out"].set_value(jnp.asarray(w_out(tables), "float32"))
        results.append(run_stacked(Stacked(engine.graph, engine.constant, params, table, x, keep), STEPS))
    streams, loops, codes, _ = (np.concatenate(parts) for parts in zip(*results, strict=True))
    return streams, loops, codes, engine.outcomes


def test_reference_equals_model():
    streams, loops, codes, meaning = run_all()
    layout = weights_of(TABLES[0]).layout
    cells = range(-STEPS, STEPS + 1)
    for index, table in enumerate(TABLES):
        expected = trace(machine(table), (), max_steps=STEPS)
        last, stream = expected.final, streams[index]
        said = "halted" if expected.outcome is Outcome.HALTED else "running"
        assert (loops[index], meaning[codes[index]]) == (expected.steps, said), machine(table)
        ones = np.array([last.read(cell) == "1" for cell in cells])
        span = layout.spans["symbol"]
        assert (stream[1:, span.start] == ~ones).all()
        assert (stream[1:, span.start + 1] == ones).all()
        assert np.argwhere(messages(layout, stream)).tolist() == sent(expected.configurations)


def messages(layout: Layout, stream: np.ndarray) -> np.ndarray:
    """The message registers, [rows, right | left | stay]."""
    return np.concatenate([stream[:, list(layout.spans[name])] for name in ("right", "left", "stay")], axis=1)


def sent(configurations: tuple[Configuration, ...]) -> list[list[int]]:
    """Where the one message is after the last machine step, and which: [row, move and state]."""
    last = configurations[-1]
    if len(configurations) == 1:
        return [[1 + STEPS + last.head, 6 + STATES.index(last.state)]]
    before = configurations[-2]
    moved = last.head - before.head
    return [[1 + STEPS + before.head, {1: 0, -1: 3}[moved] + STATES.index(last.state)]]


def test_busy_beaver_of_two_states_takes_6_steps():
    _, loops, codes, meaning = run_all()
    halted = codes == meaning.index("halted")
    assert loops[halted].max() == 6
    assert (loops[~halted] == STEPS).all()
    champion = trace(machine(TABLES[np.flatnonzero(halted & (loops == 6))[0]]), (), max_steps=100)
    assert (champion.outcome, champion.steps) == (Outcome.HALTED, 6)


def test_there_are_20736_machines():
    assert len(TABLES) == len(RULES) ** len(PAIRS) == 20_736
    assert len({tuple(table) for table in TABLES.tolist()}) == 20_736
