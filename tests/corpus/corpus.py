"""Every expectation of the corpus as data, for the tests of every rung.

@pytest.mark.parametrize("item", expectations(max_steps=200), ids=str)
def test_model(item): ... item.machine, item.case ...
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from tmformer.machine import Case, Machine, Outcome, parse, read

HERE = Path(__file__).parent
MACHINES = HERE.parents[1] / "machines"


@dataclass(frozen=True)
class Expectation:
    """A machine, an input and what is expected; `argument` is what a user gives to the command line as the machine."""

    name: str
    machine: Machine
    case: Case
    argument: str
    nonblank: int | None = None

    def __str__(self) -> str:
        """The id of a test."""
        return self.name


@functools.cache
def machine_expectations() -> tuple[Expectation, ...]:
    """Every expectation in the files of `machines/`."""
    found: list[Expectation] = []
    for path in sorted(MACHINES.glob("*.yaml")):
        document = read(path)
        found += [
            Expectation(f"{path.stem}-{case.label}-{case.outcome}-{case.steps}", document.machine, case, str(path))
            for case in document.cases
        ]
    return tuple(found)


@functools.cache
def case_expectations() -> tuple[Expectation, ...]:
    """Every case of `cases.json`: facts about machines from elsewhere, checked by simulators that are not ours."""
    return tuple(_expectation(item) for item in json.loads((HERE / "cases.json").read_text(encoding="utf-8")))


def _expectation(item: dict) -> Expectation:
    expected = dict(item["expected"])
    nonblank = expected.pop("nonblank")
    tape = tuple(expected.pop("tape")) if "tape" in expected else None
    outcome = Outcome(expected.pop("outcome"))
    start_head = item.get("start_head", 0)
    case = Case(tuple(item["input"]), outcome, tape=tape, start_head=start_head, **expected)
    return Expectation(item["name"], parse(item["definition"]), case, item["definition"], nonblank)


def expectations(*, min_steps: int = 0, max_steps: int = 10_000) -> list[Expectation]:
    """All expectations with this many machine steps."""
    both = [*machine_expectations(), *case_expectations()]
    return [item for item in both if min_steps <= item.case.max_steps <= max_steps]


@dataclass(frozen=True)
class End:
    """Where a run is after some machine steps."""

    outcome: str
    steps: int
    state: str
    tape: str
    head: int


def simulate(machine: Machine, case: Case) -> End:
    """A second simulator, written differently: two stacks and the symbol between them."""
    rules = {(rule.state, rule.symbol): rule for rule in machine.transitions}
    tape = [machine.blank] * max(0, -case.start_head) + list(case.input)
    position = max(0, case.start_head)
    tape += [machine.blank] * (position + 1 - len(tape))
    left, here, right = tape[:position], tape[position], tape[:position:-1]
    state, steps, moved = machine.start, 0, 0
    while steps < case.max_steps and (state, here) in rules:
        rule = rules[state, here]
        state, steps, moved = rule.next_state, steps + 1, moved + rule.move.value
        here = rule.write
        if rule.move.value == 1:
            left.append(here)
            here = right.pop() if right else machine.blank
        if rule.move.value == -1:
            right.append(here)
            here = left.pop() if left else machine.blank
    written = [*left, here, *reversed(right)]
    while written and written[-1] == machine.blank:
        written.pop()
    while written and written[0] == machine.blank:
        written.pop(0)
    outcome = "halted" if state in machine.halting else "limit" if (state, here) in rules else "undefined"
    return End(outcome, steps, state, ",".join(written), case.start_head + moved)
