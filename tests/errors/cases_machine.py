"""What the machine room refuses: spec, configuration, inputs, semantics."""

from dataclasses import replace

from tests.errors.sites import Case
from tmformer.machine.configuration import Tape, configuration
from tmformer.machine.inputs import parse_input, parse_inputs, starting_configuration
from tmformer.machine.renaming import with_blank, with_state
from tmformer.machine.rogozhin import UNIVERSAL_MACHINES
from tmformer.machine.semantics import reach, trace
from tmformer.machine.spec import Machine, Move, Transition
from tmformer.machine.tag_systems import TagSystem, tag_system

GO = Transition("go", "_", "1", Move.RIGHT, "end")
FLIP = Machine(("go", "end"), ("_", "1"), "_", "go", (GO,), halting=("end",), name="flip")
SMALLEST = UNIVERSAL_MACHINES["rogozhin_4x6"]
NOT_ENCODED = configuration("A", 0, {0: "4"}, "0")
# Both letters of the word as one block, as no encoder writes it.
ONE_BLOCK = configuration("A", 13, dict(enumerate("4221212211112111")), "0")


def machine(
    *rules: Transition,
    states: tuple[str, ...] = ("go", "end"),
    symbols: tuple[str, ...] = ("_", "1"),
    blank: str = "_",
    start: str = "go",
    halting: tuple[str, ...] = ("end",),
    accepting: tuple[str, ...] = (),
    rejecting: tuple[str, ...] = (),
) -> Machine:
    return Machine(states, symbols, blank, start, rules, halting, accepting, rejecting)


TWO = Machine(("go",), ("_", "|"), "_", "go", (), tapes=2, one_way=True)

CASES: dict[str, Case] = {
    "no tapes": lambda: replace(FLIP, tapes=0),
    "a transition of another number of tapes": lambda: replace(FLIP, tapes=2),
    "one symbol of several tapes": lambda: Transition("go", ("_", "_"), ("_", "_"), (Move.LEFT,) * 2, "go").symbol,
    "more inputs than tapes": lambda: starting_configuration(FLIP, (), ((), ())),
    "before the beginning of a tape": lambda: starting_configuration(TWO, head=-1),
    "a separator that is a symbol": lambda: parse_inputs(TWO.symbols, "_|_", 2),
    "negative machine steps of reach": lambda: reach(FLIP, starting_configuration(FLIP), max_steps=-1),
    "no states": lambda: machine(states=()),
    "no symbols": lambda: machine(symbols=()),
    "state without a name": lambda: machine(states=("go", "end", "")),
    "state declared twice": lambda: machine(states=("go", "end", "go")),
    "symbol declared twice": lambda: machine(symbols=("_", "1", "1")),
    "blank not a symbol": lambda: machine(blank="0"),
    "start not a state": lambda: machine(start="goo"),
    "halting not a state": lambda: machine(halting=("stop",)),
    "accepting not halting": lambda: machine(accepting=("go",)),
    "rejecting not halting": lambda: machine(rejecting=("go",)),
    "accepts and rejects": lambda: machine(accepting=("end",), rejecting=("end",)),
    "leaves no state": lambda: machine(Transition("gone", "_", "1", Move.LEFT, "end")),
    "leads to no state": lambda: machine(Transition("go", "_", "1", Move.LEFT, "ends")),
    "reads no symbol": lambda: machine(Transition("go", "x", "1", Move.LEFT, "end")),
    "writes no symbol": lambda: machine(Transition("go", "_", "x", Move.LEFT, "end")),
    "leaves a halting state": lambda: machine(Transition("end", "_", "1", Move.LEFT, "go")),
    "nondeterministic": lambda: machine(GO, Transition("go", "_", "_", Move.LEFT, "go")),
    "another start state": lambda: FLIP.started("stop"),
    "a blank that is a symbol": lambda: with_blank(FLIP, "1"),
    "no state to rename": lambda: with_state(FLIP, "stop", "end"),
    "no such transition": lambda: FLIP.transition("go", "1"),
    "blank at the edge of the tape": lambda: Tape(0, 0, ("_", "1"), "_"),
    "blank tape elsewhere": lambda: Tape(0, 3, (), "_"),
    "an input with two readings": lambda: parse_input(("1", "11"), "11"),
    "unknown symbol in the input": lambda: trace(FLIP, ("1", "x"), max_steps=1),
    "fewer than no machine steps": lambda: trace(FLIP, (), max_steps=-1),
    "tag system without rules": lambda: TagSystem(()),
    "letter without a name": lambda: tag_system({"a": ("b", "")}),
    "two rules for a letter": lambda: TagSystem((("a", ("b",)), ("a", ("c",)))),
    "a letter of no rule": lambda: tag_system({"a": "b"}).run("ac", max_steps=1),
    "fewer than no tag steps": lambda: tag_system({"a": "b"}).run("ab", max_steps=-1),
    "two halting letters": lambda: SMALLEST.encode(tag_system({"a": "bc"}), "aa"),
    "a rule without letters": lambda: SMALLEST.encode(tag_system({"a": "bc", "b": ""}), "aa"),
    "an earlier letter first": lambda: SMALLEST.encode(tag_system({"a": "bc", "b": "a"}), "aa"),
    "a word of one letter": lambda: SMALLEST.encode(tag_system({"a": "b"}), "a"),
    "no word on the tape": lambda: SMALLEST.decode_word(tag_system({"a": "b"}), NOT_ENCODED),
    "no result on the tape": lambda: SMALLEST.decode_result(tag_system({"a": "b"}), NOT_ENCODED),
    "strokes of no letter": lambda: SMALLEST.decode_word(tag_system({"a": "ba"}), ONE_BLOCK),
}
