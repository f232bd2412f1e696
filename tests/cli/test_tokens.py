"""The token view: one line, or one object, a decoding step."""

import json

import pytest

from tmformer.cli.tokens import Tokens
from tmformer.constructions import Access, Token, contexts
from tmformer.machine import load, trace
from tmformer.pipeline import compile as compile_weights
from tmformer.weights import save

RUN = ("run", "--construction", "wei_ma", "--engine", "exact")
KEYS = ["step", "state", "next_state", "symbol", "written", "move", "cell", "next_symbol", "found", "digits"]
START = Token(None, "A", (Access(None, None, None, 3, "0", None, "00"),))
STEP = Token("A", "B", (Access("0", "1", "L", 2, "1", ("step", 5), "0101"),))

BB2_LINES = """\
       0  start                      A at 0           finds 0: in the prompt, cell 0, by 0000000000
       1  A 0 -> 1 R                 B at 1           finds 0: no record of this cell
       2  B 0 -> 1 L                 A at 0           finds 1: written at step 1, by 0000000001
       3  A 1 -> 1 L                 B at -1          finds 0: no record of this cell
       4  B 0 -> 1 L                 A at -2          finds 0: no record of this cell
       5  A 0 -> 1 R                 B at -1          finds 1: written at step 4, by 0000000100
       6  B 1 -> 1 R                 Z at 0           finds 1: written at step 3, by 0000000011
"""


def shown(capsys: pytest.CaptureFixture[str], *tokens: tuple[int, int, Token]) -> list[str]:
    view = Tokens(is_silent=False)
    for token in tokens:
        view.show(*token)
    assert view.emitted == []
    return capsys.readouterr().out.splitlines()


def test_a_line_a_token(capsys):
    lines = shown(capsys, (0, 0, START), (7, 0, STEP))
    assert lines[0].split() == ["0", "start", "A", "at", "3", "finds", "0:", "no", "record", "of", "this", "cell"]
    assert lines[1].split("  ")[-1].strip() == "finds 1: written at step 5, by 0101"
    assert "A 0 -> 1 L" in lines[1]
    assert "B at 2" in lines[1]
    assert len({line.index("finds") for line in lines}) == 1


def test_steps_are_those_of_the_whole_run(capsys):
    """A record of step 5 of a sequence that began after step 100 is of step 105."""
    (line,) = shown(capsys, (107, 100, STEP))
    assert "written at step 105" in line
    silent = Tokens(is_silent=True)
    silent.show(107, 100, STEP)
    assert silent.emitted[0]["found"] == {"step": 105}
    assert capsys.readouterr().out == ""


def test_names_are_no_terminal_controls(capsys):
    token = Token(
        "\x1b[31m",
        "a state of a very long name",
        (Access(" ", "[red]", "S", 0, "a symbol of a long name", ("cell", 0), "0"),),
    )
    (line,) = shown(capsys, (1, 0, token))
    assert "\x1b" not in line
    assert "␣ -> [red] S" in line
    assert "…" in line
    silent = Tokens(is_silent=True)
    silent.show(1, 0, token)
    assert list(silent.emitted[0]) == KEYS
    assert silent.emitted[0]["state"] == "\x1b[31m"
    assert silent.emitted[0]["found"] == {"cell": 0}


def test_a_run_as_its_decoder_emits_it(call):
    said = call(*RUN, "bb2", "--trace")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(BB2_LINES)
    block = dict(line.split("  ", 1) for line in said.out[len(BB2_LINES) :].splitlines() if line)
    assert block["outcome"].strip() == "halted"
    assert block["network"].strip() == "bb2 by wei_ma, engine exact, format exact"


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_a_trace_as_json(call, monkeypatch, form):
    """Also where the context grows: each step once, the steps of the whole run."""
    monkeypatch.setattr(contexts, "_FIRST_POSITIONS", 3)
    said = call(*RUN, "bb2", "--trace", "--json", "--form", form, "--radix", "3")
    assert (said.status, said.err, said.out.count("\n")) == (0, "", 1)
    value = json.loads(said.out)
    assert list(value)[-1] == "trace"
    assert all(list(token) == KEYS for token in value["trace"])
    assert [token["step"] for token in value["trace"]] == list(range(7))
    reference = trace(load("bb2"), (), max_steps=6).configurations
    for token, now in zip(value["trace"], reference, strict=True):
        assert (token["next_state"], token["cell"], token["next_symbol"]) == (now.state, now.head, now.read(now.head))
        found = token["found"]
        if found is not None and "step" in found:
            assert reference[found["step"] - 1].head == now.head
    plain = json.loads(call(*RUN, "bb2", "--json", "--form", form, "--radix", "3").out)
    assert plain == {name: value[name] for name in value if name != "trace"}


def test_a_large_radix_has_gaps_between_its_digits(call):
    said = call(*RUN, "bb2", "--trace", "--radix", "16")
    assert "finds 1: written at step 4, by 0 0 4" in said.out


def test_saved_weights_are_traced(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), "wei_ma", steps=4), path)
    said = call("run", path, "--engine", "exact", "--trace")
    assert said.status == 0
    assert [line.split()[0] for line in said.out.splitlines()[:5]] == list("01234")
    assert "limit: the machine would go on after 4 machine steps" in said.out


def test_nothing_is_traced_where_nothing_is_emitted(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), steps=4), path)
    for words in (("bb2",), ("bb2", "--construction", "perez"), (path,), ("bb2", "--cells", "9")):
        for more in ((), ("--json",)):
            said = call("run", *words, "--trace", *more)
            assert (said.status, said.out) == (2, "")
            assert len(said.err.splitlines()) == 4
            assert "Use wei_ma" in said.err


def test_several_tapes_have_bars_between(capsys):
    token = Token("A", "B", (STEP.tapes[0], Access("x", "x", "S", -4, "y", None, "")))
    (line,) = shown(capsys, (7, 0, token))
    assert "A 0 -> 1 L | x -> x S" in line
    assert "B at 2 | -4" in line
    assert line.endswith("written at step 5, by 0101 | finds y: no record of this cell")
    silent = Tokens(is_silent=True)
    silent.show(7, 0, token)
    assert list(silent.emitted[0]) == ["step", "state", "next_state", "tapes"]
    assert [at["cell"] for at in silent.emitted[0]["tapes"]] == [2, -4]
