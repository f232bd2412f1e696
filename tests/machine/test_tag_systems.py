"""2-tag systems: tag steps against string rewriting, ends, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import TagSystem, tag_system

WORDS = st.text("abc", max_size=5)
RULES = st.dictionaries(st.sampled_from("abc"), WORDS, min_size=1)


def rewritten(rules: dict[str, str], word: str, max_steps: int) -> list[str]:
    """A second interpreter: recursion on texts."""
    if max_steps == 0 or len(word) < 2 or word[0] not in rules:
        return [word]
    return [word, *rewritten(rules, word[2:] + rules[word[0]], max_steps - 1)]


@given(RULES, WORDS, st.integers(0, 12))
def test_a_run_is_rewriting(rules: dict[str, str], word: str, max_steps: int):
    system = tag_system(rules)
    word = "".join(letter for letter in word if letter in system.letters)
    assert ["".join(found) for found in system.run(word, max_steps=max_steps)] == rewritten(rules, word, max_steps)


@given(RULES)
def test_letters_and_halting_letters(rules: dict[str, str]):
    system = tag_system(rules)
    assert set(system.letters) == set("".join([*rules, *rules.values()]))
    assert system.letters[: len(rules)] == tuple(rules)
    assert set(system.halting) == set(system.letters) - set(rules)
    assert [system.is_halted((letter, "a")) for letter in system.letters] == [
        letter in system.halting for letter in system.letters
    ]
    assert not system.is_halted(())


@given(RULES)
def test_repr_makes_it_again(rules: dict[str, str]):
    assert eval(repr(tag_system(rules))) == tag_system(rules)  # noqa: S307 - our own repr


def test_a_doubling_system():
    """{a: bc, b: a, c: aaa}, by L. De Mol: a number n in unary goes to n / 2 or (3n + 1) / 2, so this is Collatz."""
    system = tag_system({"a": "bc", "b": "a", "c": "aaa"})
    words = system.run("aaa", max_steps=24)
    assert [len(word) for word in words if set(word) == {"a"}] == [3, 5, 8, 4, 2, 1]
    assert words[-1] == ("a",)


def test_letters_of_several_characters():
    system = tag_system({"left": ("right", "end")})
    assert system.run(("left", "left"), max_steps=5) == (("left", "left"), ("right", "end"))


def test_a_single_halting_letter_is_halted_and_a_single_other_one_is_only_the_end():
    system = tag_system({"a": "b"})
    assert system.run("a", max_steps=5) == (("a",),)
    assert not system.is_halted("a")
    assert system.is_halted("b")


@pytest.mark.parametrize(
    ("rules", "found"),
    [((), "none"), ((("a", ("b",)), ("a", ())), "2 rules for 'a'"), ((("a", ("",)),), "''"), (((3, ("b",)),), "3")],
)
def test_a_system_that_is_none_is_refused(rules, found: str):
    with pytest.raises(MachineError) as caught:
        TagSystem(rules)
    assert caught.value.found == found


def test_a_word_of_other_letters_is_refused():
    with pytest.raises(MachineError, match="letter 2") as caught:
        tag_system({"left": ("right",)}).run(("left", "rihgt"), max_steps=1)
    assert caught.value.found == "'rihgt'"
    assert caught.value.remedy == "Use 'left', 'right'; did you mean 'right'?"


def test_a_negative_number_of_tag_steps_is_refused():
    with pytest.raises(MachineError, match="max_steps") as caught:
        tag_system({"a": "b"}).run("ab", max_steps=-1)
    assert caught.value.found == "-1"
