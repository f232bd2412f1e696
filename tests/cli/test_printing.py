"""What reaches the terminal."""

import json
import os

import pytest
from rich.text import Text

from tmformer.cli.printing import busy, output_aside, pairs, printable, show, show_error, show_note, write_json
from tmformer.errors import UsageError


def test_printable():
    assert printable("a é 界 [bold]") == "a é 界 [bold]"
    assert printable("\x1b[2J\r\x00\x9b\u200f") == r"\x1b[2J\r\x00\x9b\u200f"


def test_show_is_plain_in_a_pipe(capsys: pytest.CaptureFixture[str]):
    show(Text("bold", style="bold red"), "", pairs([("name", "[red]x[/red] :smile: \x1b"), ("other", "y" * 300)]))
    out = capsys.readouterr().out
    assert out == "bold\n\nname   [red]x[/red] :smile: \\x1b\nother  " + "y" * 300 + "\n"


def test_json_is_ascii_on_one_line(capsys: pytest.CaptureFixture[str]):
    write_json({"tape": ["界", "\udcff", "\n"]})
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    assert json.loads(out) == {"tape": ["界", "\udcff", "\n"]}


def test_an_error_is_four_lines_whatever_its_parts_hold(capsys: pytest.CaptureFixture[str]):
    show_error(UsageError("Rule [bold]", found="a\n  where:  there\x1b", where="w", remedy="r"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["Rule [bold]", "  found:  a; where:  there\\x1b", "  where:  w", "  remedy: r"]


def test_an_error_is_wrapped_under_itself_in_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    show_error(UsageError("Rule", found="x", where="w", remedy="word " * 30))
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[-1].startswith(" " * 10 + "word")


def test_a_note_goes_to_standard_error(capsys: pytest.CaptureFixture[str]):
    show_note("note")
    assert capsys.readouterr() == ("", "note\n")


def test_a_sign_of_life_is_for_terminals(capsys: pytest.CaptureFixture[str], monkeypatch):
    with busy("working", is_silent=False):
        pass
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with busy("working", is_silent=True):
        pass
    assert capsys.readouterr() == ("", "")


def test_what_libraries_print_goes_aside(capfd: pytest.CaptureFixture[str]):
    with output_aside():
        os.write(1, b"from below\n")
    os.write(1, b"a result\n")
    assert tuple(capfd.readouterr()) == ("a result\n", "from below\n")
