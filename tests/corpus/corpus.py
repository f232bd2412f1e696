"""Every expectation of the corpus as data, for the tests of every rung.

@pytest.mark.parametrize("item", expectations(max_steps=200), ids=str)
def test_model(item): ... item.machine, item.case ...
"""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tmformer.machine import Case, Configuration, Machine, Outcome, Reading, read

HERE = Path(__file__).parent
MACHINES = HERE.parents[1] / "machines"


@dataclass(frozen=True)
class Cycle:
    """After `start` machine steps, and after `period` more, the state is the same, the tape head `offset` cells further."""

    start: int
    period: int
    offset: int


@dataclass(frozen=True)
class Expectation:
    """A machine, an input and what is expected.

    Args:
        name: what reports call it.
        machine: the machine, as its own format means it.
        case: input and results.
        nonblank: cells of the first tape that are not blank at the end.
        digest: the first 16 hexadecimal digits of the SHA-256 of the tape at the end, where it is too long to stand here.
        cycle: how the run repeats itself.
        source: the text that the machine was read from, and how: what a user would give.
    """

    name: str
    machine: Machine
    case: Case
    nonblank: int | None = None
    digest: str | None = None
    cycle: Cycle | None = None
    source: tuple[str, Reading] | None = None

    def __str__(self) -> str:
        """The id of a test."""
        return self.name

    def check_tape(self, last: Configuration):
        """What is said of the tape at the end besides the tape itself."""
        if self.nonblank is not None:
            assert sum(symbol != last.blank for symbol in last.tape) == self.nonblank
        if self.digest is not None:
            assert hashlib.sha256("".join(last.tape).encode()).hexdigest()[:16] == self.digest


@functools.cache
def machine_expectations() -> tuple[Expectation, ...]:
    """Every expectation in the files of `machines/`."""
    found: list[Expectation] = []
    for path in sorted(MACHINES.glob("*.yaml")):
        document = read(path)
        found += [
            Expectation(f"{path.stem}-{case.label}-{case.outcome}-{case.steps}", document.machine, case)
            for case in document.cases
        ]
    return tuple(found)


@functools.cache
def _items() -> tuple[dict, ...]:
    return tuple(json.loads((HERE / "cases.json").read_text(encoding="utf-8")))


@functools.cache
def case_expectations() -> tuple[Expectation, ...]:
    """Every case of `cases.json`: facts about machines from elsewhere, checked by simulators that are not ours."""
    return tuple(_expectation(item) for item in _items() if "expected" in item)


def refused_definitions() -> list[tuple[str, str, Reading]]:
    """What `cases.json` has of nondeterministic machines: a name, the text, and how to read it."""
    return [(item["name"], item["definition"], _reading(item)) for item in _items() if "nondeterministic" in item]


def _reading(item: dict) -> Reading:
    return Reading(item["format"], item.get("start"))


def _expectation(item: dict) -> Expectation:
    expected, source = dict(item["expected"]), (item["definition"], _reading(item))
    nonblank, digest = expected.pop("nonblank", None), expected.pop("tape_sha256", None)
    words = [item["input"]] if isinstance(item["input"], str) else item["input"]
    tape = tuple(expected.pop("tape")) if "tape" in expected else None
    further = tuple(map(tuple, expected.pop("further_tapes"))) if "further_tapes" in expected else None
    case = Case(
        tuple(words[0]),
        Outcome(expected.pop("outcome")),
        tape=tape,
        start_head=item.get("start_head", 0),
        further=tuple(map(tuple, words[1:])),
        further_tapes=further,
        **expected,
    )
    cycle = Cycle(**item["cycle"]) if "cycle" in item else None
    return Expectation(item["name"], source[1].parse(source[0]).machine, case, nonblank, digest, cycle, source)


def expectations(*, min_steps: int = 0, max_steps: int = 10_000, tapes: int | None = 1) -> list[Expectation]:
    """All expectations with this many machine steps and tapes; any number of tapes if None."""
    both = [*machine_expectations(), *case_expectations()]
    return [
        item for item in both if min_steps <= item.case.max_steps <= max_steps and tapes in (None, item.machine.tapes)
    ]


@dataclass(frozen=True)
class End:
    """Where a run is after some machine steps; `tape` and `head` are those of the first tape."""

    outcome: str
    steps: int
    state: str
    tape: str
    head: int
    further: tuple[str, ...] = ()


class Stacks:
    """A tape, written differently: two stacks and the symbol between them."""

    def __init__(self, word: tuple[str, ...], head: int, blank: str):
        cells = [blank] * max(0, -head) + list(word)
        place = max(0, head)
        cells += [blank] * (place + 1 - len(cells))
        self.left, self.here, self.right = cells[:place], cells[place], cells[:place:-1]
        self.blank, self.head = blank, head

    def move(self, by: int, *, one_way: bool):
        if by == 1:
            self.left.append(self.here)
            self.here = self.right.pop() if self.right else self.blank
        if by == -1 and not (one_way and self.head == 0):
            self.right.append(self.here)
            self.here = self.left.pop() if self.left else self.blank
        self.head += 0 if by == -1 and one_way and self.head == 0 else by

    def written(self) -> str:
        cells = [*self.left, self.here, *reversed(self.right)]
        while cells and cells[-1] == self.blank:
            cells.pop()
        while cells and cells[0] == self.blank:
            cells.pop(0)
        return ",".join(cells)


def simulate(machine: Machine, case: Case) -> End:
    """A second simulator, of other tapes."""
    rules = {(rule.state, *rule.reads): rule for rule in machine.transitions}
    words = [*case.words, *[()] * (machine.tapes - len(case.words))]
    heads = [case.start_head, *[0] * (machine.tapes - 1)]
    tapes = [Stacks(word, head, machine.blank) for word, head in zip(words, heads, strict=True)]
    state, steps = machine.start, 0
    while steps < case.max_steps and (rule := rules.get((state, *(tape.here for tape in tapes)))):
        state, steps = rule.next_state, steps + 1
        for tape, write, move in zip(tapes, rule.writes, rule.moves, strict=True):
            tape.here = write
            tape.move(move.value, one_way=machine.one_way)
    goes_on = (state, *(tape.here for tape in tapes)) in rules
    outcome = "halted" if state in machine.halting else "limit" if goes_on else "undefined"
    first, *others = (tape.written() for tape in tapes)
    return End(outcome, steps, state, first, tapes[0].head, tuple(others))
