"""Small programs that are no Turing machines, and the squares from program to exact weights, block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import TypeAlias

from tmformer.errors import ProgramError
from tmformer.program import Decoding, Program, Stream, Value, decode, parse_program, stack, trace
from tmformer.program.semantics import apply_block
from tmformer.weights import Decoding as ExactDecoding
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


def _lines(*rules: str) -> str:
    return "\n".join(f"  when {rule}" for rule in rules)


# Each row holds a key, how often it came so far and a tag. It finds the next row's key, and of the rows so far with that
# key the latest, digit by digit of their times, which are written to the base 3.
LATEST = f"""
program "latest" positions 24 loops 1 sharpness 10
register bos flag
register input flag
register step flag
register odd flag
register next_odd flag
register key code 2
register next_key code 2
register count code 3
register next_count code 3
register tag one-hot "x" "y"
register next_tag one-hot "x" "y"
register time0 code 2
register time1 code 2
register time2 code 2
register found1 code 2
register found2 code 2
register answer code 2 scratch
register heard code 3 scratch
register told one-hot "x" "y" scratch
generate time0 -1 divisor 1 modulus 3 where input
generate time1 -1 divisor 3 modulus 3 where input
generate time2 -1 divisor 9 modulus 3 where input
generate time0 2 divisor 1 modulus 3 where step
generate time1 2 divisor 3 modulus 3 where step
generate time2 2 divisor 9 modulus 3 where step
invariant distinct keys time0 time1 time2
feedback step step
feedback next_odd odd
feedback next_key key
feedback next_count count
feedback next_tag tag
block
  fill next_key
{_lines(*(f'step "1" key "{key}" then next_key "{(key + 2) % 3}"' for key in range(3)))}
block
{_lines(*(f'odd "1" next_key "{key}" then next_key "{(key + 2) % 3}"' for key in range(3)))}
block
  lookup search2 match next_key key prefer time2 value time2 into answer where step null bos idle bos input default "0" ties constant mask causal
  clear answer
  fill found2
{_lines(*(f'step "1" answer "{digit}" then found2 "{digit}"' for digit in range(3)))}
block
  lookup search1 match next_key key match found2 time2 prefer time1 value time1 into answer where step null bos idle bos input default "0" ties constant mask causal
  clear answer
  fill found1
{_lines(*(f'answer "{digit}" step "1" then found1 "{digit}"' for digit in range(3)))}
block
  lookup counted match next_key key match found2 time2 match found1 time1 prefer time0 value count into heard where step null bos idle input bos default "0" ties unique mask causal
  lookup tagged match next_key key match found2 time2 match found1 time1 prefer time0 value tag into told where step null bos idle bos input ties unique mask causal
  clear heard told
  fill next_count next_odd next_tag
{_lines(*(f'step "1" heard "{n}" then next_count "{(n + 1) % 8}" next_odd "{(n + 1) % 2}"' for n in range(8)))}
  when step "1" told empty then next_tag "x"
  when step "1" told "x" then next_tag "y"
  when step "1" told "y" then next_tag "x"
stop reads tag where step signal next_tag 0
  outcome "x" "y" "other"
"""


def translate(rows: int) -> str:
    """An encoder of so many rows, each of which says whether the one before holds its mark; the decoder copies them."""
    return f"""
program "translate" positions 16 loops 1 sharpness 10
register side flag
register bos flag
register source flag
register row flag
register mark one-hot "a" "b" "."
register next one-hot "a" "b" "."
register same flag
register next_same flag
register here code 3
register before code 3
register want code 3
register heard one-hot "a" "b" "." scratch
register heard_same flag scratch
generate here -1 where source
generate before -2 where source
generate here {-rows - 2} where row
generate want {-rows - 2} where row
encoder side
feedback row row
feedback next mark
feedback next_same same
block
  lookup previous match before here value mark into heard where source null bos idle bos row mask causal
  clear heard
  fill same
{_lines(*(f'source "1" heard "{mark}" mark "{mark}" then same "1"' for mark in "ab."))}
block
  lookup read match want here value mark into heard where row null bos idle bos source default "." mask across
  lookup read_same match want here value same into heard_same where row null bos idle source bos default "0" mask across
  clear heard heard_same
  fill next next_same
{_lines(*(f'row "1" heard "{mark}" then next "{mark}"' for mark in "ab."))}
  when row "1" heard_same "1" then next_same "1"
stop reads next where row signal next 0
  outcome "." "." "copied"
"""


BOS: dict[str, Value] = {"bos": True}


@dataclass(frozen=True)
class Example:
    """A program and a prompt of it."""

    text: str
    rows: Rows

    @cached_property
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


Record: TypeAlias = tuple[int, int, str | None]
"""A key, how often it came so far, and a tag."""


def records(*held: Record) -> Rows:
    """BOS, input, and a last row that goes on."""
    rows: Rows = [{"key": key, "count": count, "odd": count % 2 == 1, "tag": tag} for key, count, tag in held]
    return [BOS, *(row | {"input": True} for row in rows[:-1]), rows[-1] | {"step": True}]


def words(marks: str, start: str | None = None) -> Rows:
    """The encoder's BOS and marks, the decoder's BOS and its first row."""
    side: dict[str, Value] = {"side": True}
    source = [side | {"source": True, "mark": mark} for mark in marks]
    return [side | BOS, *source, BOS, {"row": True, "mark": start}]


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
    "latest": Example(LATEST, records((2, 5, "x"), (0, 1, "y"), (2, 6, None), (0, 0, None))),
    "translate": Example(translate(5), words("abbab")),
}
GROWING = {name: EXAMPLES[name] for name in ("copy", "counter", "latest", "translate")}


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


def compare_growth(
    program: Program, prompt: Stream, steps: int, make: Callable[[Program, Stream], Decoding | ExactDecoding] = Decoding
) -> str | None:
    """Plain semantics = a decoding, after every decoding step: the first that differs, refusals included, or None."""
    plain, found = recomputed(program, prompt), decoded(make, program, prompt)
    for step, (wanted, got) in enumerate(zip(islice(plain, steps + 1), islice(found, steps + 1), strict=True)):
        if wanted != got:
            return f"decoding step {step}: {wanted}, {got}"
    return None


def recomputed(program: Program, prompt: Stream) -> Iterator[Stream | str]:
    """After the prompt and after each decoding step, all rows after all blocks, every one computed anew; "refused" ends it."""
    try:
        for sequence in decode(program, prompt, program.labels.max_positions):
            *_, after = trace(program, sequence)
            yield after
    except ProgramError:
        yield "refused"


def decoded(
    make: Callable[[Program, Stream], Decoding | ExactDecoding], program: Program, prompt: Stream
) -> Iterator[Stream | str]:
    """The same by a decoding, which computes no row twice."""
    try:
        decoding = make(program, prompt)
        while True:
            yield decoding.after()
            decoding.step()
    except ProgramError:
        yield "refused"


# Rows take turns, and each kind has position codes of its own, some of them of negative numbers.
TURNS = """
program "turns" positions 40 loops 1 sharpness 1
register even flag
register odd flag
register mark one-hot "a" "b"
register next one-hot "a" "b"
register time code 3
register late code 5
generate time -7 divisor 2 modulus 3 where even
generate time 5 divisor 3 modulus 7 where odd
generate late -25 divisor 1 modulus 32 where even
feedback even odd
feedback odd even
feedback next mark
block
  clear next
  when mark "a" then next "b"
  when mark "b" then next "a"
stop reads mark where even signal next 0
"""
