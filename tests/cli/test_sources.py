"""What MACHINE may be."""

import os

import pytest

from tmformer.cli.sources import check_cell, check_number, is_weights_file, read_machine, read_source, refuse_compiling
from tmformer.errors import UsageError, WeightsError
from tmformer.machine import Document, load
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
