"""JFLAP's labels, one by one."""

import pytest

from tmformer.errors import MachineError
from tmformer.machine import Move
from tmformer.machine.formats.jflap_labels import BLANK, Label, parse_labels, resolve_variables
from tmformer.machine.formats.markup import parse_markup
from tmformer.machine.formats.patterns import ANY, Match


def labels(text: str, num_tapes: int = 1) -> tuple[Label, ...]:
    return parse_labels(parse_markup(f"<transition>{text}</transition>", "x"), num_tapes)


@pytest.mark.parametrize(
    ("read", "match", "variable"),
    [
        ("", Match((BLANK,)), ""),
        ("a", Match(("a",)), ""),
        (",", Match((",",)), ""),
        (" ", Match((" ",)), ""),
        (BLANK, Match((BLANK,)), ""),
        ("~", ANY, ""),
        ("!a", Match(("a",), excluded=True), ""),
        ("!", Match((BLANK,), excluded=True), ""),
        ("a,b}v", Match(("a", "b")), "v"),
        ("a,a}v", Match(("a",)), "v"),
        ("a}v", Match(("a",)), "v"),
    ],
)
def test_what_is_read(read: str, match: Match, variable: str):
    (label,) = labels(f"<read>{read}</read><write>b</write><move>L</move>")
    assert (label.match, label.variable, label.is_negative) == (match, variable, read.startswith("!"))
    assert (label.write, label.move) == ("b", Move.LEFT)


@pytest.mark.parametrize(("write", "symbol"), [("", BLANK), ("~", None), ("!", "!"), ("}", "}"), ("a", "a")])
def test_what_is_written(write: str, symbol: str | None):
    assert labels(f"<write>{write}</write>")[0].write == symbol


def test_what_is_missing():
    (label,) = labels("")
    assert (label.match, label.write, label.move) == (Match((BLANK,)), BLANK, Move.RIGHT)


def test_each_tape_has_its_own():
    first, second = labels('<read tape="2">b</read><read>a</read><move tape="2">S</move><write tape="1">~</write>', 2)
    assert (first.match.listed, first.write, first.move) == (("a",), None, Move.RIGHT)
    assert (second.match.listed, second.write, second.move) == (("b",), BLANK, Move.STAY)


def test_a_variable_is_the_symbol_read():
    binding = labels("<read>a,b}v</read><write>v</write>")
    assert resolve_variables(binding, {"v"}) == (None,)
    assert resolve_variables(labels("<read>v</read><write>c</write>"), {"v"}) == ("c",)
    with pytest.raises(MachineError, match="transition that binds it"):
        resolve_variables(labels("<read>a</read><write>v</write>"), {"v"})
    with pytest.raises(MachineError, match="is not one of them"):
        resolve_variables(labels("<read>a,w}v</read><write>a</write>"), {"v", "w"})
