"""What the program room refuses: check, text, stream, semantics."""

from tests.errors.sites import Case
from tests.program.programs import AUTOMATON, COUNTER, EXAMPLES, RUMOUR
from tmformer.program import decode, parse_program, stack, trace


def run(name: str, text: str, **changes: object) -> object:
    program = parse_program(text)
    rows = [row | changes if index == 2 else row for index, row in enumerate(EXAMPLES[name].rows)]
    return list(trace(program, stack(program.labels, rows)))


TWICE = COUNTER.replace('when mark "a" then', 'when mark "a" then next "b"\n  when next "a" mark "a" then')


def run_twice() -> object:
    program = parse_program(TWICE)
    return list(trace(program, stack(program.labels, [{"row": True, "mark": "a", "next": "a"}])))


CASES: dict[str, Case] = {
    "no statement": lambda: parse_program("register"),
    "no statement of a block": lambda: parse_program("block\n  lookups"),
    "no type": lambda: parse_program("register row flags"),
    "a quote that does not end": lambda: parse_program('register "row flag'),
    "a match without a key": lambda: parse_program(RUMOUR.replace("match asks about", "match asks")),
    "a parameter twice": lambda: parse_program("parameter a 1\nparameter a 2"),
    "no stop": lambda: parse_program('program "x" positions 1 loops 1 sharpness 1'),
    "no such register": lambda: parse_program(COUNTER.replace("clear next", "clear nest")),
    "no such value": lambda: parse_program(COUNTER.replace('when mark "a"', 'when mark "d"')),
    "no such value in a stream": lambda: stack(parse_program(COUNTER).labels, [{"mark": "d"}]),
    "too many rows": lambda: stack(parse_program(COUNTER).labels, [{}] * 21),
    "too many decoding steps": lambda: list(decode(EXAMPLES["counter"].program, EXAMPLES["counter"].prompt, 20)),
    "a row that does not ask": lambda: run("automaton", AUTOMATON, row=False),
    "two rows match": lambda: run("rumour", RUMOUR.replace("ties constant", "ties unique")),
    "two values meet": lambda: run("automaton", AUTOMATON.replace("into right", "into left")),
    "two rules write": run_twice,
}
