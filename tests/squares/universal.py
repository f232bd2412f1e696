"""What the squares of universal check: one network, and machines that come in its prompt; where two rungs differ, or None."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from hypothesis import strategies as st

from tests.squares.checkers import compare_readings, first_difference
from tmformer.constructions import construction, name_outcome
from tmformer.decode import Cached, ExactRows, State
from tmformer.errors import TmformerError
from tmformer.machine import Configuration, Machine, accepted, initial_configuration, outcome, run
from tmformer.program import Decoding, Labels, Program, read_stop
from tmformer.strategies import inputs, machines
from tmformer.weights import Weights, lower

MADE = construction("universal")
STATES, SYMBOLS, RECORDS, STEPS = 8, 4, 8, 24


@dataclass(frozen=True, eq=False)
class Network:
    """What runs every machine of its sizes."""

    program: Program

    @cached_property
    def weights(self) -> Weights:
        return lower(self.program)

    @cached_property
    def floats(self) -> Cached:
        """One engine for all machines: XLA compiles once."""
        return Cached(self.weights)

    @cached_property
    def exact(self) -> ExactRows:
        return ExactRows(self.weights)


@cache
def network(*, one_way: bool = False, radix: int = 2, states: int = STATES, symbols: int = SYMBOLS) -> Network:
    """The network of these sizes, compiled from a machine that nobody runs."""
    machine = Machine(("A",), ("0",), "0", "A", (), one_way=one_way)
    options: dict[str, str | int] = {"states": states, "symbols": symbols, "radix": radix}
    return Network(MADE.compile(machine, steps=STEPS, cells=RECORDS, options=options))


@dataclass(frozen=True)
class Case:
    """A machine, an input and a start cell, in a prompt of RECORDS cells."""

    machine: Machine
    symbols: tuple[str, ...] = ()
    head: int = 0

    @property
    def start(self) -> Configuration:
        return initial_configuration(self.machine.start, self.symbols, self.machine.blank, self.head)

    def labels(self, made: Network) -> Labels:
        assert MADE.tell is not None
        origin = 0 if self.machine.one_way else self.start.used[0]
        return MADE.tell(made.program.labels, self.machine, origin=origin, head=self.head)

    def reference(self) -> Iterator[tuple[Configuration, str]]:
        """What the reference interpreter says before the first and after every machine step."""
        for step, now in enumerate(run(self.machine, self.start)):
            ended = outcome(self.machine, now)
            yield now, name_outcome(ended, accepted(self.machine, now))
            if step == STEPS:
                return


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Machines of any size that fits, down to two states; the tape head anywhere that the prompt holds."""
    machine = draw(machines(max_states=5, max_symbols=SYMBOLS, one_way=True))
    symbols = draw(inputs(machine, max_size=5))
    low, high = (0, RECORDS - 1) if machine.one_way else (max(len(symbols), 1) - RECORDS, RECORDS - 1)
    return Case(machine, symbols, draw(st.integers(low, high)))


def compare_program(case: Case, made: Network) -> str | None:
    """machine = program: configuration and stop reading after every machine step."""
    return compare_readings(case.reference(), _readings(case, made))


def _readings(case: Case, made: Network) -> Iterator[tuple[Configuration, str]]:
    labels = case.labels(made)
    decoding = Decoding(made.program, MADE.encode_configuration(labels, case.start))
    while True:
        after = decoding.after()
        yield MADE.decode_configuration(labels, after), read_stop(labels, after)
        decoding.step()


def compare_engine(case: Case, made: Network, engine: Cached | ExactRows) -> str | None:
    """machine = engine: configuration and stop reading after every machine step."""
    return compare_readings(case.reference(), _engine_readings(case, made, engine))


def _engine_readings(case: Case, made: Network, engine: Cached | ExactRows) -> Iterator[tuple[Configuration, str]]:
    labels = case.labels(made)
    state = engine.advance(engine.start(MADE.encode_configuration(labels, case.start)), 0)
    while True:
        yield MADE.decode_configuration(labels, engine.stream(state)), state.outcome
        state = engine.advance(state, 1)


def compare_values(case: Case, made: Network, engine: Cached | ExactRows) -> str | None:
    """program = weights: every value of every row of the whole run, bit for bit."""
    weights, prompt = made.weights, MADE.encode_configuration(case.labels(made), case.start)
    decoding = Decoding(made.program, prompt)
    for _ in range(len(list(case.reference())) - 1):
        decoding.step()
    try:
        found = engine.array(finished(case, made, engine))
    except TmformerError as error:
        return str(error)
    different = first_difference(weights.layout.encode(decoding.after()), found)
    return None if different is None else f"row {different[0]}, {weights.layout.coordinate_names()[different[1]]}"


def finished(case: Case, made: Network, engine: Cached | ExactRows) -> State:
    """Where the whole run gets to."""
    prompt = MADE.encode_configuration(case.labels(made), case.start)
    return engine.advance(engine.start(prompt), STEPS)
