"""The blocks of a network: transitions, moves of the tape heads, the search through time, and what it finds."""

from collections.abc import Iterator
from itertools import product

from tmformer.constructions.records import STEP, carries, fetch, flips, matches, names, search
from tmformer.constructions.wei_ma.labels import on
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, Sizes
from tmformer.machine import Machine, Move, Transition
from tmformer.program import Block, Literal, Lookup, Rule, Table, Write

_FLAGS = {Move.RIGHT: ("right",), Move.LEFT: ("left",), Move.STAY: ()}
_IDLE = ("bos", "input")


def blocks_of(machine: Machine, sizes: Sizes) -> Iterator[Block]:
    """The blocks that a decoding step goes through, first to last."""
    k, tapes = sizes.cell_digits, range(sizes.tapes)
    edge = ("edge",) if sizes.one_way else ()
    own = ("written", "right", "left", *edge, *names("carry", k), *names("borrow", k), *names("next_cell", k))
    fills = ("next_state", *(on(tape, name) for tape in tapes for name in own))
    rules = [
        *_transitions(machine),
        *(rule for tape in tapes for rule in carries(on(tape, ""), k, one_way=sizes.one_way)),
    ]
    yield Block((), Table((), tuple(rules), fills))
    yield Block((), Table((), tuple(rule for tape in tapes for rule in _flips(tape, sizes))))
    for digit in reversed(range(sizes.time_digits)):
        yield _together([search(on(tape, ""), k, sizes.time_digits, digit, sizes.radix, _IDLE) for tape in tapes])
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


def _flips(tape: int, sizes: Sizes) -> Iterator[Rule]:
    right, left = (Literal(on(tape, name), "1") for name in ("right", "left"))
    yield from flips(on(tape, ""), sizes.cell_digits, right, left, one_way=sizes.one_way)


def _fetch(tape: int, machine: Machine, sizes: Sizes) -> Block:
    """What the record found wrote; where there is none, what the encoder holds; else the blank."""
    has_encoder = sizes.form == ENCODER_DECODER
    written, fetched, from_input = (on(tape, name) for name in ("written", "fetched", "from_input"))
    default = None if has_encoder else machine.blank
    found = fetch(on(tape, ""), sizes.cell_digits, sizes.time_digits, _IDLE, default)
    read = Lookup(
        on(tape, "read"),
        matches(on(tape, ""), sizes.cell_digits, sizes.time_digits, sizes.time_digits),
        value=written,
        into=from_input,
        where="step",
        null="bos",
        idle=_IDLE,
        default=machine.blank,
        mask="across",
    )
    target = on(tape, "next_symbol")
    rules = [Rule((STEP, Literal(fetched, symbol)), (Write(target, symbol),)) for symbol in machine.symbols]
    if not has_encoder:
        return Block((found,), Table((fetched,), tuple(rules), fills=(target,)))
    rules += [
        Rule((STEP, Literal(fetched, None), Literal(from_input, symbol)), (Write(target, symbol),))
        for symbol in machine.symbols
    ]
    return Block((found, read), Table((fetched, from_input), tuple(rules), fills=(target,)))
