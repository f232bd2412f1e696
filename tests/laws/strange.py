"""Machines whose states and symbols have strange names: quotes, spaces, line ends, words of the formats, any letter."""

from hypothesis import strategies as st

from tmformer.machine import Machine, Move, Transition

WORDS = (
    *('"', "'", "\\", '\\"', " ", "\n", "\r\n", "\u2028", "\x85", "\x00", "\u202e", "a b", "é", "状態", "🐍", "A" * 50),
    *("then", "when", "signal", "outcome", "scratch", "one-hot", "-1", "0", "null", "true", "#", "${x}", "{}", "%s"),
)
NAMES = st.one_of(st.sampled_from(WORDS), st.text(st.characters(codec="utf-8"), min_size=1, max_size=6))


@st.composite
def strange_machines(draw: st.DrawFn) -> Machine:
    """Small machines with such names, the machine's own name included."""
    states = tuple(draw(st.lists(NAMES, min_size=2, max_size=4, unique=True)))
    symbols = tuple(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)))
    halting = states[:1] if draw(st.booleans()) else ()
    rules = [
        Transition(
            state,
            symbol,
            draw(st.sampled_from(symbols)),
            draw(st.sampled_from(list(Move))),
            draw(st.sampled_from(states)),
        )
        for state in states
        for symbol in symbols
        if state not in halting and draw(st.booleans())
    ]
    return Machine(states, symbols, symbols[0], states[-1], tuple(rules), halting=halting, name=draw(NAMES))
