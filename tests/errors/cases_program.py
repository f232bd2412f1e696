"""What the program room refuses: check, parsing, stream, lookup, table, semantics, decoding."""

from tests.errors.sites import Case
from tests.program.programs import AUTOMATON, COPY, COUNTER, EXAMPLES, GROWING, RUMOUR, SHIFT
from tmformer.machine import parse
from tmformer.pipeline import compile_program
from tmformer.program import Decoding, check_admissible, check_grows, decode, next_row, parse_program, stack, trace


def run(name: str, text: str, **changes: object) -> object:
    program = parse_program(text)
    rows = [row | changes if index == 2 else row for index, row in enumerate(EXAMPLES[name].rows)]
    return list(trace(program, stack(program.labels, rows)))


TWICE = COUNTER.replace('when mark "a" then', 'when mark "a" then next "b"\n  when next "a" mark "a" then')
FILLED = COUNTER.replace("clear next", "fill next").replace("loops 2", "loops 1")


def spare(text: str, old: str, new: str) -> str:
    """With two registers more, which the change uses and no row holds."""
    return text.replace("register row", "register spare flag\nregister rank code 2\nregister row").replace(old, new)


def run_row(text: str) -> object:
    program = parse_program(text)
    return list(trace(program, stack(program.labels, [{"row": True, "mark": "a", "next": "a"}])))


def grow(text: str) -> object:
    return Decoding(parse_program(text), EXAMPLES["copy"].prompt)


def row_beyond() -> object:
    labels, prompt = GROWING["copy"].program.labels, GROWING["copy"].prompt
    return next_row(labels, prompt.rows(3, 4), labels.max_positions)


def bb2_prompt(**changes: object) -> object:
    labels = compile_program(parse("1RB1LB_1LA1RZ"), steps=1).labels
    rows = [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(3))]
    rows[2] |= {"stay": "A"}
    rows[3] |= changes
    return check_admissible(labels, stack(labels, rows))


def short_prompt() -> object:
    labels = compile_program(parse("1RB1LB_1LA1RZ"), steps=1).labels
    return check_admissible(labels, stack(labels, [{"bos": True}]))


CASES: dict[str, Case] = {
    "admissible rows of a register without a value": lambda: parse_program(
        RUMOUR.replace("block", "admit a rows 1 fixed row\nblock", 1)
    ),
    "admissible rows of another length": short_prompt,
    "a value that is not admissible": lambda: bb2_prompt(symbol=None),
    "a second message in a prompt": lambda: bb2_prompt(stay="B"),
    "a count where a run ends": lambda: parse_program(AUTOMATON + '  outcome "0" "0" "end"\n  tally "0" "0" 2\n'),
    "no statement": lambda: parse_program("register"),
    "no statement of a block": lambda: parse_program("block\n  lookups"),
    "no clause of a lookup": lambda: parse_program("block\n  lookup x"),
    "a clause twice": lambda: parse_program(RUMOUR.replace("null bos", "null bos null bos")),
    "an outcome of too few values": lambda: parse_program('stop reads a where b\noutcome "x"'),
    "no outcome of a stop": lambda: parse_program('outcome "a" "b" "c"'),
    "no type": lambda: parse_program("register row flags"),
    "no digits": lambda: parse_program(COPY.replace("here 0 where", "here 0 divisor 3 where")),
    "a quote that does not end": lambda: parse_program('register "row flag'),
    "a match without a key": lambda: parse_program(RUMOUR.replace("match asks about", "match asks")),
    "no signals": lambda: parse_program(COPY.replace("signal next 0", "signal next")),
    "a parameter twice": lambda: parse_program("parameter a 1\nparameter a 2"),
    "no rule": lambda: parse_program("block\n  when a"),
    "no stop": lambda: parse_program('program "x" positions 1 loops 1 sharpness 1'),
    "two encoders": lambda: parse_program(EXAMPLES["translate"].text + "encoder row"),
    "no such register": lambda: parse_program(COUNTER.replace("clear next", "clear nest")),
    "no such value": lambda: parse_program(COUNTER.replace('when mark "a"', 'when mark "d"')),
    "no such value in a stream": lambda: stack(parse_program(COUNTER).labels, [{"mark": "d"}]),
    "too many rows": lambda: stack(parse_program(COUNTER).labels, [{}] * 21),
    "too many decoding steps": lambda: list(decode(EXAMPLES["counter"].program, EXAMPLES["counter"].prompt, 20)),
    "a row beyond the context": row_beyond,
    "two generators for a row": lambda: run("copy", COPY.replace("generate source", "generate here")),
    "a row that does not ask": lambda: run("automaton", AUTOMATON, row=False),
    "no row that answers": lambda: run("shift", spare(SHIFT, "null bos", "null spare idle spare bos")),
    "a row without a code to prefer": lambda: run("rumour", spare(RUMOUR, "value says", "prefer rank value says")),
    "two rows match": lambda: run("rumour", RUMOUR.replace("ties constant", "ties unique")),
    "two rows are preferred": lambda: run("rumour", RUMOUR.replace("value says", "prefer about value says"), says="no"),
    "two values meet": lambda: run("automaton", AUTOMATON.replace("into right", "into left")),
    "two rules write": lambda: run_row(TWICE),
    "a register to be filled that is not empty": lambda: run_row(FILLED),
    "nothing fed back": lambda: grow(COPY.replace("feedback row row\nfeedback next mark\n", "")),
    "a row that sees later ones": lambda: grow(COPY.replace("mask causal", "mask none")),
    "no feedback map": lambda: check_grows(EXAMPLES["shift"].program.labels, ["causal"]),
}
