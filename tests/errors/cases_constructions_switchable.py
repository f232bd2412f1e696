"""What a network of two machines refuses: pairs that share no tape, choices that are none, and streams that encode nothing."""

from dataclasses import replace

import msgspec

from tests.constructions.switchable.pairs import LEFT, RIGHT, compile_pair
from tests.errors.sites import Case
from tmformer.constructions import construction, construction_of
from tmformer.machine import configuration, format_machine, initial_configuration, load
from tmformer.pipeline import compile, run
from tmformer.program import Decoding, Labels, Stream

MADE = construction("switchable")
PROGRAM = compile_pair(RIGHT, LEFT, steps=3, cells=2)
LABELS = PROGRAM.labels
START = initial_configuration("go", (), "_")


def relabelled(**parameters: object) -> Labels:
    """The labels with other parameters."""
    return msgspec.structs.replace(LABELS, parameters=LABELS.parameters | parameters)


def decoded() -> Stream:
    decoding = Decoding(PROGRAM, MADE.encode_configuration(LABELS, START))
    decoding.step()
    return decoding.after()


def with_value(register: str, row: int, value: object) -> Case:
    """Decoding a sequence in which one row holds another value."""
    columns = dict(decoded().columns)
    columns[register] = (*columns[register][:row], value, *columns[register][row + 1 :])
    return lambda: MADE.decode_configuration(LABELS, Stream(columns))


CASES: dict[str, Case] = {
    "switchable: one machine": lambda: MADE.compile(RIGHT, steps=1),
    "switchable: no such option": lambda: compile(RIGHT, "switchable", other=LEFT, steps=1, form="decoder-only"),
    "switchable: a radix below 2": lambda: compile_pair(RIGHT, LEFT, steps=1, radix=1),
    "switchable: other blanks": lambda: compile_pair(RIGHT, load("bb2"), steps=1),
    "switchable: other tapes": lambda: compile_pair(RIGHT, replace(LEFT, one_way=True), steps=1),
    "switchable: two tapes": lambda: MADE.compile(
        replace(RIGHT, tapes=2, transitions=()), steps=1, options={"other": format_machine(LEFT)}
    ),
    "switchable: fewer than no machine steps": lambda: compile_pair(RIGHT, LEFT, steps=-1),
    "switchable: another choice": lambda: MADE.choose(LABELS, "c"),
    "switchable: nothing to choose": lambda: run(load("bb2"), choose="b"),
    "switchable: a tape without records": lambda: MADE.encode_configuration(LABELS, configuration("go", 2, {}, "_")),
    "switchable: a prompt without START": lambda: MADE.decode_configuration(LABELS, decoded().rows(0, 2)),
    "switchable: a row without a token": with_value("choice", 4, None),
    "switchable: a row that wrote nothing": with_value("written", 4, None),
    "switchable: a row at another cell": with_value("next_cell0", 4, 0),
    "switchable: a row without a cell": with_value("next_cell0", 4, None),
    "switchable: a row that found another symbol": with_value("next_symbol", 4, "x"),
    "switchable: labels without a parameter": lambda: construction_of(
        msgspec.structs.replace(LABELS, parameters={"machine": "right"})
    ),
    "switchable: labels of a radix that is none": lambda: construction_of(relabelled(radix=1)),
    "switchable: labels of another choice": lambda: construction_of(relabelled(choice="b")),
    "switchable: labels of other sizes": lambda: construction_of(relabelled(steps=4)),
    "switchable: labels without registers": lambda: construction_of(
        msgspec.structs.replace(LABELS, registers=LABELS.registers[:3])
    ),
}
