"""What holds for all formats: malformed texts are refused where they are malformed, and what is written is read back."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.corpus.corpus import MACHINES
from tests.machine.formats.malformed import ONE_LINE, YAML, Malformed, refusal
from tmformer.errors import MachineError
from tmformer.machine import (
    FORMATS,
    Machine,
    format_machine,
    format_named,
    format_of_file,
    parse,
    parse_document,
)
from tmformer.machine.formats import ALIASES
from tmformer.strategies import machines


@pytest.mark.parametrize("malformed", [*YAML.values(), *ONE_LINE.values()], ids=[*YAML, *ONE_LINE])
def test_a_malformed_text_is_refused_where_it_is_malformed(malformed: Malformed):
    error = refusal(malformed, parse_document, "mine.yaml")
    assert error.where.startswith("mine.yaml:")
    assert error.where.endswith(f":{malformed.where}") or f", {malformed.where}" in error.where
    assert len(error.remedy) > 8


def test_malformed_texts_are_many():
    assert len(YAML) + len(ONE_LINE) >= 30


@given(machines())
def test_what_is_written_as_yaml_is_read_back(machine: Machine):
    assert parse(format_machine(machine)) == machine


@given(machines(stay=False))
def test_what_is_written_as_one_line_is_read_back(machine: Machine):
    """A drawn machine is renamed to what the format expresses; one without a use of its halting state is refused."""
    rows = [state for state in machine.states if state not in machine.halting]
    targets = {rule.next_state for rule in machine.transitions}
    halting = ("Z",) if targets & set(machine.halting) else ()
    plain = replace(
        machine, states=(*rows, *halting), blank="0", start="A", halting=halting, accepting=(), rejecting=(),
        transitions=tuple(
            replace(rule, next_state="Z" if rule.next_state in machine.halting else rule.next_state)
            for rule in machine.transitions
        ),
    )  # fmt: skip
    line = format_machine(plain, "bbchallenge")
    assert parse(line) == replace(plain, name=line)


def test_a_format_is_recognised():
    assert parse("1RB1LB_1LA1RZ") == replace(parse(format_machine(parse("1RB1LB_1LA1RZ"))))
    assert {"bbchallenge", "automata", "morphett", "turingmachine.io"} <= set(FORMATS)
    assert list(FORMATS)[-1] == "turingmachine.io"  # which takes everything, so that it is asked last


def test_an_unknown_format_is_refused():
    with pytest.raises(MachineError, match="did you mean 'turingmachine") as caught:
        format_machine(parse("1RB1LB_1LA1RZ"), "turingmachine")
    assert caught.value.where == "format_name (--to)"


@pytest.mark.parametrize(
    ("alias", "name"), [("yaml", "turingmachine.io"), ("JFF", "jflap"), ("automata-lib", "automata"), ("Doty", "doty")]
)
def test_a_format_has_aliases_and_no_capitals(alias: str, name: str):
    assert format_named(alias, "--to") is FORMATS[name]


def test_aliases_are_names_of_formats():
    assert set(ALIASES.values()) <= set(FORMATS)
    assert not set(ALIASES) & set(FORMATS)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.JFF", "jflap"),
        ("x/a.automata.json", "automata"),
        ("a.yml", "turingmachine.io"),
        ("jff", None),
        ("a.json", None),
    ],
)
def test_the_format_that_a_file_is_called_after(file: str, name: str | None):
    assert format_of_file(file) == name


def damaged(text: str, draw: random.Random) -> str:
    pieces = ["\t", " ", "\n", "'", '"', "[", "]", "{", "}", ":", "#", "&a", "*a", "!!x", "%", "- ", "? ", "~", "\x00", "\u2028",
              "\ufeff", "\u202e", "\x85", "---\n", "%YAML 1.1\n", "%FOO bar\n", "write", "R", "_", "Z", "²"]  # fmt: skip
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(text) + 1)
        stop = min(len(text), start + draw.choice([0, 0, 1, 5, len(text)]))
        text = text[:start] + draw.choice(["", *pieces]) + text[stop:]
    return text


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_refused_or_harmless_never_a_crash(seed: int):
    draw = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in sorted(MACHINES.glob("*.yaml"))]
    for _ in range(100):
        text = damaged(draw.choice([*texts, "1RB1LB_1LA1RZ Halt 6 4"]), draw)
        where = place_of_refusal(text)
        assert re.search(r"^$|:\d+:\d+$", where)


def place_of_refusal(text: str) -> str:
    """Where a text is refused; nowhere if it is still a machine, which then is read back from what is written."""
    try:
        machine = parse(text)
    except MachineError as error:
        return error.where
    assert parse(format_machine(machine)) == machine
    return ""
