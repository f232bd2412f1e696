"""The transition table of a machine, read back from the gates of the MLP that carries it out.

It is a guess that nobody trusts: Coq compiles it again and compares all matrices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, final

from tmformer.errors import ProofError
from tmformer.machine import Move
from tmformer.program import Labels, OneHot
from tmformer.weights import Layout, Weights


@final
class Step(NamedTuple):
    """What a transition does: states and symbols are numbers, in the order of the labels."""

    write: int
    move: Move
    next_state: int


@final
@dataclass(frozen=True)
class Rules:
    """The transition table of a machine of one tape.

    Args:
        states: their names.
        symbols: their names.
        one_way: whether the tape begins at cell 0.
        steps: for each state, for each symbol what is done; None where the machine stops.
    """

    states: tuple[str, ...]
    symbols: tuple[str, ...]
    one_way: bool
    steps: tuple[tuple[Step | None, ...], ...]


_MESSAGES = {"right": Move.RIGHT, "left": Move.LEFT, "stay": Move.STAY}
_STATE = {"cellular": "arriving", "wei_ma": "state"}  # the register whose state a gate reads

_Gate = tuple[Mapping[int, int], Mapping[int, int]]  # the weights by which a unit reads, and those by which it writes


def read_rules(weights: Weights, where: str) -> Rules:
    """The table that the gates of the first block carry out.

    Args:
        weights: of the construction cellular or wei_ma, on one tape.
        where: the file, for errors.

    Raises:
        ProofError: if no gate reads a state and symbol at which the machine goes on.
    """
    labels, layout = weights.labels, weights.layout
    state = _STATE[labels.construction]
    states, symbols = names(labels, state), names(labels, "symbol")
    stops = {(each[0], each[1]) for each in labels.stop.outcomes}
    found: dict[tuple[int, int], Step] = {}
    for reads, writes in _gates(weights):
        asked = [place for place, coordinate in enumerate(layout.spans[state]) if reads.get(coordinate, 0) > 0]
        symbol = [place for place, coordinate in enumerate(layout.spans["symbol"]) if reads.get(coordinate, 0) > 0]
        at_edge = "edge" in layout.spans and reads.get(layout.spans["edge"][0], 0) > 0
        if len(asked) == len(symbol) == 1 and not at_edge:
            step = _message(layout, writes, symbol[0]) if state == "arriving" else _record(layout, writes)
            if step is not None:
                found.setdefault((asked[0], symbol[0]), step)
    steps: list[tuple[Step | None, ...]] = []
    for q, name in enumerate(states):
        missing = [a for a, symbol in enumerate(symbols) if (name, symbol) not in stops and (q, a) not in found]
        if missing:
            raise ProofError(
                "Where the stop table does not end a run, a gate carries out the transition",
                found=f"none for state {name!r} and symbol {symbols[missing[0]]!r}",
                where=f"{where}, the MLP of block 0",
                remedy="Compile the machine again; these weights are not those of their construction.",
            )
        row = (None if (name, symbol) in stops else found[q, a] for a, symbol in enumerate(symbols))
        steps.append(tuple(row))
    return Rules(states, symbols, bool(labels.parameters.get("one_way", 0)), tuple(steps))


def names(labels: Labels, register: str) -> tuple[str, ...]:
    """The values of a one-hot register, in their order."""
    type_ = labels.register(register).type
    return type_.values if isinstance(type_, OneHot) else ()


def _gates(weights: Weights) -> Iterator[_Gate]:
    """The units of the first block; of an entry only its sign is looked at, so numerators will do."""
    mlp = weights.blocks[0].mlp
    reads: list[dict[int, int]] = [{} for _ in range(mlp.w_in.shape[0])]
    writes: list[dict[int, int]] = [{} for _ in reads]
    for unit, column, numerator in mlp.w_in.entries:
        reads[unit][column] = numerator
    for row, unit, numerator in mlp.w_out.entries:
        writes[unit][row] = numerator
    yield from zip(reads, writes, strict=True)


def _written(layout: Layout, writes: Mapping[int, int], register: str) -> list[int]:
    return [place for place, coordinate in enumerate(layout.spans[register]) if writes.get(coordinate, 0) > 0]


def _message(layout: Layout, writes: Mapping[int, int], read: int) -> Step | None:
    """A gate of cellular sends one message, and writes where the symbol changes."""
    sent = [(move, state) for name, move in _MESSAGES.items() for state in _written(layout, writes, name)]
    written = _written(layout, writes, "symbol") or [read]
    return Step(written[0], *sent[0]) if len(sent) == 1 else None


def _record(layout: Layout, writes: Mapping[int, int]) -> Step | None:
    """A gate of wei_ma records what is written, the move and the next state."""
    state, symbol = _written(layout, writes, "next_state"), _written(layout, writes, "written")
    if len(state) != 1 or len(symbol) != 1:
        return None
    flags = [_MESSAGES[name] for name in ("right", "left") if _written(layout, writes, name)]
    return Step(symbol[0], flags[0] if flags else Move.STAY, state[0])
