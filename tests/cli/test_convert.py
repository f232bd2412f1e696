"""`tmformer convert`."""

import json

import pytest

from tmformer.cli.convert import left_out_of
from tmformer.machine import FORMATS, Document, format_document, load, parse, parse_document, read

DOTY = "{states: [q, y, n], input_alphabet: [a], tape_alphabet_extra: [], start_state: q, accept_state: y, reject_state: n, "
DOTY += "delta: {q: {a: [q, a, R], _: [y, _, S]}}}"
ENDS = "# Accepts.\nblank: □\nstart state: q\ninput: aa\ntable:\n  q: {a: R, □: {R: accept}}\n  accept:\n"


@pytest.fixture
def machine(tmp_path):
    path = tmp_path / "ends.yaml"
    path.write_text(ENDS, encoding="utf-8")
    return str(path)


def test_to_standard_output_with_a_note_of_what_is_left_out(call):
    said = call("convert", "bb2", "--to", "bbchallenge")
    assert said.status == 0
    assert said.out.endswith("\n1RB1LB_1LA1RZ\n")
    assert said.err == "note: bbchallenge has no room for the expectations, left out\n"


@pytest.mark.parametrize("name", ["turingmachine.io", "jflap", "automata"])
def test_what_is_written_is_the_same_machine(call, machine, tmp_path, name):
    path = str(tmp_path / "out.txt")
    assert call("convert", machine, "--to", name, "-o", path).status == 0
    again = call("info", path, "--json")
    assert json.loads(again.out)["transitions"] == 2
    assert (load(path).halting, load(path).blank) == (("accept",), "□")
    assert call("convert", path, "--to", "yaml").status == 0


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.jff", "jflap"),
        ("a.JFF", "jflap"),
        ("a.automata.json", "automata"),
        ("a.yaml", "turingmachine.io"),
        ("a.yml", "turingmachine.io"),
    ],
)
def test_a_file_s_ending_tells_the_format(call, machine, tmp_path, file, name):
    said = call("convert", machine, "-o", str(tmp_path / file), "--json")
    value = json.loads(said.out)
    assert (said.status, said.err, value["format"], value["file"]) == (0, "", name, str(tmp_path / file))
    assert ("the input" in value["left_out"]) == (name != "turingmachine.io")
    assert load(tmp_path / file).accepting == ("accept",)


def test_yaml_keeps_comment_input_and_expectations(call, tmp_path):
    path = tmp_path / "increment.yaml"
    said = call("convert", "increment", "-o", str(path))
    assert (said.status, said.err) == (0, "")
    assert read(path) == read("increment")


def test_a_busy_beaver_for_the_simulator_of_morphett(call, tmp_path):
    path = str(tmp_path / "bb4.morphett")
    words = ["--rename-blank", "_", "--rename-state", "Z=halt", "--rename-state", "A=0"]
    said = call("convert", "bb4", *words, "-o", path)
    assert said.status == 0
    value = json.loads(call("run", path, "--engine", "exact", "--json").out)
    assert (value["steps"], value["state"], value["tape"].count("1")) == (107, "halt", 13)


def test_a_blank_that_a_format_does_not_have_is_refused_with_the_way_out(call):
    for name, blank in (("morphett", "_"), ("jflap", "□")):
        said = call("convert", "bb2", "--to", name)
        assert (said.status, said.out) == (2, "")
        assert f"--rename-blank {blank}" in said.err
    said = call("convert", "1RB1LB_1LA1RA", "--to", "doty", "--one-way")
    assert "--rename-blank _" in said.err


def test_start_and_one_way_are_part_of_what_is_written(call):
    out = call("convert", "bb2", "--to", "yaml", "--start", "B", "--one-way").out
    written = parse_document(out).machine
    assert (written.start, written.one_way) == ("B", True)


def test_nothing_is_written_where_anything_is_refused(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.jff").mkdir()
    (tmp_path / "mine.yaml").write_text(ENDS, encoding="utf-8")
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for words in (
        ["bb2", "-o", "folder.jff"],
        ["bb2", "-o", "missing/a.yaml"],
        ["bb2", "-o", "kept.txt"],
        ["bb2", "-o", "kept.txt", "--to", "jflap"],
        ["bb2", "-o", "kept.txt", "--to", "nope"],
        ["bb2", "-o", "a.safetensors", "--to", "yaml"],
        ["bb2", "-o", "a.jff", "--to", "yaml"],
        ["bb2", "-o", "", "--to", "yaml"],
        ["bb2", "-o", "a\0.yaml"],
        ["bb2", "-o", "x" * 300 + ".yaml"],
        ["mine.yaml", "-o", "mine.yaml"],
        ["mine.yaml", "-o", "./mine.yaml", "--to", "jflap"],
        ["bb2", "--to", "yaml", "--head", "3"],
        ["bb2", "--to", "yaml", "--head", "9" * 50],
        ["bb2", "--to", "yaml", "--rename-blank", "1"],
        ["bb2", "--to", "yaml", "--rename-blank", ""],
        ["bb2", "--to", "yaml", "--rename-state", "Z"],
        ["bb2", "--to", "yaml", "--rename-state", "Z="],
        ["bb2", "--to", "yaml", "--rename-state", "Y=halt"],
        ["bb2", "--to", "yaml", "--rename-state", "Z=halt", "--rename-state", "Z=stop"],
        ["bb2"],
        ["a.safetensors", "--to", "yaml"],
    ):
        said = call("convert", *words)
        assert (said.status, said.out) == (2, ""), words
        assert len(said.err.splitlines()) == 4, words
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "kept"
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == ENDS


def test_a_name_that_is_only_a_file_s_is_not_lost():
    document = Document(parse("{name: mine, blank: □, start state: q, table: {q: {□: {L: accept}}, accept: }}"))
    written = format_document(document, "jflap")
    assert left_out_of(document, written) == ["the name"]
    assert left_out_of(document, written, "other", "folder/mine.jff") == []


def test_every_format_is_converted_to_and_from_itself(call, tmp_path):
    texts = {
        "bbchallenge": "1RB1LB_1LA1RZ\n",
        "morphett": "0 a b r 0\n0 _ _ * halt\n",
        "jflap": format_document(parse_document(ENDS), "jflap").text,
        "automata": format_document(parse_document(ENDS), "automata").text,
        "doty": DOTY,
        "turingmachine.io": ENDS,
    }
    assert set(texts) == set(FORMATS)
    for name, text in texts.items():
        path = tmp_path / name.partition(".")[0]  # an ending that tells nothing
        path.write_text(text, encoding="utf-8")
        sniffed, forced = (
            call("convert", str(path), "--to", name, *words).out for words in ([], ["--from", name.upper()])
        )
        assert sniffed == forced
        assert load(path) == parse_document(sniffed, path.name).machine or load(path).name == path.name
        path.write_text(sniffed, encoding="utf-8")
        assert call("convert", str(path), "--to", name).out == sniffed
