"""What MACHINE may be."""

import os

import pytest

from tmformer.cli.application import COMMANDS
from tmformer.cli.arguments import AS_IT_IS, ReadAs
from tmformer.cli.sources import (
    check_cell,
    check_number,
    is_weights_file,
    marked_head,
    read_machine,
    read_source,
    reading_of,
    refuse_compiling,
    refuse_head,
)
from tmformer.errors import MachineError, UsageError, WeightsError
from tmformer.machine import Document, Reading, load
from tmformer.pipeline import compile as compile_weights
from tmformer.weights import Weights, save


def test_a_machine_or_saved_weights(tmp_path):
    save(compile_weights(load("bb2"), steps=6), tmp_path / "bb2.safetensors")
    assert isinstance(read_source(str(tmp_path / "bb2.safetensors")), Weights)
    assert isinstance(read_source("bb2"), Document)
    assert read_machine("bb2", "verify", "so it is") == read_source("bb2")


def test_weights_are_known_by_their_ending_or_their_beginning(tmp_path):
    path = tmp_path / "renamed.bin"
    save(compile_weights(load("bb2"), steps=6), tmp_path / "a.safetensors")
    path.write_bytes((tmp_path / "a.safetensors").read_bytes())
    assert isinstance(read_source(str(path)), Weights)
    with pytest.raises(UsageError):
        read_machine(str(path), "verify", "so it is")
    for content in (b"", b"\x40" + bytes(7), bytes(9), b"\xff" * 8 + b"{", b"{blank: 0}"):
        path.write_bytes(content)
        assert not is_weights_file(str(path))


def test_a_pipe_is_not_read_before_its_time(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert not is_weights_file(str(pipe))


def test_what_names_no_weights():
    assert is_weights_file("a.safetensors")
    assert is_weights_file("A.SafeTensors")
    assert not any(map(is_weights_file, ("", ".", "a\0b", "x" * 9000, "bb2")))
    assert not is_weights_file("blank: 0\nname: a.safetensors")
    with pytest.raises(WeightsError):
        read_source("missing.safetensors")


def test_saved_weights_are_refused_where_a_machine_is_needed():
    with pytest.raises(UsageError, match="the reference"):
        read_machine("a.safetensors", "verify", "the reference runs it")


def test_options_of_compiling_are_refused_for_saved_weights():
    refuse_compiling("a.safetensors", {"--cells": None})
    with pytest.raises(UsageError, match="--cells 4"):
        refuse_compiling("a.safetensors", {"--steps": None, "--cells": 4})


def test_a_machine_is_read_as_the_user_says(tmp_path):
    path = tmp_path / "mine"
    path.write_text("q 1 1 l q\nq _ _ r halt", encoding="utf-8")
    read_as = ReadAs("morphett", "q", one_way=True)
    assert reading_of(read_as) == Reading("morphett", "q", one_way=True)
    for document in (read_source(str(path), read_as), read_machine(str(path), "run", "so it is", read_as)):
        assert isinstance(document, Document)
        assert (document.machine.start, document.machine.one_way) == ("q", True)
    with pytest.raises(MachineError, match="--start"):
        read_source(str(path))


@pytest.mark.parametrize("read_as", [ReadAs("yaml"), ReadAs(start="A"), ReadAs(one_way=True)])
def test_saved_weights_are_read_in_one_way_only(read_as):
    option = next(name for name, value in read_as.options().items() if value is not None)
    with pytest.raises(UsageError) as caught:
        read_source("missing.safetensors", read_as)
    assert caught.value.found.startswith(option)
    assert "True" not in caught.value.found
    assert set(AS_IT_IS.options().values()) == {None}


def test_a_star_marks_the_tape_head_for_morphett_alone():
    morphett = ReadAs("Morphett")
    assert marked_head("0*1 1", None, morphett) == ("01_1", 1)
    assert marked_head("01", None, morphett) == ("01", None)
    assert marked_head("01", 3, morphett) == ("01", 3)
    assert marked_head(None, 3, morphett) == (None, 3)
    for read_as in (AS_IT_IS, ReadAs("yaml")):
        assert marked_head("0*1 1", 2, read_as) == ("0*1 1", 2)
    with pytest.raises(UsageError, match="--head 0"):
        marked_head("0*1", 0, morphett)
    with pytest.raises(MachineError, match="2 of them"):
        marked_head("*0*1", None, morphett)


def test_only_cell_0_where_no_head_is_said():
    refuse_head("convert", 0)
    for head in (1, -1, 10**40):
        with pytest.raises(UsageError, match="tape head"):
            refuse_head("convert", head)


TAKE_A_MACHINE = [name for name, (_, usage, _) in COMMANDS.items() if "MACHINE" in usage]
REST = {
    "batch": ["--inputs", "words.txt", "--max-steps", "9"],
    "compile": ["--steps", "6", "-o", "out.safetensors"],
    "certify": ["--steps", "6"],
    "inspect": ["--steps", "6"],
    "convert": ["--to", "yaml"],
    "show": ["-o", "run.html"],
    "plot": ["-o", "run.svg"],
}
FIRST = {"plot": ["space-time"]}


@pytest.mark.parametrize("command", TAKE_A_MACHINE)
def test_every_command_that_takes_a_machine_takes_the_same_options(call, tmp_path, monkeypatch, command):
    """It refuses a format and a start state that are none, and does its work with those that are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").write_text("q _ x r p\np _ _ l halt\nhalt x _ * halt\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("_\n__\n", encoding="utf-8")
    words = [command, *FIRST.get(command, []), "mine.txt", *REST.get(command, [])]
    for wrong, part in (
        (["--from", "morphet"], "did you mean 'morphett'"),
        (["--start", "r"], "--start"),
        (["--head", "x"], "--head"),
    ):
        said = call(*words, *wrong)
        assert (said.status, said.out) == (2, "")
        assert part in said.err
    said = call(*words, "--from", "morphett", "--start", "q", "--one-way", "--head", "0")
    assert (said.status, said.out != "") == (0, True), said.err
    rest = REST.get(command, [])[2 * (command in ("certify", "inspect")) :]
    said = call(command, *FIRST.get(command, []), "a.safetensors", *rest, "--one-way")
    assert said.status == 2


def test_numbers_have_a_range():
    for value in (None, 0, 2**53):
        check_number("--steps", value, least=0)
    check_cell("--head", -(2**53))
    for value in (-1, 2**53 + 1, 10**100):
        with pytest.raises(UsageError, match="--steps"):
            check_number("--steps", value, least=0)
    with pytest.raises(UsageError, match="--random"):
        check_number("--random", 11, least=0, most=10)
    with pytest.raises(UsageError, match="--head"):
        check_cell("--head", -(2**53) - 1)
