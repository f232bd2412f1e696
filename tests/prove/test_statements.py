"""What is said of a file, and of which files nothing is."""

import re

import pytest
from msgspec import structs

from tmformer.errors import ProofError
from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.program import Labels
from tmformer.prove.shipped import library_modules
from tmformer.prove.statements import statement_of


def test_cellular(weights_of):
    statement = statement_of(weights_of(cells=9).labels, "bb2")
    assert statement.sizes == {"digits": 4, "width": 9, "origin": -4}
    assert statement.weights == "Cellular.weights the_machine digits"
    assert "9 cells from -4 on" in statement.words


def test_wei_ma(weights_of):
    statement = statement_of(weights_of(construction="wei_ma", cells=2, radix=3, head=1).labels, "bb2")
    assert statement.sizes == {"K": 3, "D": 2, "B": 3, "bits": 2, "blank": 0, "origin": 1, "R": 2, "T": 6}
    assert statement.weights == "WeiMa.weights the_machine K D B bits blank"
    assert "2 cells from 1 on" in statement.words


def named(labels: Labels) -> list[str]:
    return [each.name for each in statement_of(labels, "a file").theorems]


def test_each_theorem_follows_from_one_that_is_proved(weights_of):
    stated = re.findall(r"^Theorem (\w+)", library_modules()["Theorems"], re.MULTILINE)
    for labels in (weights_of().labels, weights_of(construction="wei_ma").labels):
        theorems = statement_of(labels, "a file").theorems
        assert {each.used for each in theorems} <= set(stated)
        assert all(each.used in each.proof for each in theorems)
        assert len({each.name for each in theorems}) == len(theorems) == 5


@pytest.mark.parametrize("digits", [1, 2, 12, 13])
def test_the_sharpness_that_networks_are_compiled_with_is_enough_and_less_is_not(weights_of, digits: int):
    labels = weights_of(cells=2**digits - 1).labels
    assert "file_in_softmax" in named(labels)
    assert "file_in_softmax" not in named(structs.replace(labels, sharpness=labels.sharpness - 1))


def test_a_context_that_no_format_but_a_long_one_holds(weights_of):
    """The rows of wei_ma are counted: 128 in bfloat16, 1,024 in binary16."""
    several = {steps: named(weights_of(construction="wei_ma", steps=steps).labels) for steps in (125, 126, 1021, 1022)}
    assert ["file_in_bfloat16" in names for names in several.values()] == [True, False, False, False]
    assert ["file_in_binary16" in names for names in several.values()] == [True, True, True, False]
    assert all("file_in_binary32" in names and "file_in_softmax" in names for names in several.values())


def test_the_blank_is_a_number():
    machine = load("sort")
    sizes = statement_of(compile(machine, "wei_ma", steps=3).labels, "sort").sizes
    assert machine.symbols[sizes["blank"]] == machine.blank


@pytest.mark.parametrize(
    ("options", "theorem"),
    [
        ({"construction": "universal"}, "universal_file"),
        ({"macro": 2}, "cellular_macro_file"),
        ({"construction": "wei_ma", "form": "encoder-decoder"}, "wei_ma_encoder_decoder_file"),
    ],
)
def test_a_missing_theorem_is_named(weights_of, options: dict[str, object], theorem: str):
    with pytest.raises(ProofError, match=rf"{theorem}: [\s\S]*No theorem {theorem} stands"):
        statement_of(weights_of(**options).labels, "bb2.safetensors")


def test_tapes_and_one_way_tapes():
    one_way = compile(load("increment"), "wei_ma", steps=3).labels
    parameters = one_way.parameters
    for changed, theorem in (({"one_way": 1}, "wei_ma_one_way_file"), ({"tapes": 2}, "wei_ma_tapes_file: 2 tapes")):
        one_way.parameters.update(parameters | {"one_way": 0, "tapes": 1} | changed)
        with pytest.raises(ProofError, match=theorem):
            statement_of(one_way, "a file")
