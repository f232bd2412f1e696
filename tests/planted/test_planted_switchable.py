"""Faults planted in switchable: each caught by the square machine = program, and by the judge where a gate is open too often."""

from collections.abc import Callable

import msgspec
import pytest

from tests.constructions.switchable.pairs import CHOICES, LEFT, RIGHT, both
from tests.squares.growing import compare_program, decoded
from tests.squares.test_switchable import Case
from tmformer.errors import PrecisionError, TmformerError
from tmformer.pipeline import certify
from tmformer.program import Feedback, Literal, Program, Rule, Write, check_program
from tmformer.weights import lower

Fault = Callable[[Program], Program]
MACHINES = both(RIGHT, LEFT)
CASES = {choice: Case(MACHINES[choice], pair=(RIGHT, LEFT), choice=choice, records=2, steps=6) for choice in CHOICES}


def rules_changed(program: Program, change: Callable[[Rule], Rule], more: tuple[Rule, ...] = ()) -> Program:
    """The program with other rules in its first block, and more of them in the second."""
    first, second, *rest = program.blocks
    blocks = [
        msgspec.structs.replace(
            block, table=msgspec.structs.replace(block.table, rules=(*map(each, block.table.rules), *added))
        )
        for block, each, added in ((first, change, ()), (second, lambda rule: rule, more))
    ]
    return msgspec.structs.replace(program, blocks=(*blocks, *rest))


def without_gate(choice: str) -> Fault:
    """The transitions of one machine do not read the token."""
    gate = Literal("choice", choice)

    def change(rule: Rule) -> Rule:
        return msgspec.structs.replace(rule, when=tuple(each for each in rule.when if each != gate))

    return lambda program: rules_changed(program, change)


def turned_token(program: Program) -> Program:
    """A row that was told a tells the next one b."""
    turn = Rule((Literal("moved", "1"), Literal("choice", "a")), (Write("choice", "b"),))
    return rules_changed(program, lambda rule: rule, (turn,))


def no_token(program: Program) -> Program:
    """The token is not fed back."""
    kept = tuple(each for each in program.labels.feedback if each != Feedback("choice", "choice"))
    return msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, feedback=kept))


def others_state(program: Program) -> Program:
    """A gate of b writes the state of a."""
    when = (Literal("moved", "1"), Literal("choice", "b"), Literal("a.state", "go"))
    return rules_changed(program, lambda rule: rule, (Rule(when, (Write("a.state", "end"),)),))


def wrong_gates(program: Program) -> Program:
    """The gates of b read the token a."""

    def change(rule: Rule) -> Rule:
        when = tuple(Literal("choice", "a") if each == Literal("choice", "b") else each for each in rule.when)
        return msgspec.structs.replace(rule, when=when)

    return rules_changed(program, change)


FAULTS: dict[str, Fault] = {
    "a without its gate": without_gate("a"),
    "b without its gate": without_gate("b"),
    "a token that turns over": turned_token,
    "a token that is not fed back": no_token,
    "gates of b that read the token a": wrong_gates,
}


def stands_still(case: Case, program: Program) -> str | None:
    """Whether the state of the machine that does not run is its start in every row, as `test_relation` asks."""
    other = next(each for each in CHOICES if each != case.choice)
    held = {*decoded(case, program)[f"{other}.state"][case.records + 1 :]}
    return None if held == {MACHINES[other].start} else f"{other}.state holds {held}"


@pytest.mark.parametrize("choice", CHOICES)
def test_without_a_fault_nothing_is_said(choice: str):
    case = CASES[choice]
    assert compare_program(case, case.program({})) is None
    assert stands_still(case, case.program({})) is None
    certify(lower(case.program({})))


@pytest.mark.parametrize(
    ("fault", "choice"),
    [
        ("a without its gate", "b"),
        ("b without its gate", "a"),
        ("a token that turns over", "a"),
        ("a token that is not fed back", "a"),
        ("a token that is not fed back", "b"),
        ("gates of b that read the token a", "a"),
        ("gates of b that read the token a", "b"),
    ],
)
def test_the_square_catches(fault: str, choice: str):
    program = FAULTS[fault](CASES[choice].program({}))
    check_program(program)
    assert caught(CASES[choice], program) is not None


def caught(case: Case, program: Program) -> str | None:
    """What the square says; a program that cannot go on is caught too."""
    try:
        return compare_program(case, program)
    except TmformerError as error:
        return str(error)


def test_a_state_that_the_other_machine_writes_hides_from_configurations_but_not_from_the_relation():
    """The run of b is right all the same: what is wrong is that a is no longer at its start."""
    case = CASES["b"]
    program = others_state(case.program({}))
    check_program(program)
    assert caught(case, program) is None
    assert "'end'" in (stands_still(case, program) or "")


@pytest.mark.parametrize("fault", ["a without its gate", "b without its gate", "a token that is not fed back"])
def test_the_judge_rejects(fault: str):
    """It knows nothing of two machines: gates that overlap, or rows where nothing is written, are enough."""
    with pytest.raises(PrecisionError):
        certify(lower(FAULTS[fault](CASES["a"].program({}))))
