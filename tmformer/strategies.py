"""Hypothesis strategies for Turing machines and their inputs: to test a construction, an engine or a format of your own.

    from hypothesis import given
    from tmformer.strategies import machines_with_inputs

    @given(machines_with_inputs())
    def test_my_construction(pair):
        machine, symbols = pair

What is drawn shrinks towards few states, few symbols, few transitions, an early halt and a short input.
"""

import itertools
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tmformer.machine import Configuration, Machine, Move, Tape, Transition, tape

__all__ = ["configurations", "inputs", "machines", "machines_with_inputs"]

_Drawn = TypeVar("_Drawn")
_Cell: TypeAlias = tuple[tuple[str, ...], tuple[Move, ...], str]


@st.composite
def machines(
    draw: DrawFn,
    *,
    min_states: int = 2,
    max_states: int = 5,
    min_symbols: int = 2,
    max_symbols: int = 4,
    stay: bool = True,
    undefined: bool = True,
    halting: bool = True,
    tapes: int = 1,
    one_way: bool = False,
) -> Machine:
    """Deterministic machines with single-letter states A, B, ... and symbols 0, 1, ...

    Runs of every outcome are common: a transition may lead to a halting state, be missing, repeat its own configuration
    (``(q, a) -> (q, a, S)``), or walk off to the left of the input for ever.

    Args:
        draw: given by Hypothesis.
        min_states: the fewest states that do not halt.
        max_states: the most states that do not halt.
        min_symbols: the fewest symbols, blank included.
        max_symbols: the most symbols, blank included.
        stay: whether transitions may stay.
        undefined: whether transitions may be missing.
        halting: whether there may be halting states: up to three, of which some accept and some reject.
        tapes: how many tapes they have.
        one_way: whether the tapes may begin at cell 0.

    Returns:
        A strategy for machines. The blank is any of the symbols, the start state any of the states that do not halt.
    """
    states = [chr(ord("A") + index) for index in range(draw(st.integers(min_states, max_states)))]
    symbols = [chr(ord("0") + index) for index in range(draw(st.integers(min_symbols, max_symbols)))]
    ends = draw(st.sampled_from(_ENDS)) if halting else ()
    moves = [Move.RIGHT, Move.LEFT, Move.STAY] if stay else [Move.RIGHT, Move.LEFT]
    a_tape = (st.tuples(*[st.sampled_from(values)] * tapes) for values in (symbols, moves))
    rule = st.tuples(*a_tape, st.sampled_from([*ends, *states]))
    pairs = [(state, read) for state in states for read in itertools.product(symbols, repeat=tapes)]
    cells = {pair: draw(_cells(pair, rule, stay=stay, undefined=undefined)) for pair in pairs}
    return Machine(
        states=(*states, *ends),
        symbols=tuple(symbols),
        blank=draw(st.sampled_from(symbols)),
        start=draw(st.sampled_from(states)),
        transitions=tuple(Transition(*pair, *cell) for pair, cell in cells.items() if cell is not None),
        halting=ends,
        accepting=tuple(end for end in ends if end == "yes"),
        rejecting=tuple(end for end in ends if end == "no"),
        tapes=tapes,
        one_way=one_way and draw(st.booleans()),
    )


_ENDS = (("end",), (), ("yes",), ("no",), ("yes", "no"), ("end", "yes", "no"))


@st.composite
def _cells(
    draw: DrawFn, pair: tuple[str, tuple[str, ...]], rule: SearchStrategy[_Cell], *, stay: bool, undefined: bool
) -> _Cell | None:
    """One cell of a table. A rule that changes nothing is rare among all rules, so it is a kind of its own.

    Most cells hold an ordinary rule, or few runs would get anywhere.
    """
    kind = draw(st.sampled_from(["missing"] * undefined + ["rule"] * 10 + ["loop"] * stay))
    if kind == "rule":
        return draw(rule)
    return (pair[1], (Move.STAY,) * len(pair[1]), pair[0]) if kind == "loop" else None


def inputs(machine: Machine, *, min_size: int = 0, max_size: int = 6) -> SearchStrategy[tuple[str, ...]]:
    """Inputs of a machine: words over its alphabet, blanks included.

    Args:
        machine: the machine.
        min_size: the fewest symbols.
        max_size: the most symbols.

    Returns:
        A strategy for tuples of symbols.
    """
    symbols = st.sampled_from(machine.symbols)
    return st.lists(symbols, min_size=min_size, max_size=max_size).map(_as_tuple)


def _as_tuple(values: list[_Drawn]) -> tuple[_Drawn, ...]:
    return tuple(values)


@st.composite
def machines_with_inputs(
    draw: DrawFn, *, max_states: int = 5, max_symbols: int = 4, max_size: int = 6
) -> tuple[Machine, tuple[str, ...]]:
    """A machine together with an input of it.

    Args:
        draw: given by Hypothesis.
        max_states: the most states that do not halt.
        max_symbols: the most symbols, blank included.
        max_size: the most symbols of the input.

    Returns:
        A strategy for pairs of a machine and an input.
    """
    machine = draw(machines(max_states=max_states, max_symbols=max_symbols))
    return machine, draw(inputs(machine, max_size=max_size))


@st.composite
def configurations(draw: DrawFn, machine: Machine, *, max_cells: int = 6, reach: int = 4) -> Configuration:
    """Configurations of a machine, reachable or not, halted ones included.

    Args:
        draw: given by Hypothesis.
        machine: the machine.
        max_cells: the most cells on the tape that may be written.
        reach: the tape head and the tape are at most this many cells from cell 0, on either side.

    Returns:
        A strategy for configurations.
    """
    least = 0 if machine.one_way else -reach
    tapes: list[Tape] = []
    for _ in range(machine.tapes):
        written = draw(inputs(machine, max_size=max_cells))
        first, head = draw(st.integers(least, reach)), draw(st.integers(least, reach))
        tapes.append(tape(head, {first + index: symbol for index, symbol in enumerate(written)}, machine.blank))
    return Configuration(draw(st.sampled_from(machine.states)), tuple(tapes))
