"""The runs whose pages are looked at, made once, and what they are compared with: streams, attention, and the DOM in numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

import numpy as np

import tmformer
from tests.show.explorer.pages import recorded
from tmformer.machine import Machine, Move, Transition
from tmformer.show import explore
from tmformer.verify import Recording, record
from tmformer.weights import Sparse, load, save

PARENTHESES = "(()())"

TWO_TAPES = Machine(
    ("read", "back", "halt"),
    ("_", "a", "b"),
    "_",
    "read",
    (
        Transition("read", ("a", "_"), ("a", "a"), (Move.RIGHT, Move.RIGHT), "read"),
        Transition("read", ("b", "_"), ("b", "b"), (Move.RIGHT, Move.STAY), "read"),
        Transition("read", ("b", "b"), ("a", "_"), (Move.RIGHT, Move.LEFT), "read"),
        Transition("read", ("a", "b"), ("b", "a"), (Move.RIGHT, Move.RIGHT), "read"),
        Transition("read", ("_", "_"), ("_", "_"), (Move.STAY, Move.LEFT), "back"),
        Transition("read", ("_", "a"), ("_", "a"), (Move.STAY, Move.LEFT), "back"),
        Transition("back", ("_", "a"), ("_", "b"), (Move.LEFT, Move.LEFT), "back"),
        Transition("back", ("_", "_"), ("_", "_"), (Move.STAY, Move.STAY), "halt"),
        Transition("back", ("a", "a"), ("b", "b"), (Move.LEFT, Move.LEFT), "back"),
        Transition("back", ("a", "_"), ("a", "_"), (Move.STAY, Move.STAY), "halt"),
        Transition("back", ("b", "_"), ("b", "_"), (Move.STAY, Move.STAY), "halt"),
    ),
    halting=frozenset({"halt"}),
    tapes=2,
    name="two tapes",
)
"""Both tape heads move apart and come back."""

LETTERS = ("_", *(f"s{number}" for number in range(1, 300)))
MANY_SYMBOLS = Machine(
    ("go", "halt"),
    LETTERS,
    "_",
    "go",
    (
        *(Transition("go", LETTERS[at], LETTERS[at + 1], Move.RIGHT, "go") for at in range(6)),
        Transition("go", "s50", "s299", Move.RIGHT, "halt"),
    ),
    halting=frozenset({"halt"}),
    name="300 symbols",
)

LONG = 10_000
MANY_STATES = Machine(
    tuple(f"q{number}" for number in range(LONG)),
    ("0", "1"),
    "0",
    "q0",
    tuple(
        Transition(
            f"q{number}", symbol, "1", Move.RIGHT if number % 3 else Move.LEFT, f"q{(7919 * number + 4321) % LONG}"
        )
        for number in range(LONG)
        for symbol in "01"
    ),
    name="10,000 states",
)
"""Each of its first machine steps leads to a state far away in the table."""

HALTS = Machine(("halt",), ("_", "1"), "_", "halt", (), halting=frozenset({"halt"}), name="halts at once")
ONE_CELL = Machine(
    ("a", "b"),
    ("0", "1"),
    "0",
    "a",
    (Transition("a", "0", "1", Move.STAY, "b"), Transition("b", "1", "1", Move.STAY, "b")),
    name="one cell",
)


@cache
def parentheses(construction: str = "cellular", radix: int | None = None) -> Recording:
    """28 machine steps on a short word."""
    machine = tmformer.load_machine("balanced_parentheses")
    return record(machine, PARENTHESES, construction=construction, radix=radix)


@cache
def universal() -> Recording:
    """bb2 told to the universal transformer."""
    return record(tmformer.load_machine("bb2"), construction="universal")


def graded(construction: str = "cellular") -> Recording:
    """Softmax to the base 2**c: floats that are not the exact numbers."""
    return recorded("bb3", "", construction, "graded")


@cache
def two_tapes() -> Recording:
    """A machine of two tapes."""
    return record(TWO_TAPES, "abaa", construction="wei_ma")


@cache
def beaver(construction: str) -> Recording:
    """2,000 machine steps of bb5."""
    return record(tmformer.load_machine("bb5"), construction=construction, max_steps=2000)


@cache
def many_symbols() -> Recording:
    """300 symbols."""
    return record(MANY_SYMBOLS, ["s50"] * 2, head=-6)


@cache
def many_states() -> Recording:
    """10,000 states, of which the run visits a few: recorded with those alone, as no certificate speaks of so large a network."""
    visited = ["q0"]
    while len(visited) < 5:
        visited.append(next(each.next_state for each in MANY_STATES.transitions if each.state == visited[-1]))
    own = tuple(each for each in MANY_STATES.transitions if each.state in visited[:-1])
    small = replace(MANY_STATES, states=tuple(visited), transitions=own)
    return replace(record(small, max_steps=3), machine=MANY_STATES)


@cache
def of_weights() -> Recording:
    """Weights from a file, without their machine."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bb2.safetensors"
        save(tmformer.compile(tmformer.load_machine("bb2"), steps=6), path)
        return record(load(path))


@cache
def no_step() -> Recording:
    """0 machine steps."""
    return record(HALTS)


@cache
def one_cell() -> Recording:
    """A tape head that stays where it is."""
    return record(ONE_CELL, max_steps=3)


@cache
def page_of(recording: Recording) -> str:
    """The page, made once."""
    return explore(recording)


@final
@dataclass(frozen=True, eq=False)
class Streams:
    """The residual stream around one block, [rows, d_model]."""

    before: np.ndarray
    attended: np.ndarray
    after: np.ndarray


@cache
def streams(recording: Recording) -> tuple[Streams, ...]:
    """The residual streams of every block, from the recording."""
    return tuple(_streams(recording))


def _streams(recording: Recording) -> Iterator[Streams]:
    shape = recording.start.shape
    stream = recording.start.astype(np.float64).reshape(-1).copy()
    for block in recording.blocks:
        found = [stream.copy()]
        for changes in (block.attended, block.after):
            stream[changes.places] = changes.values
            found.append(stream.copy())
        yield Streams(*(each.reshape(shape) for each in found))


def dense(matrix: Sparse) -> np.ndarray:
    """A sparse matrix in float64, in which its entries are exact."""
    out = np.zeros(matrix.shape)
    for place, value in matrix.items().items():
        out[place] = float(value)
    return out


def evaluated(page: Any, body: str, argument: object = None) -> Any:
    """What JavaScript says that knows `run`, `cursor` and `argument`."""
    return page.evaluate(f"async (argument) => {{ const {{ run, cursor }} = window.tmformer; {body} }}", argument)


def settled(page: Any) -> None:
    """Wait until all that was asked for is painted: three frames, and the views' own waiting."""
    page.evaluate(
        "async () => { for (let frame = 0; frame < 3; frame += 1) "
        "await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }"
    )


def until(page: Any, condition: str) -> None:
    """Wait until JavaScript says so, at the end of a frame. (Playwright's own way evaluates text, which the page's policy forbids.)"""
    page.evaluate(
        f"async () => {{ const {{ run, cursor }} = window.tmformer; const begun = performance.now(); "
        f"while (!({condition})) {{ if (performance.now() - begun > 15000) throw new Error('in vain'); "
        f"await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }} }}"
    )
