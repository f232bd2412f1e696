"""`tmformer run`."""

import hashlib
import json

import pytest

from tmformer.cli import interrupting
from tmformer.cli.run import run_command
from tmformer.machine import load
from tmformer.pipeline import compile as compile_weights
from tmformer.weights import save

KEYS = [
    "machine",
    "construction",
    "engine",
    "format",
    "outcome",
    "accepted",
    "steps",
    "state",
    "tape",
    "head",
    "hash",
    "layers",
    "certificate",
]
SIGN = "{name: sign, blank: ' ', start state: q, table: {q: {'-': R, '1': R, '[': R, ' ': {R: done}}, done: }}"


def answer(call, *words, more=()):
    said = call("run", "--json", *words)
    assert (said.status, said.err) == (0, "")
    assert said.out.count("\n") == 1
    value = json.loads(said.out)
    assert list(value) == [*KEYS, *more]
    return value


def test_json_keys_and_values(call):
    assert answer(call, "balanced_parentheses", "(())", "--engine", "exact") == {
        "machine": "balanced_parentheses",
        "construction": "cellular",
        "engine": "exact",
        "format": "exact",
        "outcome": "halted",
        "accepted": True,
        "steps": 18,
        "state": "accept",
        "tape": ["x"] * 4,
        "head": 0,
        "hash": hashlib.sha256(b'["accept",[[0,["x","x","x","x"],0]]]').hexdigest(),
        "layers": 18,
        "certificate": None,
    }


@pytest.mark.parametrize("name", ["float32", "float64", "bfloat16", "float16"])
def test_formats(call, name):
    value = answer(call, "bb2", "--format", name)
    assert (value["engine"], value["format"], value["steps"], value["layers"]) == ("retrieval", name, 6, 6)
    assert value["tape"] == ["1"] * 4


@pytest.mark.parametrize("engine", ["exact", "exact-softmax"])
def test_exact_engines(call, engine):
    assert answer(call, "bb2", "--engine", engine)["steps"] == 6


def test_plain_lines_and_a_result_in_a_pipe(call):
    said = call("run", "bb2", "--engine", "exact")
    lines = said.out.splitlines()
    assert said.status == 0
    assert [line.split()[0] for line in lines[:7]] == list("0123456")
    assert lines[6].split() == ["6", "Z", "11[1]1"]
    block = dict(line.split(maxsplit=1) for line in lines[8:] if not line.startswith(("machine", "tape head")))
    assert block["outcome"] == "halted"
    assert block["layers"] == "6 transformer blocks"
    assert "\x1b" not in said.out


def test_several_tapes_and_one_way(call):
    two = (
        "blank: _\nstart state: a\ntapes: 2\ntable:\n  a:\n    [x, y]: {write: [y, x], move: [L, R], state: b}\n  b:\n"
    )
    value = json.loads(
        call("run", two, "x|yy", "--construction", "wei_ma", "--engine", "exact", "--one-way", "--json").out
    )
    assert (value["steps"], value["state"]) == (1, "b")
    said = call("run", two, "x|yy", "--construction", "wei_ma", "--engine", "exact", "--one-way")
    assert "b         [y] | x[y]\n" in said.out
    for words, part in (
        ([two, "x|y|x", "--construction", "wei_ma"], "3 inputs"),
        ([two, "x|y"], "Use wei_ma"),
        ([two, "x|y", "--construction", "perez"], "perez has one two-way tape"),
        (["increment", "1|1"], "2 inputs"),
        (["increment", "1", "--one-way", "--head", "-1"], "one-way tape begins at cell 0"),
    ):
        said = call("run", *words)
        assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 4)
        assert part in said.err


def test_morphett_marks_the_tape_head_in_the_input(call, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("0 1 0 r 0\n0 _ 1 * halt\n", encoding="utf-8")
    value = json.loads(call("run", str(path), "1*1", "--from", "morphett", "--engine", "exact", "--json").out)
    assert (value["steps"], value["tape"], value["head"]) == (2, ["1", "0", "1"], 2)
    assert call("run", str(path), "1*1").status == 2
    assert json.loads(call("compare", str(path), "1*1", "--from", "morphett", "--json").out)["steps"] == 2


def test_words_of_the_outcome(call):
    assert "halted, accepted" in call("run", "balanced_parentheses", "()", "--engine", "exact").out
    assert "halted, rejected" in call("run", "balanced_parentheses", "((", "--engine", "exact").out
    assert "no transition for state" in call("run", "undefined_transition", "10", "--engine", "exact").out
    assert "limit: the machine would go on" in call("run", "bb4", "--max-steps", "3", "--engine", "exact").out


def test_trust_is_said(call):
    assert "trust          certified: float32, saturated, up to 18 positions\n" in call("run", "bb2").out
    assert "not certified: I want to\n" in call("run", "bb2", "--uncertified", "I want to").out
    assert "exact rationals" in call("run", "bb2", "--engine", "exact", "--uncertified", "I want to").out


def test_a_certificate_is_judged_before_it_is_believed(call, tmp_path):
    weights, cert, other = (str(tmp_path / name) for name in ("a.safetensors", "a.json", "b.json"))
    assert call("certify", "bb2", "--steps", "6", "--save", weights, "-o", cert).status == 0
    assert call("certify", "bb2", "--steps", "7", "-o", other).status == 0
    assert "certified: float32, saturated, up to 14 positions" in call("run", weights, "--certificate", cert).out
    assert "the hash" in call("run", weights, "--certificate", other).err
    assert "float16" in call("run", weights, "--certificate", cert, "--format", "float16").err
    assert call("run", weights, "--certificate", cert, "--uncertified", "no").status == 2
    assert call("run", weights, "--certificate", weights).status == 2


def test_max_steps_cells_and_head(call):
    value = answer(call, "bb4", "--max-steps", "5", "--engine", "exact")
    assert (value["outcome"], value["steps"], value["accepted"]) == ("limit", 5, None)
    assert answer(call, "bb4", "--max-steps", "0", "--engine", "exact")["steps"] == 0
    assert answer(call, "bb2", "--cells", "9", "--engine", "exact")["steps"] == 6
    assert answer(call, "bb2", "--head", "-40", "--engine", "exact")["head"] == -40
    assert answer(call, "bb2", "--construction", "cellular", "--engine", "exact")["construction"] == "cellular"


def test_the_window_that_is_left_is_named(call):
    said = call("run", "bb2", "--cells", "2", "--engine", "exact", "--json")
    assert (said.status, said.out) == (2, "")
    assert "The tape head left the window at step" in said.err


@pytest.mark.parametrize(
    ("words", "tape"),
    [
        (["-1"], ["-", "1"]),
        (["--", "--"], ["-", "-"]),
        (["--", "--1"], ["-", "-", "1"]),
        (["[1"], ["[", "1"]),
        ([""], []),
    ],
)
def test_inputs_that_look_like_something_else(call, words, tape):
    assert answer(call, SIGN, "--engine", "exact", *words)["tape"] == tape


def test_an_input_with_blanks(call):
    assert answer(call, "1RB1LB_1LA1RZ", "0 0 1", "--max-steps", "0", "--engine", "exact")["tape"] == ["1"]
    assert answer(call, SIGN, "1 1", "--max-steps", "0", "--engine", "exact")["tape"] == ["1", " ", "1"]


def test_the_file_s_own_input_and_the_empty_one(call):
    own = answer(call, "balanced_parentheses", "--engine", "exact")
    assert own == answer(call, "balanced_parentheses", "(())", "--engine", "exact")
    assert answer(call, "balanced_parentheses", "", "--engine", "exact")["steps"] == 2


def test_saved_weights(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), steps=6), path)
    assert answer(call, path, "--engine", "exact")["steps"] == 6
    assert answer(call, path, "--engine", "exact", "--max-steps", "2")["outcome"] == "limit"
    for option in (["--cells", "9"], ["--construction", "cellular"], ["--form", "decoder-only"], ["--radix", "2"]):
        said = call("run", path, *option)
        assert (said.status, said.out) == (2, "")
        assert option[0] in said.err


@pytest.mark.parametrize(
    "options", [(), ("--form", "encoder-decoder"), ("--radix", "8"), ("--form", "encoder-decoder", "--radix", "3")]
)
def test_wei_ma_with_every_option(call, options):
    words = ("balanced_parentheses", "(())", "--engine", "exact")
    value = answer(call, *words, "--construction", "wei_ma", *options)
    assert (value["construction"], value["accepted"]) == ("wei_ma", True)
    assert value | {"construction": "", "layers": 0} == answer(call, *words) | {"construction": "", "layers": 0}


def test_wei_ma_in_floats(call):
    value = answer(call, "bb2", "--construction", "wei_ma", "--format", "bfloat16")
    assert (value["format"], value["steps"], value["layers"]) == ("bfloat16", 6, 91)


def test_saved_weights_of_wei_ma(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), "wei_ma", steps=4, form="encoder-decoder"), path)
    assert answer(call, path, "--engine", "exact")["outcome"] == "limit"
    said = call("run", path, "--engine", "exact", "--max-steps", "5", "--json")
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines()[0] == "The context is full after machine step 4"
    said = call("run", path, "--engine", "exact", "--head", "1")
    assert (said.status, said.out) == (2, "")
    assert "records of cells 0 to 0" in said.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--construction", "wei_ma", "--form", "decoder"), "did you mean 'decoder-only'?"),
        (("--construction", "wei_ma", "--radix", "1"), "a whole number from 2 to 256"),
        (("--construction", "wei_ma", "--radix", "two"), "is a whole number"),
        (("--form", "decoder-only"), "cellular has macro"),
        (("--radix", "2"), "cellular has macro"),
        (("--construction", "wei_na"), "did you mean 'wei_ma'?"),
        (("--construction", "perez", "--radix", "2"), "a reference is not compiled"),
        (("--construction", "perez", "--form", "decoder-only"), "a reference is not compiled"),
        (("--construction", "perez", "--cells", "9"), "a reference is not compiled"),
        (("--construction", "perez", "--format", "bfloat16"), "Use float64, float32, float16"),
    ],
)
def test_options_that_do_not_fit(call, words, part):
    said = call("run", "bb2", *words, "--json")
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
    assert part in said.err


def test_a_reference_runs_in_rationals(call):
    value = answer(call, "bb2", "--construction", "perez")
    assert (value["engine"], value["format"], value["steps"], value["layers"]) == ("exact", "exact", 6, 21)
    assert "exact rationals" in call("run", "bb2", "--construction", "perez").out
    assert answer(call, "bb2", "--construction", "perez", "--engine", "exact") == value
    said = call("run", "bb2", "--construction", "perez", "--engine", "exact", "--format", "float32")
    assert (said.status, "Give only the format" in said.err) == (2, True)


def test_a_reference_in_floats_is_never_without_its_warning(call):
    """It ends before it goes wrong, at machine step 452 of BB(5), and says so; also where it has not yet."""
    words = ("--construction", "perez", "--format", "float32")
    value = answer(call, "bb5", *words, "--max-steps", "460", more=["warning", "failure"])
    assert (value["engine"], value["outcome"], value["steps"]) == ("reference", "limit", 451)
    assert (value["failure"]["step"], value["failure"]["found"]) == (452, ["0"])
    assert value["warning"].startswith("float32 leaves the exact run at machine step 452: row 453 reads '0'")
    said = call("run", "bb5", *words, "--max-steps", "460")
    assert said.status == 0
    assert "stopped before machine step 452, which float32 loses" in said.out
    assert "none: float32 leaves the exact run at machine step 452" in said.out
    assert "trusted" in answer(call, "bb2", *words, more=["warning"])["warning"]
    assert "none: no float32 run of this construction can be trusted" in call("run", "bb2", *words).out


def test_names_are_no_markup_and_no_terminal_controls(call):
    text = '{name: "[red]n\\x1b]0;x\\x07", blank: "_", symbols: ["_", "\\x1b[31m"], start state: "[bold]", table: {"[bold]": {"_": {write: "\\x1b[31m", R: "\\u202e"}}, "\\u202e": }}'
    said = call("run", text, "--engine", "exact")
    assert said.status == 0, said.err
    assert "[bold]" in said.out
    assert r"[red]n\x1b]0;x\x07" in said.out
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert json.loads(call("run", text, "--engine", "exact", "--json").out)["tape"] == ["\x1b[31m"]


def test_hashes_at_every_multiple(call):
    value = answer(call, "bb4", "--engine", "exact", "--every", "25", more=["hashes"])
    assert [each["steps"] for each in value["hashes"]] == [0, 25, 50, 75, 100]
    for each in value["hashes"]:
        there = answer(call, "bb4", "--engine", "exact", "--max-steps", str(each["steps"]))
        assert there["hash"] == each["hash"]
    said = call("run", "bb4", "--engine", "exact", "--every", "25")
    assert [line.split() for line in said.err.splitlines()] == [
        [str(each["steps"]), each["hash"]] for each in value["hashes"]
    ]
    assert f"hash           sha256 {value['hash']}\n" in said.out
    said = call("run", "bb2", "--construction", "perez", "--every", "1K", "--json")
    assert [each["steps"] for each in json.loads(said.out)["hashes"]] == [0]


def test_checkpoints(call, tmp_path):
    """Written every thousand machine steps; the same command goes on from the newest; another one is refused."""
    folder = tmp_path / "folder"
    words = ("run", "never_halts", "--checkpoint", str(folder), "--every", "1K", "--json")
    said = call(*words, "--max-steps", "2500")
    assert (said.status, said.err) == (0, "")
    assert list(json.loads(said.out)) == KEYS
    assert len(list(folder.iterdir())) == 2
    said = call(*words, "--max-steps", "3100")
    assert said.err.startswith("goes on from machine step 2,000, ")
    assert json.loads(said.out)["hash"] == answer(call, "never_halts", "--max-steps", "3100")["hash"]
    said = call("run", "bb2", "--checkpoint", str(folder), "--json")
    assert (said.status, said.out) == (2, "")
    assert "belongs to one run" in said.err


@pytest.mark.parametrize("has_one", [True, False])
def test_ctrl_c_says_how_to_go_on(capsys, monkeypatch, tmp_path, has_one):
    if has_one:
        run_command("never_halts", engine="exact", max_steps=40, every=20, checkpoint=str(tmp_path), json=True)
        capsys.readouterr()
    monkeypatch.setattr(interrupting, "wait", interrupted(monkeypatch))
    words = {"engine": "exact", "checkpoint": str(tmp_path), "every": 10**9}
    assert run_command("never_halts", **words) == 130
    newest = f"from machine step 40, in {tmp_path}" if has_one else "anew, for there is no checkpoint yet"
    assert f"{newest}, with the same command again" in capsys.readouterr().out


def interrupted(monkeypatch):
    """A wait that Ctrl-C ends."""
    waited = interrupting.wait

    def wait(*given, **_):
        monkeypatch.setattr(interrupting, "wait", waited)
        waited(given[0], timeout=0.3)
        raise KeyboardInterrupt

    return wait


@pytest.mark.parametrize("is_json", [True, False])
def test_ctrl_c(capsys, monkeypatch, is_json):
    monkeypatch.setattr(interrupting, "wait", interrupted(monkeypatch))
    assert run_command("never_halts", engine="exact", json=is_json) == 130
    out, err = capsys.readouterr()
    said = err if is_json else out
    assert "interrupted; last seen after" in said
    assert "tape head" in said
    assert (out == "") == is_json
