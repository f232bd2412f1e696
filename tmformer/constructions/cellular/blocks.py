"""The one block of a network: three lookups for messages, and the transitions."""

from collections.abc import Iterator

from tmformer.constructions.cellular.labels import MESSAGES
from tmformer.machine import Machine, Move
from tmformer.program import Block, Literal, Lookup, Match, Rule, Table, Write

_REGISTER_OF = {move: name for name, move in MESSAGES.items()}


def block_of(rules: Iterator[Rule]) -> Block:
    """One block: what arrives from the left, the right and the cell itself, then these rules."""
    return Block(
        lookups=(
            _lookup("from_left", asks="left_cell", reads="right"),
            _lookup("from_right", asks="right_cell", reads="left"),
            _lookup("from_self", asks="own_cell", reads="stay"),
        ),
        table=Table(clears=("arriving", *MESSAGES), rules=tuple(rules)),
    )


def _lookup(name: str, *, asks: str, reads: str) -> Lookup:
    return Lookup(
        name, (Match(asks, "own_cell"),), value=reads, into="arriving", where="cell", null="bos", idle=("bos",)
    )


def rules_of(machine: Machine) -> Iterator[Rule]:
    """The transitions; at the edge of a one-way tape a left move is a message to stay."""
    for state in machine.states:
        for symbol in machine.symbols:
            when = (Literal("arriving", state), Literal("symbol", symbol))
            if not machine.has_transition(state, symbol):
                yield Rule(when, (Write("stay", state),))
                continue
            rule = machine.transition(state, symbol)
            writes = () if rule.write == symbol else (Write("symbol", rule.write),)
            message = Write(_REGISTER_OF[rule.move], rule.next_state)
            if not machine.one_way or rule.move is not Move.LEFT:
                yield Rule(when, (*writes, message))
                continue
            yield Rule((*when, Literal("edge", "0")), (*writes, message))
            yield Rule((*when, Literal("edge", "1")), (*writes, Write("stay", rule.next_state)))
