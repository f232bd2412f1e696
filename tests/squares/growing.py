"""What the squares of sequences that grow check, as functions: where two rungs first differ, or None.

Machines are given states and symbols that they never use, up to a fixed number, and prompts have a fixed number of
records: so all cases of one form, radix and number format share one compiled function.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from tests.squares.checkers import compare_readings, first_difference
from tmformer.constructions import construction, name_outcome
from tmformer.decode import Cached, ExactRows, State
from tmformer.errors import TmformerError
from tmformer.machine import Configuration, Machine, Outcome, accepted, outcome, run, starting_configuration
from tmformer.program import Decoding, Program, Stream, read_stop, sequence_of
from tmformer.program.semantics import apply_block
from tmformer.strategies import inputs, machines
from tmformer.weights import Decoding as ExactDecoding
from tmformer.weights import Weights, lower
from tmformer.weights import trace as exact_trace

MADE = construction("wei_ma")
STATES, RECORDS, STEPS = 8, 8, 24
SYMBOLS = {1: 4, 2: 3, 3: 2}
"""Symbols by the number of tapes: a table has a line for each combination."""
OPTIONS: tuple[dict[str, str | int], ...] = (
    {},
    {"radix": 3},
    {"radix": 8},
    {"form": "encoder-decoder"},
    {"form": "encoder-decoder", "radix": 3},
    {"form": "encoder-decoder", "radix": 8},
)


def name_of(options: dict[str, str | int]) -> str:
    return f"{options.get('form', 'decoder-only')}, radix {options.get('radix', 2)}"


@dataclass(frozen=True)
class Kind:
    """What cases of one compiled function have in common: a form and a radix, and what tapes there are."""

    options: dict[str, str | int]
    tapes: int = 1
    one_way: bool = False

    def __str__(self) -> str:
        """The id of a test."""
        of = f"{self.tapes} {'one' if self.one_way else 'two'}-way tape{'s' * (self.tapes > 1)}, "
        return (of if self.tapes > 1 or self.one_way else "") + name_of(self.options)


OTHER_TAPES = (
    Kind(OPTIONS[0], 2),
    Kind(OPTIONS[4], 2, one_way=True),
    Kind(OPTIONS[0], 1, one_way=True),
    Kind(OPTIONS[1], 3, one_way=True),
    Kind(OPTIONS[3], 3),
    Kind(OPTIONS[4], 1, one_way=True),
    Kind(OPTIONS[1], 2, one_way=True),
    Kind(OPTIONS[4], 3, one_way=True),
)


def padded(machine: Machine, states: int = STATES, symbols: int | None = None) -> Machine:
    """The machine with states and symbols that it never uses."""
    symbols = SYMBOLS[machine.tapes] if symbols is None else symbols
    more_states = (f"unused {index}" for index in range(states - len(machine.states)))
    more_symbols = (f"unused {index}" for index in range(symbols - len(machine.symbols)))
    return replace(machine, states=(*machine.states, *more_states), symbols=(*machine.symbols, *more_symbols))


@dataclass(frozen=True)
class Case:
    """A machine, its inputs, a start cell, and a network of so many records, from `origin` on, and machine steps."""

    machine: Machine
    symbols: tuple[str, ...] = ()
    head: int = 0
    origin: int = 0
    records: int = RECORDS
    steps: int = STEPS
    further: tuple[tuple[str, ...], ...] = ()

    @property
    def start(self) -> Configuration:
        return starting_configuration(self.machine, self.symbols, self.further, head=self.head)

    def program(self, options: dict[str, str | int]) -> Program:
        return MADE.compile(
            self.machine,
            steps=self.steps,
            cells=self.records,
            head=self.head,
            origin=self.origin,
            options=options,
        )

    def weights(self, options: dict[str, str | int]) -> Weights:
        return lower(self.program(options))

    def prompt(self, weights: Weights | Program) -> Stream:
        return MADE.encode_configuration(weights.labels, self.start)

    def reference(self) -> Iterator[tuple[Configuration, str]]:
        """What the reference interpreter says before the first and after every machine step."""
        for step, now in enumerate(run(self.machine, self.start)):
            ended = outcome(self.machine, now)
            yield now, name_outcome(ended, None if ended is Outcome.LIMIT else accepted(self.machine, now))
            if step == self.steps:
                return


@st.composite
def machines_of(draw: st.DrawFn, tapes: int, *, one_way: bool) -> Machine:
    """Machines with so many tapes, of this kind; the more of them, the fewer states and symbols."""
    machine = draw(machines(max_states=6 - tapes, max_symbols=SYMBOLS[tapes], tapes=tapes))
    return replace(machine, one_way=one_way, undefined_rejects=draw(st.booleans()))


@st.composite
def cases(draw: st.DrawFn, *, steps: int = STEPS, tapes: int = 1, one_way: bool = False) -> Case:
    """Runs of padded machines, stay moves among them, the tape head anywhere among the records, also with no input."""
    machine = draw(machines_of(tapes, one_way=one_way))
    symbols, *further = (draw(inputs(machine, max_size=5)) for _ in range(tapes))
    longest = max(map(len, (symbols, *further)))
    origin = 0 if one_way else draw(st.integers(max(longest, 1) - RECORDS, 0))
    head = draw(st.integers(origin, origin + RECORDS - 1))
    return Case(padded(machine), symbols, head, origin, steps=steps, further=tuple(further))


def cases_of(kind: Kind, *, steps: int = STEPS) -> st.SearchStrategy[Case]:
    """Runs of this kind."""
    return cases(steps=steps, tapes=kind.tapes, one_way=kind.one_way)


# Symbols ----------------------------------------------------------------------------------------------------------------


def compare_program(case: Case, program: Program) -> str | None:
    """machine = program: configuration and stop reading after every machine step."""
    return compare_readings(case.reference(), _readings(case, program))


def _readings(case: Case, program: Program) -> Iterator[tuple[Configuration, str]]:
    labels = program.labels
    decoding = Decoding(program, case.prompt(program))
    while True:
        after = decoding.after()
        yield construction(labels.construction).decode_configuration(labels, after), read_stop(labels, after)
        decoding.step()


def decoded(case: Case, program: Program) -> Stream:
    """The residual stream of the program's whole run, in symbols."""
    decoding = Decoding(program, case.prompt(program))
    for _ in range(len(list(case.reference())) - 1):
        decoding.step()
    return decoding.after()


# Numbers ----------------------------------------------------------------------------------------------------------------


def compare_exact(case: Case, program: Program, weights: Weights, softmax: str = "hard") -> str | None:
    """program = exact weights: every register of every row, row by row; for "base-2" too, as leaks are snapped away."""
    wanted = decoded(case, program)
    decoding = ExactDecoding(weights, case.prompt(weights), softmax)
    try:
        while decoding.num_rows < wanted.num_rows:
            decoding.step()
    except TmformerError as error:
        return f"row {decoding.num_rows}: {error}"
    return compare_streams(weights, wanted, decoding.after())


def compare_streams(weights: Weights, wanted: Stream, found: Stream) -> str | None:
    return _compare_arrays(weights, weights.layout.encode(wanted), weights.layout.encode(found), "after all blocks")


def compare_blocks(case: Case, program: Program, engine: Cached) -> str | None:
    """program = exact weights = Flax model: every register of every row after every block, all rows at once."""
    weights = engine.weights
    state = finished(case, engine)
    sequence = sequence_of(weights.labels, case.prompt(weights), engine.stream(state))
    exact = [block.after.array() for block in exact_trace(weights, sequence)]
    stream = sequence
    for index, (block, hard, looked) in enumerate(zip(program.blocks, exact, engine.look(state), strict=True)):
        stream = apply_block(program.labels, block, stream)
        wanted = weights.layout.encode(stream)
        for name, found in (("exact", hard), ("model", np.asarray(looked.after))):
            different = _compare_arrays(weights, wanted, found, f"{name}, block {index}")
            if different:
                return different
    return None


def compare_cached(case: Case, program: Program, engine: Cached) -> str | None:
    """program = cached engine = Flax model without a cache: every value of every row after all blocks, bit for bit."""
    try:
        state = finished(case, engine)
        wanted = engine.weights.layout.encode(decoded(case, program))
        looked = np.asarray(engine.look(state)[-1].after)
    except TmformerError as error:
        return str(error)
    for name, found in (("cached", engine.array(state)), ("model", looked)):
        different = _compare_arrays(engine.weights, wanted, found, name)
        if different:
            return different
    rest = np.asarray(state.x.cache.after)[wanted.shape[0] :]
    return "padding is not clean" if (rest != 0).any() or np.signbit(rest.astype(np.float64)).any() else None


def compare_engine(case: Case, engine: Cached | ExactRows) -> str | None:
    """machine = engine: configuration and stop reading after every machine step."""
    return compare_readings(case.reference(), _engine_readings(case, engine))


def _engine_readings(case: Case, engine: Cached | ExactRows) -> Iterator[tuple[Configuration, str]]:
    labels = engine.weights.labels
    state = engine.advance(engine.start(case.prompt(engine.weights)), 0)
    while True:
        yield construction(labels.construction).decode_configuration(labels, engine.stream(state)), state.outcome
        state = engine.advance(state, 1)


def compare_end(case: Case, engine: Cached) -> str | None:
    """machine = engine at the end of the run only, for long ones."""
    *_, (now, said) = case.reference()
    try:
        state = finished(case, engine)
        labels = engine.weights.labels
        found = construction(labels.construction).decode_configuration(labels, engine.stream(state)), state.outcome
    except TmformerError as error:
        return str(error)
    return None if found == (now, said) else f"expected {(now, said)}, found {found}"


def compare_attention(case: Case, engine: Cached) -> str | None:
    """Softmax weights: 1 / m for each of m rows that answer and exactly 0 for all others, as hard attention has them."""
    state = finished(case, engine)
    sequence = sequence_of(engine.weights.labels, case.prompt(engine.weights), engine.stream(state))
    exact = exact_trace(engine.weights, sequence)
    for index, (block, hard, looked) in enumerate(zip(engine.weights.blocks, exact, engine.look(state), strict=True)):
        for head, shares in zip(block.heads, hard.attention, strict=True):
            wanted = np.vectorize(float)(shares.array()).astype(np.float32)
            found = looked.attention[head.lookup.name]
            if first_difference(wanted, found):
                return f"block {index}, {head.lookup.name}: {first_difference(wanted, found)}"
    return None


def finished(case: Case, engine: Cached | ExactRows) -> State:
    return engine.advance(engine.start(case.prompt(engine.weights)), case.steps)


def _compare_arrays(weights: Weights, wanted: np.ndarray, found: np.ndarray, where: str) -> str | None:
    different = first_difference(wanted, found)
    if different is None:
        return None
    row, column = different
    name = weights.layout.coordinate_names()[column]
    return f"{where}, row {row}, {name}: expected {wanted[different]}, found {found[different]}"
