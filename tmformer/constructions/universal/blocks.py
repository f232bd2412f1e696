"""The blocks of a network that no machine is compiled into: it moves, searches for the symbol, and fetches the rule."""

from collections.abc import Iterator

from tmformer.constructions.records import STEP, carries, fetch, flips, names, search
from tmformer.constructions.universal.labels import RULE
from tmformer.constructions.universal.sizes import Sizes
from tmformer.program import Block, Code, Labels, Literal, Lookup, Match, OneHot, Rule, Table, Write

_IDLE = ("bos", "rule", "input")
_NOT_FOUND = {"write": "0", "state": "0", "move": "S", "verdict": "undefined"}


def blocks_of(sizes: Sizes, labels: Labels) -> Iterator[Block]:
    """The blocks that a decoding step goes through, first to last."""
    k, edge = sizes.cell_digits, ("edge",) if sizes.one_way else ()
    fills = (*edge, *names("carry", k), *names("borrow", k), *names("next_cell", k))
    right, left = (Literal("moving", letter) for letter in "RL")
    yield Block((), Table((), tuple(carries("", k, one_way=sizes.one_way)), fills))
    yield Block((), Table((), tuple(flips("", k, right, left, one_way=sizes.one_way))))
    for digit in reversed(range(sizes.time_digits)):
        yield search("", k, sizes.time_digits, digit, sizes.radix, _IDLE)
    yield _fetch_symbol(sizes, labels)
    yield _fetch_rule(labels)


def _fetch_symbol(sizes: Sizes, labels: Labels) -> Block:
    """What the record found wrote; where there is none, the blank, which is symbol 0."""
    lookup = fetch("", sizes.cell_digits, sizes.time_digits, _IDLE, "0")
    return Block(
        (lookup,), Table(("fetched",), tuple(_copies(labels, "fetched", "next_symbol")), fills=("next_symbol",))
    )


def _fetch_rule(labels: Labels) -> Block:
    """What to do next: the row whose state and symbol are these; where there is none, the machine's table says nothing."""
    key = (Match("next_state", "rule_state"), Match("next_symbol", "rule_symbol"))
    lookups = tuple(
        Lookup(
            f"rule_{name}",
            key,
            value=value,
            into=f"fetched_{name}",
            where="step",
            null="bos",
            idle=_IDLE,
            default=_NOT_FOUND[name],
            mask="causal",
        )
        for name, value in RULE.items()
    )
    rules = tuple(rule for name in RULE for rule in _copies(labels, f"fetched_{name}", name))
    return Block(lookups, Table(tuple(f"fetched_{name}" for name in RULE), rules, fills=tuple(RULE)))


def _copies(labels: Labels, scratch: str, into: str) -> Iterator[Rule]:
    """Each value that was fetched, made exact again."""
    type_ = labels.register(into).type
    values = (
        type_.values
        if isinstance(type_, OneHot)
        else map(str, range(2**type_.digits))
        if isinstance(type_, Code)
        else ()
    )
    yield from (Rule((STEP, Literal(scratch, value)), (Write(into, value),)) for value in values)
