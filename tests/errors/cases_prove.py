"""What proving refuses."""

import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

from tests.errors.sites import Case
from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.prove import Coq, built_library, prove, read_rules, weights_as_coq, write_file
from tmformer.weights import Weights, save, sparse

WEIGHTS = compile(load("bb2"), steps=2)


def with_entry(value: Fraction) -> Weights:
    (block,) = WEIGHTS.blocks
    w_out = sparse(block.mlp.w_out.shape, {(5, 0): value})
    return replace(WEIGHTS, blocks=(replace(block, mlp=replace(block.mlp, w_out=w_out)),))


def written(weights: Weights, folder: str) -> object:
    with tempfile.TemporaryDirectory() as place:
        save(weights, Path(place) / "a.safetensors")
        return write_file(Path(place) / "a.safetensors", Path(place) / folder)


def proved_by_no_coq() -> object:
    with tempfile.TemporaryDirectory() as place:
        save(WEIGHTS, Path(place) / "a.safetensors")
        return prove(write_file(Path(place) / "a.safetensors", place), Coq("false"))


def built_in_a_file() -> object:
    with tempfile.NamedTemporaryFile() as file, patch.dict("os.environ", {"XDG_CACHE_HOME": file.name}):
        return built_library(Coq("true"))


def written_twice() -> object:
    with tempfile.TemporaryDirectory() as place:
        for name in ("a-", "a_"):
            save(WEIGHTS, Path(place) / f"{name}.safetensors")
            written = write_file(Path(place) / f"{name}.safetensors", place)
        return written


CASES: dict[str, Case] = {
    "a construction without a theorem": lambda: written(compile(load("bb2"), steps=2, macro=2), "out"),
    "a folder that is a file": lambda: written(WEIGHTS, "a.safetensors"),
    "no gate": lambda: read_rules(with_entry(Fraction(1)), "a"),
    "a weight that is not whole": lambda: weights_as_coq(with_entry(Fraction(1, 2)), "a", "a"),
    "a mask without a theorem": lambda: weights_as_coq(
        compile(load("bb2"), "wei_ma", steps=2, form="encoder-decoder"), "a", "a"
    ),
    "proofs that are not accepted": proved_by_no_coq,
    "a Coq that ends": lambda: Coq("sh").compile(Path("missing.v"), Path()),
    "no folder for what is built": built_in_a_file,
    "two files of one name": written_twice,
}
