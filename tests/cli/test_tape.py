"""The tape as text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tmformer.cli.tape import around_head, state_text, symbol_text, tape_text
from tmformer.machine import Tape, tape


def now(symbols: str, head: int, blank: str = "_") -> Tape:
    return tape(head, dict(enumerate(symbols)), blank)


def test_the_tape_head_stands_in_brackets():
    assert around_head(now("abc", 1), 40) == "a[b]c"
    assert around_head(now("abc", 4), 40) == "abc_[_]"
    assert around_head(now("abc", -2), 40) == "[_]_abc"
    assert around_head(now("", 7), 40) == "[_]"


def test_symbols_of_several_characters_stand_apart():
    words = tape(1, {0: "red", 1: "green"}, "_")
    assert around_head(words, 40) == "red [green]"
    assert tape_text(words, 40) == "red green"


def test_nothing_reaches_the_terminal_raw():
    hostile = tape(0, {0: "\x1b[31m", 1: " ", 2: "\n", 3: "\u202e", 4: "[bold]"}, "_")
    assert tape_text(hostile, 80) == r"\x1b[31m ␣ \n \u202e [bold]"
    assert state_text("\x1b]0;x\x07") == r"\x1b]0;x\x07"
    assert symbol_text("\udcff") == r"\udcff"


@given(st.text("ab_", max_size=200), st.integers(-60, 260), st.integers(8, 80), st.sampled_from("_x界"))
def test_an_excerpt_fits_and_says_where_it_is_cut(symbols: str, head: int, room: int, blank: str):
    here = now(symbols, head, blank)
    marked = around_head(here, room)
    assert cell_len(marked) <= room
    assert f"[{symbol_text(here.read(head))}]" in marked
    whole = tape_text(here, room)
    assert cell_len(whole) <= room
    assert whole == "blank" or "…" in whole or len(whole.replace(" ", "")) == len(here.symbols)
