"""What a machine means, whatever the order of its parts; and machines with names and tapes of every kind, to be written in a format."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tmformer.machine import Machine, Move, Transition
from tmformer.machine.formats.totality import can_be_undefined


def meaning(machine: Machine) -> dict[str, object]:
    """Equal for two machines exactly if all their runs are the same: their names and the orders of their parts are left out."""
    return {
        "states": set(machine.states),
        "symbols": set(machine.symbols),
        "blank": machine.blank,
        "start": machine.start,
        "transitions": set(machine.transitions),
        "ends": (set(machine.halting), set(machine.accepting), set(machine.rejecting)),
        "tapes": (machine.tapes, machine.one_way),
        "rejects": machine.undefined_rejects and can_be_undefined(machine),
    }


def renamed(machine: Machine, states: dict[str, str], symbols: dict[str, str]) -> Machine:
    """The machine with other names for some states and symbols."""

    def of_states(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(states.get(name, name) for name in names)

    def of_symbols(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(symbols.get(name, name) for name in names)

    return replace(
        machine,
        states=of_states(machine.states),
        symbols=of_symbols(machine.symbols),
        blank=of_symbols((machine.blank,))[0],
        start=of_states((machine.start,))[0],
        transitions=tuple(
            Transition(
                *of_states((rule.state,)),
                of_symbols(rule.reads),
                of_symbols(rule.writes),
                rule.moves,
                *of_states((rule.next_state,)),
            )
            for rule in machine.transitions
        ),
        halting=of_states(machine.halting),
        accepting=of_states(machine.accepting),
        rejecting=of_states(machine.rejecting),
    )


@st.composite
def accepting_machines(draw: DrawFn, *, max_tapes: int = 1, total: bool = False) -> Machine:
    """Machines that accept where they halt, and reject where they are stuck."""
    tapes = draw(st.integers(1, max_tapes))
    states, ends = list("ABC"[: draw(st.integers(1, 3))]), ["yes", "sure"][: draw(st.integers(0, 2))]
    symbols = list("_ab"[: draw(st.integers(1, 3))])
    words = [()]
    for _ in range(tapes):
        words = [(*word, symbol) for word in words for symbol in symbols]
    rules: list[Transition] = []
    for state in states:
        for word in words if total else draw(st.lists(st.sampled_from(words), unique=True, max_size=8)):
            writes = tuple(draw(st.sampled_from(symbols)) for _ in range(tapes))
            moves = tuple(draw(st.sampled_from(list(Move))) for _ in range(tapes))
            rules.append(Transition(state, word, writes, moves, draw(st.sampled_from([*ends, *states]))))
    return Machine(
        (*states, *ends), tuple(symbols), draw(st.sampled_from(symbols)), draw(st.sampled_from(states)), tuple(rules), tuple(ends), tuple(ends),
        tapes=tapes, undefined_rejects=not total or draw(st.booleans()),
    )  # fmt: skip
