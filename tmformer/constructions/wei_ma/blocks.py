"""The blocks of a network: transitions, moves of the tape heads, the search through time, and what it finds."""

from collections.abc import Iterator
from itertools import product

from tmformer.constructions.wei_ma.labels import names, on
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, Sizes
from tmformer.machine import Machine, Move, Transition
from tmformer.program import Block, Literal, Lookup, Match, Rule, Table, Write

_FLAGS = {Move.RIGHT: ("right",), Move.LEFT: ("left",), Move.STAY: ()}


def blocks_of(machine: Machine, sizes: Sizes) -> Iterator[Block]:
    """The blocks that a decoding step goes through, first to last."""
    k, tapes = sizes.cell_digits, range(sizes.tapes)
    edge = ("edge",) if sizes.one_way else ()
    own = ("written", "right", "left", *edge, *names("carry", k), *names("borrow", k), *names("next_cell", k))
    fills = ("next_state", *(on(tape, name) for tape in tapes for name in own))
    rules = [*_transitions(machine), *(rule for tape in tapes for rule in _carries(tape, sizes))]
    yield Block((), Table((), tuple(rules), fills))
    yield Block((), Table((), tuple(rule for tape in tapes for rule in _flips(tape, sizes))))
    for digit in reversed(range(sizes.time_digits)):
        yield _together([_search(tape, sizes, digit) for tape in tapes])
    yield _together([_fetch(tape, machine, sizes) for tape in tapes])


def _together(blocks: list[Block]) -> Block:
    """One block that does what several do in registers of their own."""
    return Block(
        tuple(lookup for block in blocks for lookup in block.lookups),
        Table(
            tuple(name for block in blocks for name in block.table.clears),
            tuple(rule for block in blocks for rule in block.table.rules),
            tuple(name for block in blocks for name in block.table.fills),
        ),
    )


def _transitions(machine: Machine) -> Iterator[Rule]:
    """A pair without a rule stays put and writes back what it read: the stop table ends the run."""
    for state in machine.states:
        for read in product(machine.symbols, repeat=machine.tapes):
            rule = Transition(state, read, read, (Move.STAY,) * machine.tapes, state)
            if machine.has_transition(state, *read):
                rule = machine.transition(state, *read)
            symbols = (Literal(on(tape, "symbol"), symbol) for tape, symbol in enumerate(read))
            yield Rule((Literal("state", state), *symbols), (Write("next_state", rule.next_state), *_effects(rule)))


def _effects(rule: Transition) -> Iterator[Write]:
    for tape, (write, move) in enumerate(zip(rule.writes, rule.moves, strict=True)):
        yield Write(on(tape, "written"), write)
        yield from (Write(on(tape, flag), "1") for flag in _FLAGS[move])


def _carries(tape: int, sizes: Sizes) -> Iterator[Rule]:
    """Digit i of cell + 1 carries if all lower digits are 1, digit i of cell - 1 borrows if all are 0.

    A one-way tape has its edge where all digits are 0.
    """
    step, cells = Literal("step", "1"), [on(tape, cell) for cell in names("cell", sizes.cell_digits)]
    for digit, own in enumerate(cells):
        for value, flag in (("1", f"carry{digit}"), ("0", f"borrow{digit}")):
            lower = (Literal(cell, value) for cell in cells[:digit])
            yield Rule((step, *lower), (Write(on(tape, flag), "1"),))
        for value in "01":
            yield Rule((step, Literal(own, value)), (Write(on(tape, f"next_cell{digit}"), value),))
    if sizes.one_way:
        yield Rule((step, *(Literal(cell, "0") for cell in cells)), (Write(on(tape, "edge"), "1"),))


def _flips(tape: int, sizes: Sizes) -> Iterator[Rule]:
    """A move flips the digits that carry or borrow; a left move at the edge of a one-way tape flips none."""
    inside = (Literal(on(tape, "edge"), "0"),) if sizes.one_way else ()
    for digit in range(sizes.cell_digits):
        for move, flag, where in (("right", f"carry{digit}", ()), ("left", f"borrow{digit}", inside)):
            for old, new in ("01", "10"):
                own = on(tape, f"next_cell{digit}")
                when = (Literal(on(tape, move), "1"), Literal(on(tape, flag), "1"), *where, Literal(own, old))
                yield Rule(when, (Write(own, new),))


def _matches(tape: int, sizes: Sizes, first_digit: int) -> tuple[Match, ...]:
    cells = names("cell", sizes.cell_digits)
    decided = range(first_digit, sizes.time_digits)
    return (
        *(Match(on(tape, f"next_{cell}"), on(tape, cell)) for cell in cells),
        *(Match(on(tape, f"found{digit}"), f"time{digit}") for digit in decided),
    )


def _search(tape: int, sizes: Sizes, digit: int) -> Block:
    """The largest digit number `digit` of the times of all records of the cell that agree with the digits found so far."""
    answer, found = on(tape, "answer"), on(tape, f"found{digit}")
    lookup = Lookup(
        on(tape, f"search{digit}"),
        _matches(tape, sizes, digit + 1),
        value=f"time{digit}",
        into=answer,
        where="step",
        null="bos",
        idle=("bos", "input"),
        prefer=f"time{digit}",
        default="0",
        ties="constant",
        mask="causal",
    )
    rules = (
        Rule((Literal("step", "1"), Literal(answer, str(value))), (Write(found, str(value)),))
        for value in range(sizes.radix)
    )
    return Block((lookup,), Table((answer,), tuple(rules), fills=(found,)))


def _fetch(tape: int, machine: Machine, sizes: Sizes) -> Block:
    """What the record found wrote; where there is none, what the encoder holds; else the blank."""
    has_encoder = sizes.form == ENCODER_DECODER
    written, fetched, from_input = (on(tape, name) for name in ("written", "fetched", "from_input"))
    fetch = Lookup(
        on(tape, "fetch"),
        _matches(tape, sizes, 0),
        value=written,
        into=fetched,
        where="step",
        null="bos",
        idle=("bos", "input"),
        default=None if has_encoder else machine.blank,
        mask="causal",
    )
    read = Lookup(
        on(tape, "read"),
        _matches(tape, sizes, sizes.time_digits),
        value=written,
        into=from_input,
        where="step",
        null="bos",
        idle=("bos", "input"),
        default=machine.blank,
        mask="across",
    )
    step, target = Literal("step", "1"), on(tape, "next_symbol")
    rules = [Rule((step, Literal(fetched, symbol)), (Write(target, symbol),)) for symbol in machine.symbols]
    if not has_encoder:
        return Block((fetch,), Table((fetched,), tuple(rules), fills=(target,)))
    rules += [
        Rule((step, Literal(fetched, None), Literal(from_input, symbol)), (Write(target, symbol),))
        for symbol in machine.symbols
    ]
    return Block((fetch, read), Table((fetched, from_input), tuple(rules), fills=(target,)))
