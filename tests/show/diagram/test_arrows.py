"""What stands beside an arrow."""

from hypothesis import given

from tmformer.machine import Machine, Move, Transition
from tmformer.show.diagram.arrows import arrows_of
from tmformer.show.diagram.names import columns
from tmformer.strategies import machines


@given(machines(max_states=4))
def test_an_arrow_for_each_pair_of_states_with_transitions_between_them(machine: Machine):
    arrows = arrows_of(machine)
    pairs = [(rule.state, rule.next_state) for rule in machine.transitions]
    assert [(arrow.source, arrow.target) for arrow in arrows] == list(dict.fromkeys(pairs))
    assert [arrow.is_loop for arrow in arrows] == [arrow.source == arrow.target for arrow in arrows]


def label(*rules: tuple[str, str, Move], symbols: tuple[str, ...]) -> tuple[str, ...]:
    transitions = tuple(Transition("a", *rule, "a") for rule in rules)
    (arrow,) = arrows_of(Machine(("a",), symbols, symbols[0], "a", transitions))
    return arrow.lines


def test_symbols_with_which_the_same_is_done_share_a_line():
    rules = ("0", "0", Move.RIGHT), ("1", "0", Move.RIGHT), ("2", "2", Move.RIGHT), ("3", "0", Move.RIGHT)
    assert label(*rules, symbols=("0", "1", "2", "3")) == ("0,2→R", "1,3→0,R")


def test_a_long_list_is_broken_after_commas_into_lines_of_about_one_length():
    symbols = tuple("0123456789")
    lines = label(*((symbol, symbol, Move.LEFT) for symbol in symbols), symbols=symbols)
    assert lines == ("0,1,2,3,4,", "5,6,7,8,9→L")
    assert max(map(columns, lines)) <= 16


def test_a_symbol_that_holds_what_separates_symbols_stands_in_quotes():
    assert label((",", "→", Move.STAY), symbols=(",", "→")) == ("','→'→',S",)


def test_several_tapes_stand_in_brackets():
    rules = (
        Transition("a", ("0", "1"), ("0", "1"), (Move.LEFT, Move.STAY), "b"),
        Transition("a", ("(", "1"), ("1", "1"), (Move.LEFT, Move.RIGHT), "b"),
    )
    (arrow,) = arrows_of(Machine(("a", "b"), ("0", "1", "("), "0", "a", rules, tapes=2))
    assert arrow.lines == ("(0,1)→(L,S)", "('(',1)→(1,1),(L,R)")


def test_the_title_has_names_in_full():
    rules = (Transition("a", "a long symbol", "0", Move.LEFT, "a"),)
    (arrow,) = arrows_of(Machine(("a",), ("0", "a long symbol"), "0", "a", rules))
    assert (arrow.lines, arrow.title) == (("a long …→0,L",), "a long symbol→0,L")
