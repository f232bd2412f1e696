"""A program that names what is not there, or could not be lowered exactly, is refused, and the refusal says where."""

import pytest

from tests.program.programs import AUTOMATON, COPY, COUNTER, EXAMPLES, RUMOUR
from tmformer.errors import ProgramError
from tmformer.program import check_labels, check_program, parse_program

# A change of one line, and what the refusal names.
BROKEN = {
    "a register declared twice": (COUNTER, "register next", "register mark", "declared once"),
    "a value twice": (COUNTER, 'next one-hot "a"', 'next one-hot "b"', "distinct values"),
    "no values": (COUNTER, 'register next one-hot "a" "b" "c"', "register next one-hot", "distinct values"),
    "no digits": (COPY, "here code 4", "here code 0", "digits"),
    "too many digits": (COPY, "here code 4", "here code 63", "digits"),
    "a generator of no code": (COPY, "generate here", "generate mark", "type its use asks for"),
    "a generator of an unknown register": (COPY, "generate here 0", "generate hare 0", "did you mean 'here'"),
    "a generator where no flag is": (COPY, "generate here 0 where row", "generate here 0 where mark", "type"),
    "two generators": (COPY, "generate source", "generate here", "one generator"),
    "a stop table of no register": (COPY, "stop reads mark", "stop reads marks", "is declared"),
    "a stop table where no flag is": (COPY, "mark where row signal", "mark where mark signal", "type"),
    "a signal of a flag": (COPY, "signal next", "signal row", "type"),
    "signals with other values": (COPY, "signal next 0", "signal next 0 signal switch 0", "have the same values"),
    "no signal": (COPY, " signal next 0", "", "there is one"),
    "an outcome of no signal": (COPY, 'outcome "c"', 'outcome "d"', "values that its registers hold"),
    "an outcome of no value": (COPY, '"c" "a" "done"', '"c" "d" "done"', "values that its registers hold"),
    "two outcomes of a pair": (COPY, '  outcome "c"', '  outcome "c" "a" "gone"\n  outcome "c"', "one thing of a pair"),
    "an invariant of keys on no code": (AUTOMATON, "distinct keys here", "distinct keys cell", "type"),
    "an invariant of carriers on a code": (AUTOMATON, "distinct keys here", "single carrier here", "type"),
    "feedback of another type": (COPY, "feedback next mark", "feedback row mark", "Feedback keeps"),
    "feedback from nowhere": (COPY, "feedback next", "feedback none", "is declared"),
    "feedback twice": (COPY, "feedback next mark", "feedback next mark\nfeedback fetched mark", "fed back into once"),
    "no positions": (COUNTER, "positions 20", "positions 0", "positive"),
    "negative loops": (COUNTER, "loops 2", "loops -1", "positive"),
    "no sharpness": (COUNTER, "sharpness 1", "sharpness 0", "positive"),
    "a lookup of nothing": (RUMOUR, "match asks about ", "", "matches at least one"),
    "codes of two lengths": (RUMOUR, "about code 3", "about code 4", "as many digits"),
    "a match of no code": (RUMOUR, "match asks about", "match asks says", "type"),
    "a lookup where no flag is": (RUMOUR, "where row null", "where says null", "type"),
    "a null row that asks": (RUMOUR, "null bos", "null row", "does not ask"),
    "a value of another type": (RUMOUR, "value says", "value short", "keeps the type"),
    "a lookup into no scratch": (RUMOUR, "into heard", "into knows", "scratch"),
    "a lookup into what stays": (RUMOUR, "clear heard knows", "clear knows", "scratch"),
    "a register cleared twice": (RUMOUR, "clear heard knows", "clear heard knows heard", "cleared once"),
    "a flag cleared": (RUMOUR, "clear heard knows", "clear heard knows row", "type"),
    "a rule that reads nothing": (RUMOUR, 'when heard "no"', "when", "at least one"),
    "a rule that reads twice": (RUMOUR, 'when heard "no"', 'when heard "no" heard "yes"', "once each"),
    "a rule that writes twice": (RUMOUR, 'knows "no"', 'knows "no" knows "yes"', "writes each register once"),
    "a rule of an unknown value": (RUMOUR, 'when heard "no"', 'when heard "now"', "did you mean 'no'"),
    "a write of an unknown value": (RUMOUR, 'then knows "no"', 'then knows "now"', "only its own values"),
    "a rule that reads a flag": (RUMOUR, 'when heard "no"', 'when heard "no" row "x"', "type"),
    "a write over what is not known": (RUMOUR, 'then knows "no"', 'then says "no"', "old value"),
    "a write into scratch": (RUMOUR, 'then knows "no"', 'then heard "no"', "does not write a scratch"),
}
MORE = {RUMOUR: 'register short one-hot "yes"\n', COPY: 'register switch one-hot "a"\n'}


def with_more(text: str) -> str:
    """With one register more, which some of the changes use."""
    return text.replace("register row flag\n", f"register row flag\n{MORE.get(text, '')}")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_program_is_refused(name: str):
    text, old, new, said = BROKEN[name]
    text = with_more(text)
    assert text.count(old) == 1, "the change is one"
    check_program(parse_program(text))
    with pytest.raises(ProgramError) as caught:
        parse_program(text.replace(old, new))
    assert said in str(caught.value)


def test_a_program_without_blocks_is_refused():
    head, _, _ = COUNTER.partition("block")
    with pytest.raises(ProgramError, match="at least one block"):
        parse_program(head + "stop reads mark where row signal next 0\n")


def test_the_place_is_said():
    text = RUMOUR.replace('when heard "no"', 'when heard "now"')
    with pytest.raises(ProgramError) as caught:
        parse_program(text)
    assert caught.value.where == "block 0, table, rule 1"
    with pytest.raises(ProgramError) as caught:
        parse_program(COPY.replace("value mark", "value row"))
    assert caught.value.where == "block 0, lookup 'fetch'"


@pytest.mark.parametrize("name", EXAMPLES)
def test_good_programs_pass(name: str):
    check_program(EXAMPLES[name].program)
    check_labels(EXAMPLES[name].program.labels)
