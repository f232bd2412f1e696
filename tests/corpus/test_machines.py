"""Every file of machines/ on the lowest rung: the reference interpreter, a second simulator, and plain arithmetic."""

import itertools

import pytest

from tests.corpus.corpus import MACHINES, Expectation, machine_expectations, simulate
from tests.corpus.oracles import LANGUAGES, RESULTS
from tmformer.machine import (
    UNIVERSAL_MACHINES,
    Outcome,
    Trace,
    check_case,
    format_machine,
    parse,
    read,
    shipped_names,
    tag_system,
    trace,
)

NAMES = sorted(path.stem for path in MACHINES.glob("*.yaml"))
ITEMS = machine_expectations()


def word(symbols: tuple[str, ...]) -> str:
    return (" " if any(len(symbol) > 1 for symbol in symbols) else "").join(symbols)


def check_oracle(name: str, symbols: tuple[str, ...], run: Trace):
    if name in RESULTS:
        assert run.final.tape == tuple(RESULTS[name](word(symbols)))
        assert run.accepted is None
    if name in LANGUAGES:
        assert run.accepted is LANGUAGES[name](word(symbols))


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_the_machine_does_what_its_file_expects(item: Expectation):
    check_case(item.machine, item.case)


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_a_second_simulator_agrees(item: Expectation):
    case = item.case
    end = simulate(item.machine, case)
    assert (end.outcome, end.steps, end.state, end.head) == (case.outcome, case.steps, case.state, case.head)
    assert end.tape == ",".join(case.tape or ())


@pytest.mark.parametrize("item", [item for item in ITEMS if item.case.outcome is Outcome.HALTED], ids=str)
def test_the_expectation_is_true(item: Expectation):
    """The result is what arithmetic says; from elsewhere than cell 0 a machine may compute something else."""
    if not item.case.start_head:
        check_oracle(item.machine.name, item.case.input, check_case(item.machine, item.case))


WORDS = {
    "increment": ("01", 6), "copy": ("ab", 4), "sort": ("abc", 4), "flip_bits": ("01", 5), "reverse": ("ab", 4),
    "binary_counter": ("01", 5), "palindrome": ("ab", 6), "balanced_parentheses": ("()", 6), "anbncn": ("abc", 6),
    "divisible_by_3": ("01", 7), "even_zeros_and_ones": ("01", 6), "prime": ("1", 13), "unary_doubling": ("1", 8),
    "unary_to_binary": ("1", 20),
}  # fmt: skip
PAIRS = {
    "unary_addition": ("1", "+", 4), "binary_addition": ("01", "+", 3), "unary_multiplication": ("1", "*", 4),
    "binary_multiplication": ("01", "*", 3),
}  # fmt: skip


def words(alphabet: str, length: int) -> list[str]:
    sizes = range(length + 1)
    return ["".join(letters) for size in sizes for letters in itertools.product(alphabet, repeat=size)]


def all_inputs(name: str) -> list[str]:
    if name in WORDS:
        return words(*WORDS[name])
    if name in PAIRS:
        alphabet, sign, length = PAIRS[name]
        return [first + sign + second for first in words(alphabet, length) for second in words(alphabet, length)]
    return [format(number, "b") for number in range(1, 28)] if name == "collatz" else []


@pytest.mark.parametrize("name", sorted([*WORDS, *PAIRS, "collatz"]))
def test_all_short_inputs(name: str):
    machine = read(name).machine
    for symbols in all_inputs(name):
        run = trace(machine, symbols, max_steps=5_000)
        assert run.outcome is Outcome.HALTED
        check_oracle(name, tuple(symbols), run)


def test_the_oracles_know_what_is_shipped():
    assert set(NAMES) == set(shipped_names())
    runs_only = {"bb2", "bb3", "bb4", "bb5", "bb2x3", "never_halts", "loops_in_place", "undefined_transition"}
    assert set(NAMES) - set(RESULTS) - set(LANGUAGES) == runs_only | set(UNIVERSAL_MACHINES)


TAG_SYSTEMS = [({"a": "b"}, "ba"), ({"a": "ba"}, "aa"), ({"a": "b", "b": "ca"}, "abb")]
"""Those of the expectations of each universal machine, after the one for the blank tape."""


@pytest.mark.parametrize("name", UNIVERSAL_MACHINES)
def test_a_universal_machine_does_what_a_tag_system_does(name: str):
    machine = UNIVERSAL_MACHINES[name]
    for (rules, word), case in zip(TAG_SYSTEMS, read(name).cases[1:], strict=True):
        system = tag_system(rules)
        assert machine.encode(system, word) == (case.input, case.start_head)
        last = check_case(machine.machine, case).final
        assert machine.decode_result(system, last) == system.run(word, max_steps=10)[-1][2:]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_says_what_it_is(name: str):
    document = read(name)
    assert document.machine.name == name
    assert len(document.comment) > 60
    assert len(document.cases) >= 3
    assert any(not case.input or len(case.input) == 1 for case in document.cases), "an edge case"
    assert all(case.state and case.steps is not None and case.tape is not None for case in document.cases)
    assert parse(format_machine(document.machine)) == document.machine


def test_the_corpus_covers_what_can_happen():
    assert len(NAMES) >= 22
    assert {item.case.outcome for item in ITEMS} == set(Outcome)
    assert {item.case.accepted for item in ITEMS} == {True, False, None}
    assert sum(1_000 <= item.case.max_steps <= 2_000 for item in ITEMS) >= 2
    assert all(item.case.max_steps < 5_000 for item in ITEMS)
    assert any((item.case.head or 0) < 0 for item in ITEMS)
    assert len({str(item) for item in ITEMS}) == len(ITEMS)
