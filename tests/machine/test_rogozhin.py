"""Rogozhin's universal machines: tapes known from elsewhere, and the words of a tag system after every tag step."""

import itertools
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import (
    UNIVERSAL_MACHINES,
    Configuration,
    TagSystem,
    UniversalMachine,
    configuration,
    reach,
    tag_system,
)

NAMES = ("rogozhin_24x2", "rogozhin_4x6", "rogozhin_2x18")


@dataclass(frozen=True)
class Run:
    """Where a run of a universal machine ended, the words on its tape between tag steps, and whether it stopped by itself."""

    steps: int
    last: Configuration
    words: tuple[tuple[str, ...], ...]
    stopped: bool


def run_on(machine: UniversalMachine, system: TagSystem, word: str, max_steps: int = 300_000) -> Run:
    """A second simulator, which looks for words on the way."""
    rules = {(rule.state, rule.symbol): (rule.write, rule.move.value, rule.next_state) for rule in table(machine.name)}
    symbols, head = machine.encode(system, word)
    start, blank = machine.machine.start, machine.machine.blank
    first, cells, state = head, dict(enumerate(symbols)), start
    words: list[tuple[str, ...]] = []
    for step in range(max_steps + 1):
        if state == start and head >= first:
            now = configuration(state, head, cells, blank)
            words += [machine.decode_word(system, now)] if machine.is_between_tag_steps(system, now) else []
        rule = rules.get((state, cells.get(head, blank)))
        if rule is None or step == max_steps:
            return Run(step, configuration(state, head, cells, blank), tuple(words), rule is None)
        cells[head], move, state = rule
        head += move
    raise AssertionError


@cache
def table(name: str):
    return UNIVERSAL_MACHINES[name].machine.transitions


def first_configuration(machine: UniversalMachine, system: TagSystem, word: str) -> Configuration:
    symbols, head = machine.encode(system, word)
    return configuration(machine.machine.start, head, dict(enumerate(symbols)), machine.machine.blank)


def check(name: str, system: TagSystem, word: str, max_steps: int = 300_000) -> bool:
    """Whether the run stopped; in it the tape has held the words of the tag system, each one once, and holds its result."""
    machine = UNIVERSAL_MACHINES[name]
    run = run_on(machine, system, word, max_steps)
    words = system.run(word, max_steps=len(run.words))
    assert run.words == words[: len(run.words)]
    if run.stopped:
        assert run.words == words
        assert system.is_halted(words[-1])
        assert reach(machine.machine, first_configuration(machine, system, word), max_steps=max_steps) == (
            run.last,
            run.steps,
        )
        assert machine.decode_result(system, run.last) == words[-1][2:]
    return run.stopped


KNOWN = [
    (
        "rogozhin_24x2", {"a": "bac", "b": "a"}, "baa", 56, 7828,
        "1110101000101010000000000000000000100010000000000000101001010101010111011101",
        "11111010011010100101010101010101011001100101010101011010010101010101010101010101010101010101010101010101010101010101010101",
    ),
    (
        "rogozhin_24x2", {"a": "bb", "b": "ac"}, "aab", 62, 11906,
        "11101010000000000000000000100010101000000000001000000000001010011101110101010101",
        "11111010010101010101010101100110101001010101011001010101011010010101010101010101010101010101010101010101010101010101010101010101010111010101010101010101",
    ),
    (
        "rogozhin_4x6", {"a": "bbc", "b": "bb"}, "aa", 46, 7684,
        "4221211111112221211111111111221111111221111112151",
        "433131111111333131111111111133111111133111111311111111111111111111111111111111111111151111111511111111111",
    ),
    (
        "rogozhin_4x6", {"a": "bbc", "b": "bb"}, "abab", 46, 17036,
        "42212111111122212111111111112211111112211111121511111115151111111",
        "43313111111133313111111111113311111113311111131111111111111111111111111111111111111111111111111111111511111115111111111115111111151111111511111111111",
    ),
    (
        "rogozhin_2x18", {"a": "bac", "b": "a"}, "baa", 25, 2841,
        "ttbb1bb11111111b11b11111bb11111c1c1c",
        "tWJJXJJXXXXXXXXJXXJXXXXXJJXXXXXXXXXXXXXXXXXXXXXXXXXXXX1c",
    ),
    (
        "rogozhin_2x18", {"a": "bb", "b": "ac"}, "aab", 27, 3901,
        "ttbb11111111b1bb11111b1111bb1c1c1111c",
        "tWJJXXXXXXXXJXJJXXXXXJXXXXJJXXXXXXXXXXXXXXXXXXXXXXXXXXXXX1c1111111c",
    ),
]  # fmt: skip
"""Tapes, machine steps and last tapes that simulators which are not ours have checked."""


@pytest.mark.parametrize(
    ("name", "rules", "word", "head", "steps", "tape", "last"), KNOWN, ids=[f"{case[0]}-{case[2]}" for case in KNOWN]
)
def test_known_tapes(name: str, rules: dict[str, str], word: str, head: int, steps: int, tape: str, last: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system(rules)
    symbols, cell = machine.encode(system, word)
    assert ("".join(symbols), cell) == (tape, head)
    run = run_on(machine, system, word)
    assert (run.steps, "".join(run.last.tape), run.stopped) == (steps, last, True)
    assert check(name, system, word)


def texts(letters: str, least: int, most: int) -> list[str]:
    return ["".join(word) for size in range(least, most + 1) for word in itertools.product(letters, repeat=size)]


def is_short(words: tuple[tuple[str, ...], ...]) -> bool:
    return any(len(word) < 2 for word in words)


@pytest.mark.parametrize("name", NAMES)
def test_all_small_systems_of_two_letters(name: str):
    """{a: w} for every w of up to three letters with a b in it, from every word of two to four letters."""
    stopped = 0
    for appended in [word for word in texts("ab", 1, 3) if "b" in word]:
        system = tag_system({"a": appended})
        for word in texts("ab", 2, 4):
            words = system.run(word, max_steps=6)
            if not is_short(words) and system.is_halted(words[-1]):
                stopped += check(name, system, word)
    assert stopped > 150


@st.composite
def systems(draw: st.DrawFn, name: str) -> TagSystem:
    """Tag systems of two to four letters that the machine of this name can run."""
    letters = "abcd"[: draw(st.integers(2, 4))]
    rules: dict[str, str] = {}
    for index, letter in enumerate(letters[:-1]):
        firsts = letters[index:] if name == "rogozhin_4x6" else letters
        rules[letter] = draw(st.sampled_from(firsts)) + draw(st.text(letters, max_size=2))
    assume(any(letters[-1] in word for word in rules.values()))
    return tag_system(rules)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_tape_holds_the_words_of_any_system(name: str, data: st.DataObject):
    """Of runs that halt soon all words and the result, of others as many words as there is time for."""
    system = data.draw(systems(name))
    first, letters = data.draw(st.sampled_from(system.letters[:-1])), "".join(system.letters)
    word = first + data.draw(st.text(letters, min_size=1, max_size=4))
    words = system.run(word, max_steps=12)
    assume(not is_short(words))
    halts = system.is_halted(words[-1]) and sum(map(len, words)) < 40
    stopped = check(name, system, word, 300_000 if halts else 5_000)
    assert stopped or not halts


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_first_configuration_holds_the_word(name: str, data: st.DataObject):
    system, machine = data.draw(systems(name)), UNIVERSAL_MACHINES[name]
    word = data.draw(st.text("".join(system.letters), min_size=2, max_size=8))
    assert machine.decode_word(system, first_configuration(machine, system, word)) == tuple(word)


# What is refused, and what is not a tag step ---------------------------------------------------------------------------


def refusal(call) -> MachineError:
    with pytest.raises(MachineError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ({"a": "bc"}, "'b', 'c'"),
        ({"a": "aa"}, "none"),
        ({"a": "bc", "b": ""}, "an empty word for 'b'"),
    ],
)
def test_systems_that_cannot_be_encoded(name: str, rules: dict[str, str], found: str):
    assert refusal(lambda: UNIVERSAL_MACHINES[name].encode(tag_system(rules), "aa")).found == found


def test_an_earlier_letter_is_refused_by_4x6_only():
    system = tag_system({"a": "bc", "b": "ab"})
    error = refusal(lambda: UNIVERSAL_MACHINES["rogozhin_4x6"].encode(system, "aa"))
    assert error.found == "'b' appends 'a b', and 'a' comes before 'b'"
    assert "rogozhin_2x18" in error.remedy
    for name in ("rogozhin_24x2", "rogozhin_2x18"):
        assert UNIVERSAL_MACHINES[name].encode(system, "aa")
    assert check("rogozhin_4x6", tag_system({"b": "ba", "a": "cb"}), "aa")


@pytest.mark.parametrize("name", NAMES)
def test_words_that_cannot_be_encoded(name: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system({"a": "bb"})
    assert refusal(lambda: machine.encode(system, "a")).found == "1"
    assert refusal(lambda: machine.encode(system, "ac")).found == "'c'"


@pytest.mark.parametrize("name", NAMES)
def test_inside_a_tag_step_nothing_is_read(name: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system({"a": "bb"})
    now = run_on(machine, system, "aaa", 40).last
    assert not machine.is_between_tag_steps(system, now)
    assert now.state in refusal(lambda: machine.decode_word(system, now)).found
    assert machine.signs.halted_state in refusal(lambda: machine.decode_result(system, now)).remedy


@pytest.mark.parametrize("name", NAMES)
def test_another_state_or_cell_reads_nothing(name: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system({"a": "bba"})
    first, last = run_on(machine, system, "aa", 0).last, run_on(machine, system, "aa").last
    for now, decode in ((first, machine.decode_word), (last, machine.decode_result)):
        cells = {now.first + index: symbol for index, symbol in enumerate(now.tape)}
        other = next(state for state in machine.machine.states if state != now.state)
        shifted = {cell + 2: symbol for cell, symbol in cells.items()}
        assert decode(system, configuration(now.state, now.head, cells, now.blank))
        refusal(lambda: decode(system, configuration(other, now.head, cells, now.blank)))  # noqa: B023 - called at once
        refusal(lambda: decode(system, configuration(now.state, now.head - 1, cells, now.blank)))  # noqa: B023
        refusal(lambda: decode(system, configuration(now.state, now.head, shifted, now.blank)))  # noqa: B023


@pytest.mark.parametrize("name", NAMES)
def test_another_system_reads_nothing(name: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system({"a": "bba"})
    first, last = run_on(machine, system, "aa", 0).last, run_on(machine, system, "aa").last
    assert machine.decode_word(system, first) == ("a", "a")
    assert machine.decode_result(system, last) == ("a",)
    for other in ({"a": "bb"}, {"a": "bab"}, {"a": "b", "b": "ca"}):
        refusal(lambda other=other: machine.decode_word(tag_system(other), first))
        refusal(lambda other=other: machine.decode_result(tag_system(other), last))


@pytest.mark.parametrize("name", NAMES)
def test_strokes_that_are_no_letter_are_refused(name: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system({"a": "bb"})
    symbols, head = machine.encode(system, "aa")
    joint = len(symbols) - len(machine.code.stroke + machine.code.joint + machine.code.end)
    more = (*symbols[:joint], *machine.code.stroke, *symbols[joint + len(machine.code.joint) :])
    now = configuration(machine.machine.start, head, dict(enumerate(more)), machine.machine.blank)
    assert machine.is_between_tag_steps(system, now)
    assert "strokes" in refusal(lambda: machine.decode_word(system, now)).found


LONELY = {"a": "bc", "b": "a"}


def test_a_single_letter_is_the_end_for_a_tag_system():
    assert tag_system(LONELY).run("bb", max_steps=9) == (("b", "b"), ("a",))
    assert tag_system({"a": "b"}).run("aa", max_steps=9) == (("a", "a"), ("b",))


@pytest.mark.parametrize(("name", "direction"), [("rogozhin_24x2", 1), ("rogozhin_4x6", -1)])
@pytest.mark.parametrize("rules", [{"a": "b"}, {"a": "b", "b": "bc"}])
def test_at_a_single_letter_a_machine_walks_off(name: str, direction: int, rules: dict[str, str]):
    """To the right or to the left, one cell a machine step in the end."""
    run = run_on(UNIVERSAL_MACHINES[name], tag_system(rules), "aa", 3_000)
    assert (run.words, run.stopped) == ((("a", "a"), ("b",)), False)
    assert direction * run.last.head > 2_000


def test_at_a_single_letter_2x18_halts_or_deletes_what_it_appends():
    machine = UNIVERSAL_MACHINES["rogozhin_2x18"]
    halting = run_on(machine, tag_system({"a": "b"}), "aa")
    assert (halting.words, halting.stopped) == ((("a", "a"), ("b",)), True)
    assert machine.decode_result(tag_system({"a": "b"}), halting.last) == ()
    assert run_on(machine, tag_system(LONELY), "bb").words == (("b", "b"), ("a",), ("c",))
