"""What is said of a file, and of which files nothing is."""

import pytest

from tmformer.errors import ProofError
from tmformer.machine import load
from tmformer.pipeline import compile
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
