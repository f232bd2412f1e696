"""Small programs that are no Turing machines, and the squares from program to exact weights, block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from tmformer.program import Program, Stream, Value, parse_program, stack
from tmformer.program.semantics import apply_block
from tmformer.weights import Weights, lower
from tmformer.weights import trace as exact_trace

Rows = list[dict[str, Value]]


def rule_table(number: int) -> str:
    """The rules of an elementary cellular automaton."""
    return "\n".join(
        f'  when left "{a}" cell "{b}" right "{c}" then cell "{number >> (4 * a + 2 * b + c) & 1}"'
        for a, b, c in product((0, 1), repeat=3)
    )


AUTOMATON = f"""
program "automaton" positions 12 loops 8 sharpness 6
register bos flag
register row flag
register cell one-hot "0" "1"
register left one-hot "0" "1" scratch
register right one-hot "0" "1" scratch
register here code 4
register before code 4
register behind code 4
generate here -1 where row
generate before -2 where row
generate behind 0 where row
invariant distinct keys here
block
  lookup from_left match before here value cell into left where row null bos ties unique mask none
  lookup from_right match behind here value cell into right where row null bos ties unique mask none
  clear left right
{rule_table(110)}
stop reads cell where row signal cell 0
"""

SHIFT = """
program "shift" positions 9 loops 5 sharpness 6
register bos flag
register row flag
register mark one-hot "a" "b"
register heard one-hot "a" "b" scratch
register here code 4
register before code 4
generate here -1 where row
generate before -2 where row
block
  lookup earlier match before here value mark into heard where row null bos ties unique mask causal
  clear heard mark
  when heard "a" then mark "a"
  when heard "b" then mark "b"
stop reads mark where row signal mark 0
"""

RUMOUR = """
program "rumour" positions 9 loops 2 sharpness 8
register bos flag
register row flag
register says one-hot "yes" "no"
register knows one-hot "yes" "no"
register heard one-hot "yes" "no" scratch
register asks code 3
register about code 3
block
  lookup news match asks about value says into heard where row null bos ties constant mask causal
  clear heard knows
  when heard "yes" then knows "yes"
  when heard "no" then knows "no"
stop reads says where row signal knows 0
"""

COPY = """
program "copy" positions 14 loops 1 sharpness 8
register bos flag
register row flag
register mark one-hot "a" "b" "c"
register heard one-hot "a" "b" "c" scratch
register fetched one-hot "a" "b" "c"
register next one-hot "a" "b" "c"
register here code 4
register source code 4
generate here 0 where row
generate source -2 where row
feedback row row
feedback next mark
block
  lookup fetch match source here value mark into heard where row null bos ties unique mask causal
  clear heard fetched
  when heard "a" then fetched "a"
  when heard "b" then fetched "b"
  when heard "c" then fetched "c"
block
  clear next
  when fetched "a" then next "b"
  when fetched "b" then next "c"
  when fetched "c" then next "a"
stop reads mark where row signal next 0
  outcome "c" "a" "done"
"""

COUNTER = """
program "counter" positions 20 loops 2 sharpness 1
register row flag
register mark one-hot "a" "b" "c"
register next one-hot "a" "b" "c"
feedback row row
feedback next mark
block
  clear next
  when mark "a" then next "b"
  when mark "b" then next "c"
  when mark "c" then next "a"
stop reads mark where row signal next 0
"""

BOS: dict[str, Value] = {"bos": True}


@dataclass(frozen=True)
class Example:
    """A program and a prompt of it."""

    text: str
    rows: Rows

    @property
    def program(self) -> Program:
        return parse_program(self.text)

    @property
    def prompt(self) -> Stream:
        return stack(self.program.labels, self.rows)


def cells(row: str) -> Rows:
    """BOS holds 0: what lies outside the row."""
    return [BOS | {"cell": "0"}, *({"row": True, "cell": cell} for cell in row)]


def marks(row: str, first: str | None = None) -> Rows:
    return [BOS | {"mark": first}, *({"row": True, "mark": mark} for mark in row)]


EXAMPLES = {
    "automaton": Example(AUTOMATON, cells("00000001011")),
    "shift": Example(SHIFT, marks("babab", "a")),
    "rumour": Example(
        RUMOUR,
        [
            BOS | {"says": "no"},
            {"row": True, "asks": 3},
            {"row": True, "asks": 5, "about": 3, "says": "yes"},
            {"row": True, "asks": 3, "about": 3, "says": "yes"},
            {"row": True, "asks": 3, "about": 3, "says": "yes"},
            {"row": True, "asks": 3},
            {"row": True},
        ],
    ),
    "copy": Example(COPY, marks("acb")),
    "counter": Example(COUNTER, [{"row": True, "mark": "a"}]),
}


def blocks(program: Program, prompt: Stream, loops: int | None = None) -> Iterator[Stream]:
    """The residual stream after every block, in symbols."""
    stream = prompt
    for _ in range(program.labels.loops if loops is None else loops):
        for block in program.blocks:
            stream = apply_block(program.labels, block, stream)
            yield stream


def compare_rungs(
    program: Program, prompt: Stream, make: Callable[[Program], Weights] = lower, loops: int | None = None
) -> str | None:
    """program = exact weights, hard and base-2: the first register that differs after some block, or None."""
    weights = make(program)
    runs = [exact_trace(weights, prompt, softmax, loops) for softmax in ("hard", "base-2")]
    for number, (wanted, *found) in enumerate(zip(blocks(program, prompt, loops), *runs, strict=True)):
        for softmax, block in zip(("hard", "base-2"), found, strict=True):
            got = weights.layout.decode(block.after.array())
            for register in program.labels.registers:
                if got[register.name] != wanted[register.name]:
                    return f"block {number}, {softmax}, {register.name}: {wanted[register.name]}, {got[register.name]}"
    return None
