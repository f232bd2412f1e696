"""What exports refuse."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

from tests.errors.sites import Case
from tmformer.constructions import construction_of
from tmformer.export import Network, check_place, network_of, write_export
from tmformer.export.vocabulary import vocabulary_of
from tmformer.machine import load
from tmformer.pipeline import certify, compile, start_of
from tmformer.precision import Uncertified


@cache
def network(construction: str = "cellular") -> Network:
    weights = compile(load("bb2"), construction, steps=2)
    made = construction_of(weights.labels)
    prompt = made.encode_configuration(*start_of(weights, None, "", None))
    return network_of(weights, certify(weights), prompt)


def without_certificate() -> object:
    weights = network().weights
    prompt = construction_of(weights.labels).encode_configuration(*start_of(weights, None, "", None))
    return network_of(weights, Uncertified(reason="a test"), prompt)


def in_a_place_that_fails() -> object:
    with tempfile.TemporaryDirectory() as place, patch.object(Path, "rename", side_effect=OSError("no")):
        return write_export(network(), "torch", Path(place) / "out")


def with_one_name_twice() -> object:
    own = network("wei_ma")
    names = {**own.names, "unembedding": {"rows": ["A"] * len(own.unembedding)}}
    return vocabulary_of(replace(own, names=names))


def exchanged() -> object:
    """The first folder is moved away, and the second cannot take its place."""
    with tempfile.TemporaryDirectory() as place:
        write_export(network(), "torch", Path(place) / "out")
        return in_the_place_of(Path(place) / "out")


def in_the_place_of(folder: Path) -> object:
    rename, calls = Path.rename, list[Path]()

    def fail_second(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise OSError("no")
        return rename(self, target)

    with patch.object(Path, "rename", fail_second):
        return write_export(network(), "torch", folder)


CASES: dict[str, Case] = {
    "no certificate": without_certificate,
    "an unknown kind": lambda: write_export(network(), "torhc", "out"),
    "a place that is taken": lambda: check_place(Path(__file__).parent),
    "a place that cannot be written": in_a_place_that_fails,
    "an exchange that fails": exchanged,
    "tokens of a network that emits none": lambda: vocabulary_of(network()),
    "two tokens of one name": with_one_name_twice,
}
