"""A tape as records in a sequence: its cells' codes, moves of the tape head, and the search for what was written last.

A row that records says which cell was written, with which symbol; rows come in the order of time. Cells are known mod 2**K,
digit by digit in registers of their own; so are times, to any base. All names may have a prefix, one for each tape.
"""

from collections.abc import Iterator

from tmformer.errors import DecodeError
from tmformer.program import Block, Literal, Lookup, Match, Rule, Stream, Table, Value, Write

STEP = Literal("step", "1")


def digits(count: int, radix: int) -> int:
    """The digits to the base `radix` that tell `count` values apart, one at least.

    >>> digits(8, 2), digits(9, 2), digits(9, 3), digits(1, 10)
    (3, 4, 2, 1)
    """
    number = 1
    while radix**number < count:
        number += 1
    return number


def names(register: str, count: int) -> tuple[str, ...]:
    """The names of the digits of a code that stands in registers of their own, the least significant first."""
    return tuple(f"{register}{digit}" for digit in range(count))


def code(register: str, cell: int, cell_digits: int) -> dict[str, Value]:
    """What the digits of a cell hold."""
    return {name: cell >> digit & 1 for digit, name in enumerate(names(register, cell_digits))}


def next_cell(stream: Stream, register: str, cell_digits: int, row: int, where: str) -> int:
    """The cell, mod 2**K, whose digits a row holds.

    Args:
        stream: the sequence.
        register: the name of the digits' registers, before their numbers.
        cell_digits: K.
        row: its row.
        where: what an error calls this place.

    Raises:
        DecodeError: if there is no cell.
    """
    digits = [stream[name][row] for name in names(register, cell_digits)]
    if None in digits:
        raise broken("no next_cell", where)
    return sum(int(digit or 0) << place for place, digit in enumerate(digits))


def broken(found: str, where: str) -> DecodeError:
    """The refusal of a sequence that is no run.

    Args:
        found: what is wrong in it.
        where: in which row.
    """
    return DecodeError(
        "A sequence is a prompt and machine steps: each holds a state, a symbol written and the cell its moves lead to",
        found=found,
        where=where,
        remedy="Start from encode_configuration, in a format with enough precision.",
    )


def moved(head: int, by: int, *, one_way: bool) -> int:
    """The tape head's cell after a move; a left move at the beginning of a one-way tape stays."""
    return max(0, head + by) if one_way else head + by


def carries(prefix: str, cell_digits: int, *, one_way: bool) -> Iterator[Rule]:
    """Digit i of cell + 1 carries if all lower digits are 1, digit i of cell - 1 borrows if all are 0.

    A one-way tape has its edge where all digits are 0.
    """
    cells = names(f"{prefix}cell", cell_digits)
    for digit, own in enumerate(cells):
        for value, flag in (("1", f"carry{digit}"), ("0", f"borrow{digit}")):
            lower = (Literal(cell, value) for cell in cells[:digit])
            yield Rule((STEP, *lower), (Write(prefix + flag, "1"),))
        for value in "01":
            yield Rule((STEP, Literal(own, value)), (Write(f"{prefix}next_cell{digit}", value),))
    if one_way:
        yield Rule((STEP, *(Literal(cell, "0") for cell in cells)), (Write(f"{prefix}edge", "1"),))


def flips(prefix: str, cell_digits: int, right: Literal, left: Literal, *, one_way: bool) -> Iterator[Rule]:
    """A move flips the digits that carry or borrow; a left move at the edge of a one-way tape flips none."""
    inside = (Literal(f"{prefix}edge", "0"),) if one_way else ()
    for digit in range(cell_digits):
        for move, flag, where in ((right, f"carry{digit}", ()), (left, f"borrow{digit}", inside)):
            for old, new in ("01", "10"):
                own = f"{prefix}next_cell{digit}"
                yield Rule((move, Literal(prefix + flag, "1"), *where, Literal(own, old)), (Write(own, new),))


def matches(prefix: str, cell_digits: int, time_digits: int, first_digit: int) -> tuple[Match, ...]:
    """Records of the next cell whose times agree with what is found, from digit number `first_digit` on."""
    cells = names("cell", cell_digits)
    return (
        *(Match(f"{prefix}next_{cell}", prefix + cell) for cell in cells),
        *(Match(f"{prefix}found{digit}", f"time{digit}") for digit in range(first_digit, time_digits)),
    )


def search(prefix: str, cell_digits: int, time_digits: int, digit: int, radix: int, idle: tuple[str, ...]) -> Block:
    """The largest digit number `digit` of the times of all records of the cell that agree with the digits found so far."""
    answer, found = f"{prefix}answer", f"{prefix}found{digit}"
    lookup = Lookup(
        f"{prefix}search{digit}",
        matches(prefix, cell_digits, time_digits, digit + 1),
        value=f"time{digit}",
        into=answer,
        where="step",
        null="bos",
        idle=idle,
        prefer=f"time{digit}",
        default="0",
        ties="constant",
        mask="causal",
    )
    rules = tuple(Rule((STEP, Literal(answer, str(each))), (Write(found, str(each)),)) for each in range(radix))
    return Block((lookup,), Table((answer,), rules, fills=(found,)))


def fetch(prefix: str, cell_digits: int, time_digits: int, idle: tuple[str, ...], default: str | None) -> Lookup:
    """What the record wrote that the search has found; `default` where there is none."""
    return Lookup(
        f"{prefix}fetch",
        matches(prefix, cell_digits, time_digits, 0),
        value=f"{prefix}written",
        into=f"{prefix}fetched",
        where="step",
        null="bos",
        idle=idle,
        default=default,
        mask="causal",
    )
