"""From a weights file to what Coq says of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from tmformer.errors import ConstructionError, ProofError, WeightsError
from tmformer.prove import Coq, find_coq, library_modules, prove, write_file
from tmformer.weights import Sparse, Weights, sparse


def test_what_is_written(weights_of, saved, tmp_path: Path):
    path = saved(weights_of())
    writing = write_file(path, tmp_path / "deep" / "out")
    assert writing.path == tmp_path / "deep" / "out" / "Bb2.v"
    assert writing.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert writing.sha256 in writing.path.read_text(encoding="utf-8")
    proofs = {
        file.stem: file.read_text(encoding="utf-8") for file in (writing.path.parent / "tmformer_proofs").iterdir()
    }
    assert proofs == dict(library_modules())


def test_nothing_is_written_of_what_is_refused(weights_of, saved, tmp_path: Path):
    with pytest.raises(ProofError):
        write_file(saved(weights_of(macro=2)), tmp_path / "out")
    with pytest.raises(WeightsError):
        write_file(tmp_path / "missing.safetensors", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ProofError, match="folder"):
        write_file(saved(weights_of()), tmp_path / "out")


def pretending(folder: Path, refused: str = "nothing") -> Coq:
    """A compiler that refuses one file."""
    program = folder / "coqc"
    program.write_text(
        f'#!/bin/sh\nfor last; do :; done\ncase "$last" in */{refused}) echo "Error: no" >&2; exit 1;; esac\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return Coq(str(program))


def test_what_coq_says(weights_of, saved, tmp_path: Path):
    writing, said = write_file(saved(weights_of()), tmp_path / "out"), list[str]()
    assert prove(writing, pretending(tmp_path), said.append).proved
    assert said[-1] == "proving Bb2.v"
    verdict = prove(writing, pretending(tmp_path, "Bb2.v"))
    assert (verdict.proved, verdict.message) == (False, "Error: no")


def test_labels_that_are_not_those_of_the_construction(weights_of, saved, tmp_path: Path):
    """The theorem is about the matrices; what else is in the file is what the construction writes, or it is refused."""
    weights = weights_of(construction="wei_ma")
    labels = weights.labels
    changes = [
        {"loops": 2},
        {"feedback": labels.feedback[1:]},
        {"generators": ()},
        {"encoder": "input"},
        {"max_positions": 3},
        {"parameters": {name: value for name, value in labels.parameters.items() if name != "radix"}},
        {"parameters": labels.parameters | {"blank": "?"}},
    ]
    for change in changes:
        other = replace(weights, labels=msgspec.structs.replace(labels, **change))
        with pytest.raises((ConstructionError, WeightsError)):
            write_file(saved(other), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_files_of_one_name(weights_of, saved, tmp_path: Path):
    path = saved(weights_of())
    write_file(path, tmp_path / "out")
    write_file(path, tmp_path / "out")
    other = path.rename(path.with_name("bb2-.safetensors"))
    write_file(other, tmp_path / "out")
    other = other.rename(path.with_name("bb2_.safetensors"))
    with pytest.raises(ProofError, match=r"Bb2_\.v, which is about another file"):
        write_file(other, tmp_path / "out")


# With Coq --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all files."""
    return tmp_path_factory.mktemp("built")


def coq() -> Coq:
    found = find_coq()
    assert found is not None
    return found


MACHINES = ["bb2", "bb4", "balanced_parentheses", "binary_addition", "rogozhin_2x18"]


@pytest.mark.coq
@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
@pytest.mark.parametrize("machine", MACHINES)
def test_machines_are_proved(weights_of, saved, built: Path, machine: str, construction: str):
    writing = write_file(saved(weights_of(machine, construction, 40)), built)
    assert prove(writing, coq()).message == ""


def changed(weights: Weights, block: int, name: str, change: dict[tuple[int, int], int | Fraction]) -> Weights:
    """The weights with some entries of a matrix changed."""
    now = weights.blocks[block]

    def with_change(matrix: Sparse) -> Sparse:
        return sparse(matrix.shape, {**matrix.items(), **change})

    kind, *rest = name.split(".")
    if kind == "mlp":
        now = replace(now, mlp=replace(now.mlp, **{rest[0]: with_change(getattr(now.mlp, rest[0]))}))
    else:
        heads = list(now.heads)
        heads[int(rest[0])] = replace(
            heads[int(rest[0])], **{rest[1]: with_change(getattr(heads[int(rest[0])], rest[1]))}
        )
        now = replace(now, heads=tuple(heads))
    return replace(weights, blocks=(*weights.blocks[:block], now, *weights.blocks[block + 1 :]))


def mutants(weights: Weights) -> Iterator[tuple[str, Weights]]:
    """One entry of each matrix of the first and the last block: changed, left out, and a new one where there was none."""
    for block in sorted({0, len(weights.blocks) - 1}):
        for name, matrix in weights.blocks[block].matrices().items():
            if not matrix.entries:
                continue
            items = matrix.items()
            place = max(items)
            zero = next(
                ((r, c) for r in range(matrix.shape[0]) for c in range(matrix.shape[1]) if (r, c) not in items), None
            )
            yield f"{block} {name} changed", changed(weights, block, name, {place: items[place] + 1})
            yield f"{block} {name} left out", changed(weights, block, name, {place: 0})
            if zero is not None:
                yield f"{block} {name} new", changed(weights, block, name, {zero: -1})


@pytest.mark.coq
@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_one_changed_weight_is_not_proved(weights_of, saved, built: Path, construction: str):
    tried = 0
    for name, mutant in mutants(weights_of(construction=construction)):
        try:
            verdict = prove(write_file(saved(mutant), built), coq())
        except ProofError as error:
            assert "gate" in error.rule, name  # noqa: PT017 - the table could not be read
        else:
            assert not verdict.proved, name
            assert "Unable to unify" in verdict.message, name
        tried += 1
    assert tried > 20


@pytest.mark.coq
def test_another_stop_table_is_not_proved(weights_of, saved, built: Path):
    """A machine that stops where this one goes on has another gate there."""
    weights = weights_of()
    stop = weights.labels.stop
    more = msgspec.structs.replace(stop, outcomes=(*stop.outcomes, ("A", "0", "halted")))
    other = replace(weights, labels=msgspec.structs.replace(weights.labels, stop=more))
    assert not prove(write_file(saved(other), built), coq()).proved
