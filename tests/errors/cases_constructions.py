"""What the constructions refuse: requests that cannot be compiled exactly, and streams that are no configuration."""

from dataclasses import replace

import msgspec

from tests.errors.sites import Case
from tmformer.constructions import construction, construction_of, perez
from tmformer.constructions.cellular.compiling import compile_machine
from tmformer.constructions.cellular.relation import decode_configuration, encode_configuration
from tmformer.machine import Configuration, Machine, Move, Tape, Transition, initial_configuration, parse
from tmformer.program import Decoding, Labels, OneHot, Program, Stream, stack

FLIP = Machine(
    ("go", "end"),
    ("_", "1"),
    "_",
    "go",
    (Transition("go", "_", "1", Move.RIGHT, "end"),),
    halting=("end",),
    name="flip",
)
LABELS = compile_machine(FLIP, steps=2).labels


def changed(**fields: object) -> Labels:
    return msgspec.structs.replace(LABELS, **fields)


MACRO_LABELS = compile_machine(FLIP, steps=2, options={"macro": 2}).labels


def with_macro_words(register: str, *words: str) -> Labels:
    """Labels of macro blocks in which registers hold other words."""
    types = {each.name: each.type for each in MACRO_LABELS.registers}
    others = [
        msgspec.structs.replace(each, type=OneHot(words)) if each.type == types[register] else each
        for each in MACRO_LABELS.registers
    ]
    return msgspec.structs.replace(MACRO_LABELS, registers=tuple(others))


def with_macro(**changes: object) -> Labels:
    return msgspec.structs.replace(MACRO_LABELS, parameters=MACRO_LABELS.parameters | changes)


START = initial_configuration("go", (), "_")
ONE_WAY = replace(FLIP, one_way=True)
EDGE_LABELS = compile_machine(ONE_WAY, steps=2).labels
TOGGLE = parse("1RB0RB_0LA1LA")

WEI_MA = construction("wei_ma")
DECODER = WEI_MA.compile(FLIP, steps=3, cells=2)


def relabelled(**parameters: object) -> Labels:
    """The labels of a decoder with other parameters."""
    return msgspec.structs.replace(DECODER.labels, parameters=DECODER.labels.parameters | parameters)


def decoded(program: Program = DECODER, steps: int = 1) -> Stream:
    decoding = Decoding(program, WEI_MA.encode_configuration(program.labels, START))
    for _ in range(steps):
        decoding.step()
    return decoding.after()


def with_value(register: str, row: int, value: object) -> Case:
    """Decoding a sequence in which one row holds another value."""
    columns = dict(decoded().columns)
    columns[register] = (*columns[register][:row], value, *columns[register][row + 1 :])
    return lambda: WEI_MA.decode_configuration(DECODER.labels, Stream(columns))


UNIVERSAL = construction("universal")
NETWORK = UNIVERSAL.compile(FLIP, steps=3, cells=2)


def told(machine: Machine = FLIP) -> Labels:
    assert UNIVERSAL.tell is not None
    return UNIVERSAL.tell(NETWORK.labels, machine, origin=0, head=0)


def network_labels(labels: Labels, **parameters: object) -> Case:
    """Checking the labels of a network with other parameters."""
    return lambda: construction_of(msgspec.structs.replace(labels, parameters=labels.parameters | parameters))


def with_value_in_universal(register: str, row: int, value: object) -> Case:
    """Decoding a sequence of a universal network in one row of which a register holds another value."""
    decoding = Decoding(NETWORK, UNIVERSAL.encode_configuration(told(), START))
    decoding.step()
    columns = dict(decoding.after().columns)
    columns[register] = (*columns[register][:row], value, *columns[register][row + 1 :])
    return lambda: UNIVERSAL.decode_configuration(told(), Stream(columns))


CASES: dict[str, Case] = {
    "universal: fewer than no machine steps": lambda: UNIVERSAL.compile(FLIP, steps=-1),
    "universal: fewer states than the machine": lambda: UNIVERSAL.compile(FLIP, steps=1, options={"states": 1}),
    "universal: more than memory holds": lambda: UNIVERSAL.compile(FLIP, steps=1, options={"states": 10**12}),
    "universal: a machine that is too large": lambda: told(Machine(tuple("ABC"), ("0", "1"), "0", "A", ())),
    "universal: no machine": lambda: UNIVERSAL.encode_configuration(NETWORK.labels, START),
    "universal: a tape head without a record": lambda: UNIVERSAL.encode_configuration(
        told(), initial_configuration("go", (), "_", 2)
    ),
    "universal: a prompt without START": lambda: UNIVERSAL.decode_configuration(
        told(), UNIVERSAL.encode_configuration(told(), START).rows(0, 3)
    ),
    "universal: a step that wrote nothing": with_value_in_universal("written", 8, None),
    "universal: a step that moved nowhere": with_value_in_universal("moving", 8, None),
    "universal: a step at another cell": with_value_in_universal("next_cell0", 8, 0),
    "universal: a step that found another symbol": with_value_in_universal("next_symbol", 8, 1),
    "universal: labels without sizes": lambda: construction_of(msgspec.structs.replace(NETWORK.labels, parameters={})),
    "universal: labels of sizes that are none": network_labels(NETWORK.labels, radix=1),
    "universal: labels of other sizes": network_labels(NETWORK.labels, states=5),
    "universal: half a machine told of": network_labels(NETWORK.labels, machine="flip"),
    "universal: a machine told of in other words": network_labels(told(), machine="flop"),
    "cellular: macro cells of no cells": lambda: compile_machine(FLIP, steps=1, options={"macro": 0}),
    "cellular: a table of macro blocks that no memory holds": lambda: compile_machine(
        FLIP, steps=1, options={"macro": 60}
    ),
    "cellular: labels of macro cells of no cells": lambda: construction_of(with_macro(macro=0)),
    "cellular: a symbol that is none of a macro cell": lambda: construction_of(with_macro_words("symbol", "_", "[]")),
    "cellular: a symbol that is text of another cell": lambda: construction_of(with_macro_words("symbol", '["_"]')),
    "cellular: a symbol that is no text": lambda: construction_of(with_macro_words("symbol", '["_"')),
    "cellular: a message without a place": lambda: construction_of(with_macro_words("stay", "go")),
    "cellular: macro cells of another alphabet": lambda: construction_of(with_macro(alphabet='["0"]')),
    "cellular: macro cells of no alphabet": lambda: construction_of(with_macro(alphabet="2")),
    "cellular: macro cells of another start": lambda: construction_of(with_macro(start="?")),
    "cellular: macro cells of an odd outcome": lambda: construction_of(
        msgspec.structs.replace(
            MACRO_LABELS, stop=msgspec.structs.replace(MACRO_LABELS.stop, outcomes=(("end@0", "__", "exploded"),))
        )
    ),
    "more tapes than one": lambda: compile_machine(replace(FLIP, transitions=(), tapes=2), steps=1),
    "cellular: one-way labels of another beginning": lambda: construction_of(
        msgspec.structs.replace(EDGE_LABELS, parameters=EDGE_LABELS.parameters | {"origin": 1})
    ),
    "cellular: a one-way tape and a tape head before it": lambda: compile_machine(ONE_WAY, steps=1, cells=2, head=-1),
    "perez: a one-way tape": lambda: list(perez.trace(ONE_WAY, START, max_steps=1)),
    "wei_ma: a transition table too large for memory": lambda: WEI_MA.compile(
        replace(FLIP, transitions=(), tapes=90), steps=1
    ),
    "wei_ma: a one-way tape from another cell on": lambda: WEI_MA.compile(ONE_WAY, steps=1, cells=2, origin=-1),
    "wei_ma: one-way labels of another beginning": lambda: construction_of(relabelled(one_way=1, origin=1, head=1)),
    "wei_ma: labels of no tapes": lambda: construction_of(relabelled(tapes=0)),
    "no such construction": lambda: construction("celular"),
    "fewer than no machine steps": lambda: compile_machine(FLIP, steps=-1),
    "no cells": lambda: compile_machine(FLIP, steps=1, cells=0),
    "too few cells": lambda: compile_machine(FLIP, steps=1, cells=2, input_length=3),
    "a tape head outside": lambda: encode_configuration(LABELS, initial_configuration("go", (), "_", 3)),
    "a tape outside": lambda: encode_configuration(LABELS, initial_configuration("go", ("1",) * 4, "_", 0)),
    "labels without registers": lambda: construction_of(changed(registers=LABELS.registers[:3])),
    "labels of other registers": lambda: construction_of(changed(registers=LABELS.registers[::-1])),
    "labels without a parameter": lambda: construction_of(changed(parameters={})),
    "labels with an odd start": lambda: construction_of(changed(parameters=LABELS.parameters | {"start": "?"})),
    "labels with an odd outcome": lambda: construction_of(
        changed(stop=msgspec.structs.replace(LABELS.stop, outcomes=(("end", "_", "exploded"),)))
    ),
    "a cell without a symbol": lambda: decode_configuration(
        LABELS, stack(LABELS, [{"bos": True}, {"cell": True, "stay": "go"}])
    ),
    "no message": lambda: decode_configuration(LABELS, stack(LABELS, [{"bos": True}, {"cell": True}])),
    "wei_ma: a radix below 2": lambda: WEI_MA.compile(FLIP, steps=1, options={"radix": 1}),
    "wei_ma: a table that no memory holds": lambda: WEI_MA.compile(replace(FLIP, transitions=(), tapes=99), steps=1),
    "wei_ma: no such form": lambda: WEI_MA.compile(FLIP, steps=1, options={"form": "encoder"}),
    "wei_ma: no such option": lambda: WEI_MA.compile(FLIP, steps=1, options={"base": 3}),
    "cellular: no options": lambda: compile_machine(FLIP, steps=1, options={"radix": 3}),
    "wei_ma: fewer than no machine steps": lambda: WEI_MA.compile(FLIP, steps=-1),
    "wei_ma: too few cells": lambda: WEI_MA.compile(FLIP, steps=1, cells=2, input_length=3),
    "wei_ma: a tape head without a record": lambda: WEI_MA.encode_configuration(
        DECODER.labels, initial_configuration("go", (), "_", 2)
    ),
    "wei_ma: a tape without records": lambda: WEI_MA.encode_configuration(
        DECODER.labels, Configuration("go", (Tape(0, -1, ("1",), "_"),))
    ),
    "wei_ma: a prompt without START": lambda: WEI_MA.decode_configuration(DECODER.labels, decoded().rows(0, 2)),
    "wei_ma: tokens of a prompt without START": lambda: list(WEI_MA.read_tokens(DECODER.labels, decoded().rows(0, 2))),
    "wei_ma: START without a cell": with_value("next_cell0", 3, None),
    "wei_ma: a row that wrote nothing": with_value("written", 4, None),
    "wei_ma: a row that moved both ways": with_value("left", 4, True),
    "wei_ma: a row without a state": with_value("next_state", 4, None),
    "wei_ma: a row that found another symbol": with_value("next_symbol", 4, "1"),
    "wei_ma: a row at another cell": with_value("next_cell0", 4, 0),
    "wei_ma: no latest records": lambda: construction("wei_ma").decode_latest(
        DECODER.labels, stack(DECODER.labels, [{"bos": True}, {"step": True, "next_state": "go"}])
    ),
    "wei_ma: latest records without a state": lambda: construction("wei_ma").decode_latest(
        DECODER.labels, stack(DECODER.labels, [{"bos": True}])
    ),
    "wei_ma: labels without a parameter": lambda: construction_of(
        msgspec.structs.replace(DECODER.labels, parameters={"machine": "flip"})
    ),
    "wei_ma: labels of a radix that is none": lambda: construction_of(relabelled(radix=1)),
    "wei_ma: labels of a form that is none": lambda: construction_of(relabelled(form="encoder")),
    "wei_ma: labels of other sizes": lambda: construction_of(relabelled(steps=4)),
    "wei_ma: labels without registers": lambda: construction_of(
        msgspec.structs.replace(DECODER.labels, registers=DECODER.labels.registers[:3])
    ),
    "wei_ma: labels of other registers": lambda: construction_of(
        msgspec.structs.replace(DECODER.labels, registers=DECODER.labels.registers[::-1])
    ),
    "wei_ma: labels with an odd blank": lambda: construction_of(relabelled(blank="?")),
    "wei_ma: labels with an odd outcome": lambda: construction_of(
        msgspec.structs.replace(
            DECODER.labels, stop=msgspec.structs.replace(DECODER.labels.stop, outcomes=(("end", "_", "exploded"),))
        )
    ),
    "a reference is no construction": lambda: construction("perez"),
    "perez: no such arithmetic": lambda: perez.trace(FLIP, START, "float31", max_steps=1),
    "perez: no such format": lambda: perez.compare_floats(FLIP, START, "exact", max_steps=1),
    "perez: fewer than no machine steps": lambda: perez.trace(FLIP, START, max_steps=-1),
    "perez: rows that disagree": lambda: list(
        perez.trace(TOGGLE, initial_configuration("A", ("1",), "0", 30), "float16", max_steps=9)
    ),
}
