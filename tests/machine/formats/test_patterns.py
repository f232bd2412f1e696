"""Rules that match several symbols: which of them count, and when they contradict each other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import Move, Transition
from tmformer.machine.formats import patterns
from tmformer.machine.formats.located import Place
from tmformer.machine.formats.patterns import ANY, Match, Pattern, expand

ALPHABET = ("a", "b", "c")
AT = [Place("x", line, 1) for line in range(1, 9)]


def pattern(read: Match, write: str | None, line: int, priority: int = 0) -> Pattern:
    return Pattern("q", (read,), (write,), (Move.LEFT,), "q", AT[line], priority)


matches = st.builds(Match, st.lists(st.sampled_from(ALPHABET), unique=True).map(tuple), st.booleans())
drawn = st.lists(st.tuples(matches, st.sampled_from([None, *ALPHABET]), st.integers(0, 2)), max_size=6)


@given(drawn)
def test_the_first_priority_that_matches_counts(rules: list[tuple[Match, str | None, int]]):
    """Against the definition, symbol by symbol."""
    expected: dict[str, set[str]] = {}
    for symbol in ALPHABET:
        fitting = [
            (rank, write or symbol) for match, write, rank in rules if (symbol in match.listed) != match.excluded
        ]
        expected[symbol] = {write for rank, write in fitting if rank == min(fitting)[0]}
    given_rules = [pattern(match, write, line, rank) for line, (match, write, rank) in enumerate(rules)]
    contradictory = any(len(writes) > 1 for writes in expected.values())
    # A contradiction of a lower priority that a higher one hides is none.
    try:
        found = {rule.symbol: {rule.write} for rule in expand(given_rules, ALPHABET, "Choose.")}
    except MachineError:
        assert contradictory
    else:
        assert not contradictory
        assert found == {symbol: writes for symbol, writes in expected.items() if writes}


def test_a_contradiction_names_both_places():
    with pytest.raises(MachineError, match="nondeterministic") as caught:
        expand([pattern(ANY, None, 2), pattern(Match(("b",)), "c", 4)], ALPHABET, "Choose.")
    assert caught.value.where == str(AT[4])
    assert caught.value.found == "state 'q' reading 'b' does one thing here and another at 3:1"
    assert caught.value.remedy == "Choose."


def test_several_tapes_are_matched_together():
    several = replace(
        pattern(ANY, None, 0), reads=(ANY, Match(("a",))), writes=(None, "c"), moves=(Move.LEFT, Move.STAY)
    )
    assert expand([several], ("a", "b"), "Choose.") == (
        Transition("q", ("a", "a"), ("a", "c"), (Move.LEFT, Move.STAY), "q"),
        Transition("q", ("b", "a"), ("b", "c"), (Move.LEFT, Move.STAY), "q"),
    )


def test_too_many_are_counted_not_made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patterns, "MAX_TRANSITIONS", 3)
    assert len(expand([pattern(ANY, None, 0)], ALPHABET, "Choose.")) == 3
    with pytest.raises(MachineError, match="at most 3 transitions") as caught:
        expand([pattern(ANY, None, 0), pattern(ANY, None, 1)], ALPHABET, "Choose.")
    assert caught.value.where == str(AT[1])
