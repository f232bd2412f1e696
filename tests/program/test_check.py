"""A program that names what is not there, or could not be lowered exactly, is refused, and the refusal says where."""

import pytest

from tests.program.programs import AUTOMATON, COPY, COUNTER, EXAMPLES, LATEST, RUMOUR
from tmformer.errors import ProgramError
from tmformer.program import check_labels, check_program, parse_program

TRANSLATE = EXAMPLES["translate"].text

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
    "a generator without a divisor": (LATEST, "time1 2 divisor 3", "time1 2 divisor 0", "positive divisor"),
    "a generator that divides by less": (LATEST, "time1 2 divisor 3", "time1 2 divisor -3", "positive divisor"),
    "a generator that counts too far": (
        LATEST,
        "2 divisor 3 modulus 3",
        "2 divisor 3 modulus 5",
        "its digits can count",
    ),
    "a generator of a negative modulus": (
        COPY,
        "here 0 where",
        "here 0 divisor 1 modulus -1 where",
        "its digits can count",
    ),
    "keys that count less far": (
        AUTOMATON,
        "here -1 where",
        "here -1 divisor 1 modulus 10 where",
        "tell all positions",
    ),
    "keys that are divided": (AUTOMATON, "here -1 where", "here -1 divisor 2 modulus 16 where", "tell all positions"),
    "keys of two generators": (
        AUTOMATON,
        "generate before -2",
        "generate here 0 divisor 2 modulus 2",
        "tell all positions",
    ),
    "a stop table of no register": (COPY, "stop reads mark", "stop reads marks", "is declared"),
    "a stop table where no flag is": (COPY, "mark where row signal", "mark where mark signal", "type"),
    "a signal of a flag": (COPY, "signal next", "signal row", "type"),
    "signals with other values": (COPY, "signal next 0", "signal next 0 signal switch 0", "have the same values"),
    "no signal": (COPY, " signal next 0", "", "there is one"),
    "an outcome of no signal": (COPY, 'outcome "c"', 'outcome "d"', "values that its registers hold"),
    "an outcome of no value": (COPY, '"c" "a" "done"', '"c" "d" "done"', "values that its registers hold"),
    "two outcomes of a pair": (COPY, '  outcome "c"', '  outcome "c" "a" "gone"\n  outcome "c"', "one thing of a pair"),
    "an outcome that is no end": (COPY, '"a" "done"', '"a" "running"', "ends a run"),
    "an outcome outside": (COPY, '"a" "done"', '"a" "outside"', "ends a run"),
    "an outcome of a full context": (COPY, '"a" "done"', '"a" "full"', "ends a run"),
    "an outcome that is broken": (COPY, '"a" "done"', '"a" "broken"', "ends a run"),
    "an outcome that is coarse": (COPY, '"a" "done"', '"a" "coarse"', "ends a run"),
    "a count where a sequence grows": (COPY, '"a" "done"', '"a" "done"\n  tally "a" "a" 2', "counts its rows"),
    "a count of no signal": (AUTOMATON, "cell 0\n", 'cell 0\n  tally "2" "0" 2\n', "values that the stop table's"),
    "a count of too few values": (AUTOMATON, "cell 0\n", 'cell 0\n  tally "0" 2\n', "values that the stop table's"),
    "two counts of a pair": (
        AUTOMATON,
        "cell 0\n",
        'cell 0\n  tally "0" "1" 2\n  tally "0" "1" 3\n',
        "one thing of a pair",
    ),
    "a count where a run ends": (
        AUTOMATON,
        "cell 0\n",
        'cell 0\n  outcome "0" "1" "done"\n  tally "0" "1" 3\n',
        "at which a run goes on",
    ),
    "a count of nothing": (AUTOMATON, "cell 0\n", 'cell 0\n  tally "0" "1" 0\n', "counts 1 to 1,073,741,824 steps"),
    "a count beyond an int32": (
        AUTOMATON,
        "cell 0\n",
        f'cell 0\n  tally "0" "1" {2**30 + 1}\n',
        "counts 1 to 1,073,741,824 steps",
    ),
    "a signal of another row": (COPY, "signal next 0", "signal next -1", "speaks of itself"),
    "an encoder of no flag": (TRANSLATE, "encoder side", "encoder mark", "type"),
    "an encoder of no register": (TRANSLATE, "encoder side", "encoder sides", "did you mean 'side'"),
    "no encoder": (TRANSLATE, "encoder side\n", "", "needs an encoder"),
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
    "a null row that asks": (RUMOUR, "null bos", "null row", "is idle, those that ask are not"),
    "a null row that is not idle": (RUMOUR, "null bos", "null bos idle spare", "is idle, those that ask are not"),
    "an idle row that asks": (RUMOUR, "null bos", "null bos idle bos row", "is idle, those that ask are not"),
    "an idle row of no flag": (RUMOUR, "null bos", "null bos idle bos says", "type"),
    "a preference for no code": (RUMOUR, "value says", "prefer says value says", "type"),
    "a preference for no register": (RUMOUR, "value says", "prefer abut value says", "did you mean 'about'"),
    "a default of no value": (RUMOUR, "null bos", 'null bos default "maybe"', "value of the lookup's register"),
    "a default beyond a code": (
        LATEST,
        'input bos default "0"',
        'input bos default "8"',
        "value of the lookup's register",
    ),
    "a default of a flag": (
        TRANSLATE,
        'source bos default "0"',
        'source bos default "2"',
        "value of the lookup's register",
    ),
    "a value of another type": (RUMOUR, "value says", "value short", "keeps the type"),
    "a lookup into no scratch": (RUMOUR, "into heard", "into knows", "scratch"),
    "a lookup into what stays": (RUMOUR, "clear heard knows", "clear knows", "scratch"),
    "a register cleared twice": (RUMOUR, "clear heard knows", "clear heard knows heard", "cleared or filled once"),
    "a register filled twice": (TRANSLATE, "fill same", "fill same same", "cleared or filled once"),
    "a register cleared and filled": (RUMOUR, "clear heard knows", "clear heard knows\n  fill knows", "or filled once"),
    "a register cleared that is not there": (RUMOUR, "clear heard knows", "clear heard knows new", "is declared"),
    "a register filled that is not there": (TRANSLATE, "fill same", "fill same sane", "did you mean 'same'"),
    "a rule that reads nothing": (RUMOUR, 'when heard "no"', "when", "at least one"),
    "a rule that reads twice": (RUMOUR, 'when heard "no"', 'when heard "no" heard "yes"', "once each"),
    "a rule that writes twice": (RUMOUR, 'knows "no"', 'knows "no" knows "yes"', "writes each register once"),
    "a rule of an unknown value": (RUMOUR, 'when heard "no"', 'when heard "now"', "did you mean 'no'"),
    "a write of an unknown value": (RUMOUR, 'then knows "no"', 'then knows "now"', "only its own values"),
    "a rule of no register": (RUMOUR, 'when heard "no"', 'when head "no"', "is declared"),
    "a flag that is no bit": (RUMOUR, 'when heard "no"', 'when heard "no" row "x"', "only its own values"),
    "a flag that is two bits": (RUMOUR, 'when heard "no"', 'when heard "no" row "01"', "only its own values"),
    "an empty flag": (RUMOUR, 'when heard "no"', 'when heard "no" row empty', "only its own values"),
    "a code beyond its digits": (RUMOUR, 'when heard "no"', 'when heard "no" asks "8"', "only its own values"),
    "a code with a nought before": (RUMOUR, 'when heard "no"', 'when heard "no" asks "01"', "only its own values"),
    "a negative code": (RUMOUR, 'when heard "no"', 'when heard "no" asks "-1"', "only its own values"),
    "a code in other digits": (RUMOUR, 'when heard "no"', 'when heard "no" asks "\u0663"', "only its own values"),
    "an empty code": (RUMOUR, 'when heard "no"', 'when heard "no" asks empty', "only its own values"),
    "a write beyond a code": (LATEST, 'next_count "7"', 'next_count "8"', "only its own values"),
    "a write beyond a flag": (TRANSLATE, 'then next_same "1"', 'then next_same "2"', "only its own values"),
    "a write over what is not known": (RUMOUR, 'then knows "no"', 'then says "no"', "old value"),
    "a write over what is not filled": (TRANSLATE, "fill same", "fill want", "old value"),
    "rows of no register": (RUMOUR, "\nblock", "\nadmit rows rows 2 free nobody\nblock", "is declared"),
    "rows of no value": (RUMOUR, "\nblock", '\nadmit a rows 2 fixed row "2"\nblock', "only its own values"),
    "rows that hold a register twice": (RUMOUR, "\nblock", "\nadmit a rows 2 any asks free asks\nblock", "once"),
    "rows that hold a position code": (COPY, "\nstop", "\nadmit a rows 2 any here\nstop", "by themselves"),
    "no rows": (RUMOUR, "\nblock", "\nadmit a rows 0\nblock", "has rows"),
    "more rows than positions": (RUMOUR, "\nblock", "\nadmit a rows 5\nadmit b rows 5\nblock", "positions"),
    "exclusive codes": (RUMOUR, "\nblock", "\ninvariant exclusive asks about\nblock", "the type its use asks for"),
    "keys that are distinct nowhere": (COPY, "\nstop", "\ninvariant distinct keys here where mark\nstop", "type"),
    "a write into scratch": (RUMOUR, 'then knows "no"', 'then heard "no"', "does not write a scratch"),
}
MORE = {RUMOUR: 'register spare flag\nregister short one-hot "yes"\n', COPY: 'register switch one-hot "a"\n'}


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


def test_a_code_of_very_many_digits_is_refused():
    with pytest.raises(ProgramError, match="only its own values"):
        parse_program(RUMOUR.replace('when heard "no"', f'when heard "no" asks "{"9" * 5_000}"'))


def test_positions_of_a_prompt_that_grows_tell_it_apart_with_other_rows():
    """Where rows are fed back the times may begin anew; keys of several codes are compared when they meet."""
    text = AUTOMATON.replace("here -1 where", "here -1 divisor 1 modulus 10 where")
    check_program(parse_program(text.replace("invariant", "feedback cell cell\ninvariant")))
    check_program(parse_program(text.replace("distinct keys here", "distinct keys here before")))


def test_two_generators_fill_one_register():
    """On rows of their own: whether they are is seen when rows are there."""
    check_program(parse_program(COPY.replace("generate source", "generate here")))


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
