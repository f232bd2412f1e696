"""Texts that are nearly machine files, and what a reader may do with them."""

import re
from pathlib import Path

from tests.machine.formats.meaning import meaning
from tmformer.errors import MachineError
from tmformer.machine import format_machine, parse, parse_document

FOLDER = Path(__file__).with_name("malformed")
MACHINES = [
    parse("1RB1LB_1LA1RZ"),
    parse("1RB2LB1R-_2LA2RB1LB".replace("1R-", "---")),
    parse("; to the right\n0 * * r 0\n0 _ x l 1\n* x * * halt\n"),
    parse(
        '{"class": "DTM", "states": ["q", "f"], "input_symbols": ["1"], "tape_symbols": ["1", "_"], "transitions": '
        '{"q": {"1": ["q", "1", "R"], "_": ["f", "_", "N"]}}, "initial_state": "q", "blank_symbol": "_", "final_states": ["f"]}'
    ),
    parse("{blank: _, start state: q, table: {q: {1: R, _: {write: 1, L: accept}}, accept: }}"),
    parse(
        "<structure><type>turing</type><tapes>2</tapes><automaton><state id='0' name='q'><initial/></state><state id='1'><final/></state>"
        "<transition><from>0</from><to>1</to><read tape='2'>a</read><move tape='2'>S</move></transition></automaton></structure>"
    ),
    parse(
        "{states: [q, y, n], input_alphabet: [a], tape_alphabet_extra: [], start_state: q, accept_state: y, reject_state: n, "
        "delta: {q: {a?: [q, _?, RL], __: [y, __, SS]}}}"
    ),
]


def seeds(format_name: str) -> list[str]:
    """Texts of a format: its malformed files, and what it writes of some machines."""
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(FOLDER.glob(f"{format_name}/*"))
        if path.name != "expected.txt"
    ]
    for machine in MACHINES:
        try:
            texts.append(format_machine(machine, format_name))
        except MachineError:
            continue
    return texts


def check_text(text: str, format_name: str) -> None:
    """A text is a machine that can be written and read back, or is refused where it is wrong."""
    try:
        machine = parse_document(text, "f", format_name=format_name).machine
    except MachineError as error:
        assert re.search(r"^f:\d+:\d+", error.where), error  # noqa: PT017 - anything else may be a machine
        return
    try:
        written = format_machine(machine, format_name)
    except MachineError:  # such as a name that is too long, or that could be mistaken for something else
        return
    assert meaning(parse_document(written, "f", format_name=format_name).machine) == meaning(machine)
