"""Weights as one .safetensors file: byte for byte the same each time, versioned, and run without any source.

Each matrix is one int64 tensor [nonzero, 3] of (row, column, numerator); shapes, shifts and labels stand as JSON under
the one metadata key "tmformer".
"""

import os
import tempfile
from pathlib import Path
from typing import final

import msgspec
import numpy as np
import safetensors
import safetensors.numpy

from tmformer.errors import TmformerError, WeightsError
from tmformer.program import Labels, Lookup, check_labels, check_lookup
from tmformer.weights.assemble import BlockWeights, Weights
from tmformer.weights.lookup import AttentionHead
from tmformer.weights.sparse import MAX_SHIFT, Sparse
from tmformer.weights.table import Mlp

VERSION = 5
"""The version of the file's layout; a reader refuses any other."""

_KEY = "tmformer"
_PARTS = ("query", "key", "value", "output")


@final
class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: int
    columns: int
    shift: int


@final
class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    labels: Labels
    lookups: tuple[tuple[Lookup, ...], ...]
    shapes: dict[str, _Shape]


@final
class _Version(msgspec.Struct, frozen=True):
    version: int


def to_bytes(weights: Weights) -> bytes:
    """The file's bytes; equal weights give equal bytes."""
    matrices = {
        f"block.{index}.{name}": matrix
        for index, block in enumerate(weights.blocks)
        for name, matrix in block.matrices().items()
    }
    header = _Header(
        version=VERSION,
        labels=weights.labels,
        lookups=tuple(tuple(head.lookup for head in block.heads) for block in weights.blocks),
        shapes={name: _Shape(*matrix.shape, matrix.shift) for name, matrix in matrices.items()},
    )
    tensors = {
        name: np.array(matrix.entries, dtype=np.int64).reshape(-1, 3) for name, matrix in sorted(matrices.items())
    }
    return safetensors.numpy.save(tensors, {_KEY: msgspec.json.encode(header, order="deterministic").decode()})


def save(weights: Weights, path: str | os.PathLike[str]) -> None:
    """Write the file, whole or not at all.

    Raises:
        WeightsError: if the place cannot be written.
    """
    try:
        write_whole(path, to_bytes(weights))
    except (OSError, ValueError) as error:
        raise WeightsError(
            "Weights are written to a file in a folder that exists and may be written, their names in UTF-8",
            found=str(error),
            where=str(path),
            remedy="Choose another place.",
        ) from error


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, whole or not at all; what was there is kept until then.

    Args:
        path: where to.
        data: all its bytes.
    """
    target = Path(path).resolve()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def load(path: str | os.PathLike[str]) -> Weights:
    """The weights in a file.

    Raises:
        WeightsError: if the file is not there, not ours, of another version, truncated, or at odds with itself.
    """
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata:
                raise _refusal(path, "a safetensors file without tmformer's header", "Use a file that tmformer saved.")
            header = _header(path, metadata[_KEY])
            tensors = {name: _tensor(file, name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise _refusal(path, str(error), "Compile again; the file is missing, truncated or not ours.") from error
    try:
        check_labels(header.labels)
        return _assemble(header, tensors)
    except (KeyError, ValueError, TmformerError) as error:
        raise _refusal(path, f"{type(error).__name__}: {error}", "Compile again; the file is damaged.") from error


def _tensor(file: safetensors.safe_open, name: str) -> np.ndarray:
    slice_ = file.get_slice(name)
    dtype, shape = slice_.get_dtype(), slice_.get_shape()
    if dtype != "I64" or len(shape) != 2 or shape[1] != 3:
        raise ValueError(f"a tensor is {dtype} {shape}, not I64 [nonzero, 3]")
    return file.get_tensor(name)


def _header(path: str | os.PathLike[str], text: str) -> _Header:
    try:
        version = msgspec.json.decode(text, type=_Version).version
        if version == VERSION:
            return msgspec.json.decode(text, type=_Header)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _refusal(path, str(error), "Compile again; the header is damaged.") from error
    raise _refusal(path, f"version {version}", f"Compile again with this tmformer, which reads version {VERSION}.")


def _assemble(header: _Header, tensors: dict[str, np.ndarray]) -> Weights:
    if set(tensors) != set(header.shapes):
        raise ValueError(f"tensors {sorted(set(tensors) ^ set(header.shapes))} are missing or too many")
    matrices = {name: _matrix(shape, tensors[name]) for name, shape in header.shapes.items()}
    blocks = tuple(_block(matrices, index, lookups) for index, lookups in enumerate(header.lookups))
    weights = Weights(header.labels, blocks)
    wanted = {f"block.{index}.{name}" for index, block in enumerate(blocks) for name in block.matrices()}
    if wanted != set(tensors) or not blocks:
        raise ValueError("the tensors are not those of the lookups")
    d_model = weights.layout.d_model
    for index, block in enumerate(blocks):
        _check_shapes(block, d_model)
        for head in block.heads:
            check_lookup(header.labels, head.lookup, f"block {index}, lookup {head.lookup.name!r}")
    return weights


def _matrix(shape: _Shape, tensor: np.ndarray) -> Sparse:
    if not 0 <= shape.shift <= MAX_SHIFT or min(shape.rows, shape.columns) < 0:
        raise ValueError(f"a matrix of shape {shape.rows} x {shape.columns} over 2**{shape.shift}")
    entries = [(int(row), int(column), int(value)) for row, column, value in tensor]
    places = [(row, column) for row, column, _ in entries]
    inside = all(0 <= row < shape.rows and 0 <= column < shape.columns for row, column in places)
    exact = all(value != 0 and abs(value) < 2**53 for _, _, value in entries)
    if not inside or not exact or places != sorted(set(places)):
        raise ValueError("a matrix has an entry outside its shape, twice, out of order, zero or too large")
    return Sparse((shape.rows, shape.columns), tuple(entries), shape.shift)


def _block(matrices: dict[str, Sparse], index: int, lookups: tuple[Lookup, ...]) -> BlockWeights:
    heads = tuple(
        AttentionHead(lookup, *(matrices[f"block.{index}.head.{number}.{part}"] for part in _PARTS))
        for number, lookup in enumerate(lookups)
    )
    return BlockWeights(heads, Mlp(*(matrices[f"block.{index}.mlp.{part}"] for part in ("w_in", "b_in", "w_out"))))


def _check_shapes(block: BlockWeights, d_model: int) -> None:
    d_mlp = block.mlp.w_in.shape[0]
    wanted = [(block.mlp.w_in, (d_mlp, d_model)), (block.mlp.b_in, (d_mlp, 1)), (block.mlp.w_out, (d_model, d_mlp))]
    for head in block.heads:
        d_key, d_value = head.key.shape[0], head.value.shape[0]
        wanted += [(head.query, (d_key, d_model)), (head.key, (d_key, d_model))]
        wanted += [(head.value, (d_value, d_model)), (head.output, (d_model, d_value))]
    for matrix, shape in wanted:
        if matrix.shape != shape:
            raise ValueError(f"a matrix is {matrix.shape[0]} x {matrix.shape[1]}, not {shape[0]} x {shape[1]}")


def _refusal(path: str | os.PathLike[str], found: str, remedy: str) -> WeightsError:
    return WeightsError(
        "A weights file is whole, ours and of this version", found=found, where=str(path), remedy=remedy
    )
