"""The words of registers: no two things have one word, and each is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.cellular.words import message_of, message_word, symbol_word, symbols_of
from tmformer.errors import ConstructionError

SYMBOLS = st.one_of(st.text(min_size=1, max_size=3), st.sampled_from(["|", "[", '"', ",", "0", "@"]))
CELLS = st.integers(2, 5).flatmap(lambda macro: st.tuples(st.tuples(*[SYMBOLS] * macro), st.booleans()))


@given(CELLS)
def test_symbols_are_read_back(cell: tuple[tuple[str, ...], bool]):
    symbols, edge = cell
    assert symbols_of(symbol_word(symbols, edge=edge), len(symbols)) == cell


@given(SYMBOLS)
def test_one_cell_has_its_symbol_as_its_word(symbol: str):
    assert symbol_word((symbol,)) == symbol
    assert symbols_of(symbol, 1) == ((symbol,), False)


@given(SYMBOLS, st.integers(1, 9), st.data())
def test_messages_are_read_back(state: str, macro: int, data: st.DataObject):
    place = data.draw(st.integers(0, macro - 1))
    assert message_of(message_word(state, place, macro), macro) == (state, place)


@pytest.mark.parametrize(
    "word", ["0", "01x", "[1]", '["0"]', '["0","1","0"]', '["0", "1"]', "[0,1]", "{}0", "null", '["0","1"]']
)
def test_a_word_of_no_two_cells_is_refused(word: str):
    with pytest.raises(ConstructionError, match="A word speaks of"):
        symbols_of(word, 2)


@pytest.mark.parametrize("word", ["A", "A@", "A@2", "A@-1", "A@01", "A@x", "A@\u0661"])
def test_a_word_of_no_message_is_refused(word: str):
    with pytest.raises(ConstructionError, match="A word speaks of"):
        message_of(word, 2)
