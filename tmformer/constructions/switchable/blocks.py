"""The blocks of a network of two machines: gated transitions, moves, the search through time, and what it finds."""

from collections.abc import Iterator, Mapping

from tmformer.constructions.records import STEP, carries, fetch, flips, names, search
from tmformer.constructions.switchable.labels import CHOICES, COMPILED, named, state_of
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.machine import Machine, Move, Transition
from tmformer.program import Block, Literal, Rule, Table, Write

_FLAGS = {Move.RIGHT: ("right",), Move.LEFT: ("left",), Move.STAY: ()}
_IDLE = ("bos", "input")


def blocks_of(machines: Mapping[str, Machine], symbols: tuple[str, ...], sizes: Sizes) -> Iterator[Block]:
    """The blocks that a decoding step goes through, first to last.

    Args:
        machines: by choice.
        symbols: the tape symbols of both.
        sizes: of the tape and of the search.
    """
    k, edge = sizes.cell_digits, ("edge",) if sizes.one_way else ()
    fills = ("written", "right", "left", *edge, *names("carry", k), *names("borrow", k), *names("next_cell", k))
    rules = [rule for choice in CHOICES for rule in _transitions(choice, machines[choice], symbols)]
    yield Block((), Table((), (*rules, *carries("", k, one_way=sizes.one_way)), fills))
    right, left = (Literal(name, "1") for name in ("right", "left"))
    chosen = [rule for choice in CHOICES for rule in _says(choice, machines[choice])]
    yield Block((), Table((), (*flips("", k, right, left, one_way=sizes.one_way), *chosen), fills=("now",)))
    for digit in reversed(range(sizes.time_digits)):
        yield search("", k, sizes.time_digits, digit, sizes.radix, _IDLE)
    copies = (Rule((STEP, Literal("fetched", each)), (Write("next_symbol", each),)) for each in symbols)
    yield Block(
        (fetch("", k, sizes.time_digits, _IDLE, machines[COMPILED].blank),),
        Table(("fetched",), tuple(copies), fills=("next_symbol",)),
    )


def _gate(choice: str) -> Literal:
    """What every gate of a machine reads: that the token chose it."""
    return Literal("choice", choice)


def _transitions(choice: str, machine: Machine, symbols: tuple[str, ...]) -> Iterator[Rule]:
    """A pair without a rule, or with a symbol of the other machine alone, stays put: the stop table ends the run.

    The state is written in the place of the old one. So where the gate is closed, it stands still.
    """
    for state in machine.states:
        for read in symbols:
            rule = Transition(state, read, read, Move.STAY, state)
            if machine.has_transition(state, read):
                rule = machine.transition(state, read)
            yield Rule(
                (_gate(choice), Literal(state_of(choice), state), Literal("symbol", read)),
                (
                    Write(state_of(choice), rule.next_state),
                    Write("written", rule.write),
                    *(Write(flag, "1") for flag in _FLAGS[rule.move]),
                ),
            )


def _says(choice: str, machine: Machine) -> Iterator[Rule]:
    """The state of the machine that was chosen, for the stop table."""
    for state in machine.states:
        yield Rule((_gate(choice), Literal(state_of(choice), state)), (Write("now", named(choice, state)),))
