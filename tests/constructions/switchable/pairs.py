"""Pairs of machines, and what each does over the tape symbols of both."""

from dataclasses import replace

from hypothesis import strategies as st

from tmformer.constructions.switchable.compiling import compile_machine
from tmformer.machine import Machine, Move, Transition, format_machine
from tmformer.program import Program
from tmformer.strategies import machines

CHOICES = ("a", "b")


@st.composite
def pairs(draw: st.DrawFn, *, max_states: int = 4, max_symbols: int = 4) -> tuple[Machine, Machine]:
    """Two machines with one blank and one kind of tape; the alphabets may differ, and the machines may be one."""
    one_way, blank = draw(st.booleans()), draw(st.sampled_from("01"))
    each = machines(max_states=max_states, max_symbols=max_symbols)
    first = draw(each)
    second = first if draw(st.integers(0, 9)) == 0 else draw(each)
    a, b = (replace(machine, blank=blank, one_way=one_way) for machine in (first, second))
    return a, replace(b, name="other")


def over(machine: Machine, symbols: tuple[str, ...]) -> Machine:
    """The machine over more tape symbols, of which it knows nothing."""
    return replace(machine, symbols=tuple(dict.fromkeys((*machine.symbols, *symbols))))


def both(a: Machine, b: Machine) -> dict[str, Machine]:
    """By choice, each over the symbols of both."""
    return {"a": over(a, b.symbols), "b": over(b, a.symbols)}


def compile_pair(a: Machine, b: Machine, **options: object) -> Program:
    """The program of both."""
    radix = {"radix": options.pop("radix")} if "radix" in options else {}
    return compile_machine(a, options={"other": format_machine(b)} | radix, **options)


RIGHT = Machine(
    ("go", "end"),
    ("_", "1"),
    "_",
    "go",
    (Transition("go", "_", "1", Move.RIGHT, "go"), Transition("go", "1", "1", Move.STAY, "end")),
    halting=("end",),
    name="right",
)
"""Writes ones to the right, up to one that is there."""
LEFT = Machine(
    ("back", "more", "stop"),
    ("_", "x"),
    "_",
    "back",
    (
        Transition("back", "_", "x", Move.LEFT, "more"),
        Transition("more", "_", "_", Move.LEFT, "back"),
        Transition("more", "x", "x", Move.STAY, "stop"),
    ),
    accepting=("stop",),
    halting=("stop",),
    name="left",
)
"""Writes an x to the left in every second cell."""
