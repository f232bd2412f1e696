"""What the squares check, as functions: each runs two rungs side by side and says where they first differ, or None.

Shared by the squares, which assert that no difference is found, and by tests/planted, which asserts that one is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise, product

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from hypothesis import strategies as st

from tmformer.constructions import construction, name_outcome
from tmformer.decode import Dense, Exact, State, look_into
from tmformer.errors import TmformerError
from tmformer.machine import (
    Configuration,
    Machine,
    Move,
    Outcome,
    Transition,
    accepted,
    initial_configuration,
    outcome,
    run,
)
from tmformer.model import Shape, common_shape, shape_of
from tmformer.program import BROKEN, OUTSIDE, RUNNING, Program, Stream, read_stop, trace
from tmformer.strategies import inputs, machines
from tmformer.weights import Layout, Weights, lower
from tmformer.weights import trace as exact_trace

MADE = construction("cellular")
WIDTHS = (1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32)
"""Windows: 1, 2, every 2**m - 1 and 2**m, where codes wrap, and one in between."""
STATES, SYMBOLS = 5 + 3, 4  # the strategy's largest machine: five states and three halting ones


@dataclass(frozen=True)
class Run:
    """A machine, an input, a window and a number of machine steps."""

    machine: Machine
    symbols: tuple[str, ...]
    head: int
    origin: int
    width: int
    steps: int

    @property
    def start(self) -> Configuration:
        return initial_configuration(self.machine.start, self.symbols, self.machine.blank, self.head)

    @property
    def program(self) -> Program:
        return MADE.compile(
            self.machine, steps=self.steps, cells=self.width, head=self.head, input_length=0, origin=self.origin
        )

    @property
    def weights(self) -> Weights:
        return lower(self.program)

    def is_inside(self, now: Configuration) -> bool:
        return self.origin <= now.head < self.origin + self.width

    def reference(self) -> Iterator[tuple[Configuration, str]]:
        """What the reference interpreter says before the first and after every machine step, while it is in the window."""
        for step, now in enumerate(run(self.machine, self.start)):
            ended = outcome(self.machine, now)
            said = name_outcome(ended, None if ended is Outcome.LIMIT else accepted(self.machine, now))
            yield now, said if self.is_inside(now) else OUTSIDE
            if step == self.steps or not self.is_inside(now):
                return


@st.composite
def runs(
    draw: st.DrawFn, *, max_width: int = 32, max_steps: int = 24, max_states: int = 5, max_symbols: int = 4
) -> Run:
    """Runs in windows of every critical width, the tape head anywhere in it; a one-way tape's begins where the tape does."""
    machine = draw(
        machines(max_states=max_states, max_symbols=max_symbols, one_way=draw(st.sampled_from([False, False, True])))
    )
    width = draw(st.sampled_from([width for width in WIDTHS if width <= max_width]))
    symbols = draw(inputs(machine, max_size=min(width, 6)))
    first, last = (min(len(symbols), width - 1) - width + 1, 0) if symbols else (-3, 3)
    origin = 0 if machine.one_way else draw(st.integers(first, last))
    head = draw(st.integers(origin, origin + width - 1))
    return Run(machine, symbols, head, origin, width, draw(st.integers(min(1, max_steps), max_steps)))


@cache
def padded() -> Shape:
    """One shape for all runs drawn, with one row more than the longest: XLA compiles once a format."""
    states = tuple(f"q{index}" for index in range(STATES))
    symbols = tuple(f"s{index}" for index in range(SYMBOLS))
    rules = (Transition(*pair, symbols[0], Move.LEFT, states[0]) for pair in product(states[:5], symbols))
    machine = Machine(states, symbols, symbols[0], states[0], tuple(rules), one_way=True)
    largest = Run(machine, (), 0, 0, max(WIDTHS), 1)
    shape = shape_of(largest.weights)
    return common_shape([shape, Shape(shape.rows + 1, 0, 0, 0, 0)])


def dense(weights: Weights, format_name: str = "float32", **options: object) -> Dense:
    """The dense engine in the common shape."""
    return Dense(weights, format_name=format_name, shape=padded(), **options)


# Symbols ----------------------------------------------------------------------------------------------------------------


def compare_program(case: Run, program: Program | None = None) -> str | None:
    """machine = program: configuration and stop reading after every machine step; outside at the reference's step."""
    program = program or case.program
    labels = program.labels
    streams = trace(program, MADE.encode_configuration(labels, case.start), loops=case.steps)
    return compare_readings(
        case.reference(), ((MADE.decode_configuration(labels, each), read_stop(labels, each)) for each in streams)
    )


def compare_engine(case: Run, engine: Dense | Exact) -> str | None:
    """machine = engine, in the same sense."""
    return compare_readings(case.reference(), ((now, state.outcome) for now, state in readings(case, engine)))


def compare_readings(
    expected: Iterator[tuple[Configuration, str]], found: Iterator[tuple[Configuration, str]]
) -> str | None:
    """The first step at which two runs say different things; an engine's error is something it says."""
    for step, wanted in enumerate(expected):
        try:
            got = next(found, None)
        except TmformerError as error:
            return f"step {step}: {error}"
        if got != wanted:
            return f"step {step}: expected {wanted}, found {got}"
    return None


def states(case: Run, engine: Dense | Exact) -> Iterator[State]:
    """The states of an engine before the first and after every machine step, the last one where it stops."""
    state = engine.advance(engine.start(MADE.encode_configuration(engine.weights.labels, case.start)), 0)
    yield state
    while state.outcome == RUNNING and state.steps < case.steps:
        state = engine.advance(state, 1)
        yield state


def readings(case: Run, engine: Dense | Exact) -> Iterator[tuple[Configuration, State]]:
    for state in states(case, engine):
        yield MADE.decode_configuration(engine.weights.labels, engine.stream(state)), state


def compare_after_leaving(case: Run, program: Program | None = None) -> str | None:
    """A tape head that has left the window never comes back: no message is anywhere, and the tape stays as it was."""
    program = program or case.program
    *_, (last, said) = case.reference()
    if said != OUTSIDE:
        return None
    left = len(list(case.reference())) - 1
    labels = program.labels
    streams = list(trace(program, MADE.encode_configuration(labels, case.start), loops=left + case.width + 2))
    for step, stream in enumerate(streams[left + 1 :], start=left + 1):
        if read_stop(labels, stream) != BROKEN:
            return f"step {step}: a message is back, {MADE.decode_configuration(labels, stream)}"
        if stream["symbol"] != streams[left]["symbol"]:
            return f"step {step}: the tape changed after the tape head left at {last.head}"
    return None


@partial(jax.jit, static_argnums=0)
def _forward(graph: "nnx.GraphDef", params: "nnx.State", x: jax.Array, keep: jax.Array) -> jax.Array:
    return nnx.merge(graph, params)(x, keep)


def all_layers(engine: Dense, prompt: Stream) -> np.ndarray:
    """What the whole transformer makes of a prompt, with no stop, padding cut off."""
    rows, columns = engine.weights.labels.max_positions, engine.weights.layout.d_model
    return np.asarray(_forward(*nnx.split(engine.model), *engine.embed(prompt)))[:rows, :columns]


# Numbers ----------------------------------------------------------------------------------------------------------------


def exact_streams(case: Run, weights: Weights, softmax: str = "hard") -> Iterator[np.ndarray]:
    """The residual stream in exact rationals, before the first and after every block."""
    prompt = MADE.encode_configuration(weights.labels, case.start)
    yield weights.layout.encode(prompt)
    for block in exact_trace(weights, prompt, softmax, case.steps):
        yield block.after.array()


def program_streams(case: Run, program: Program) -> Iterator[np.ndarray]:
    layout = Layout(program.labels.registers)
    prompt: Stream = MADE.encode_configuration(program.labels, case.start)
    for stream in trace(program, prompt, loops=case.steps):
        yield layout.encode(stream)


def compare_streams(expected: Iterator[np.ndarray], found: Iterator[np.ndarray], names: tuple[str, ...]) -> str | None:
    """The first entry in which two residual streams differ, bit for bit, signed zeros too."""
    for step, (wanted, got) in enumerate(zip(expected, found, strict=False)):
        difference = first_difference(wanted, got)
        if difference:
            row, column = difference
            return f"block {step}, row {row}, {names[column]}: expected {wanted[difference]}, found {got[difference]}"
    return None


def first_difference(expected: np.ndarray, found: np.ndarray) -> tuple[int, int] | None:
    """Where `found` is first another number than `expected`, or a zero of another sign."""
    if expected.shape != found.shape:
        return (0, 0)
    if np.dtype(object) in {found.dtype, expected.dtype}:
        different = expected != found
    else:
        exact = expected.astype(found.dtype)
        different = (exact != found) | (np.signbit(exact) != np.signbit(found))
    places = np.argwhere(different)
    return tuple(int(index) for index in places[0]) if len(places) else None


def compare_exact(case: Run, weights: Weights) -> str | None:
    """program = exact weights: every register of every row after every block."""
    streams = exact_streams(case, weights)
    return compare_streams(program_streams(case, case.program), streams, weights.layout.coordinate_names())


def compare_softmax(case: Run, weights: Weights) -> str | None:
    """Exact hard attention = exact base-2 softmax: after each block all values are integers, and equal."""
    hard, soft = exact_streams(case, weights), exact_streams(case, weights, "base-2")
    return compare_streams(hard, soft, weights.layout.coordinate_names())


def compare_floats(case: Run, engine: Dense, weights: Weights | None = None) -> str | None:
    """exact weights = float model: every value after every block, bit for bit, looked at or looped."""
    weights = weights or engine.weights
    names = weights.layout.coordinate_names()
    try:
        reached = list(states(case, engine))
        found = compare_streams(exact_streams(case, weights), (engine.array(state) for state in reached), names)
        looked = (engine.look(state)[-1].after for state, _ in pairwise(reached))
        return found or compare_streams(iter([engine.array(state) for state in reached[1:]]), looked, names)
    except TmformerError as error:
        return str(error)


def compare_attention(case: Run, engine: Dense) -> str | None:
    """The softmax weights themselves: exactly 1 for the winner and 0 for all others, in every row of every head."""
    exact = Exact(engine.weights)
    for step, state in enumerate(states(case, engine)):
        hard = exact.look(State((engine.stream(state), None), state.steps, state.outcome))
        for block, wanted in zip(engine.look(state), hard, strict=True):
            for name, shares in block.attention.items():
                difference = first_difference(wanted.attention[name], shares)
                if difference:
                    return f"block {step}, {name}, weight {difference}: found {shares[difference]}"
                if not ((shares == 0) | (shares == 1)).all():
                    return f"block {step}, {name}: a tie"
    return None


def compare_padding(case: Run, engine: Dense) -> str | None:
    """Padded rows and coordinates stay 0 to the bit, and no row that is kept attends to padding."""
    rows, d_model = engine.weights.labels.max_positions, engine.weights.layout.d_model
    for step, state in enumerate(states(case, engine)):
        x, keep = state.x
        array = np.asarray(x)
        for part in (array[rows:], array[:, d_model:]):
            if (part != 0).any() or np.signbit(part).any():
                return f"block {step}: padding holds {part[part != 0][:1]}"
        for block in look_into(engine.graph, engine.params, x, keep, jnp.int32(state.steps)):
            attention = np.asarray(block.attention)
            if (attention[:, :, rows:] != 0).any():
                return f"block {step}: a pad key wins"
    return None
