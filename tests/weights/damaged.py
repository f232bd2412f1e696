"""Files of weights that are at odds with themselves, made from a good one by changing its header."""

import json
import struct
from collections.abc import Callable
from typing import Any

from tests.program.programs import COPY, RUMOUR
from tmformer.program import parse_program
from tmformer.weights import lower
from tmformer.weights.file import VERSION, to_bytes

Header = dict[str, Any]
GOOD = to_bytes(lower(parse_program(RUMOUR)))
PLAIN = to_bytes(lower(parse_program(COPY)))
W_IN, B_IN, W_OUT = ("block.0.mlp.w_in", "block.0.mlp.b_in", "block.0.mlp.w_out")


def read(data: bytes) -> tuple[Header, Header, bytes]:
    """The header of safetensors, ours inside it, and the tensors."""
    [size] = struct.unpack("<Q", data[:8])
    outer = json.loads(data[8 : 8 + size])
    return outer, json.loads(outer["__metadata__"]["tmformer"]), data[8 + size :]


def write(outer: Header, ours: Header | str, tensors: bytes) -> bytes:
    outer["__metadata__"]["tmformer"] = ours if isinstance(ours, str) else json.dumps(ours)
    text = json.dumps(outer).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def changed(change: Callable[[Header, Header], object], data: bytes = GOOD) -> bytes:
    """The file with its two headers changed by `change(ours, outer)`."""
    outer, ours, tensors = read(data)
    change(ours, outer)
    return write(outer, ours, tensors)


def at(*path: str | int, value: object) -> bytes:
    """The file with one value of our header replaced, or a key added."""

    def change(ours: Header, _: Header) -> None:
        place: Any = ours
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return changed(change)


def generator(**fields: object) -> Header:
    """A position code for the rows of GOOD, with other fields; None leaves one out."""
    good: Header = {"register": "asks", "offset": 0, "where": "row", "divisor": 1, "modulus": 8}
    return {name: value for name, value in (good | fields).items() if value is not None}


def deep(text: str) -> bytes:
    outer, _, tensors = read(GOOD)
    return write(outer, text, tensors)


def units(count: int) -> Callable[[Header, Header], None]:
    """Says that the MLP of block 0 has `count` hidden units, all without weights."""

    def change(ours: Header, _: Header) -> None:
        shapes = ours["shapes"]
        shapes[W_IN]["rows"] = shapes[B_IN]["rows"] = shapes[W_OUT]["columns"] = count

    return change


def emptied(data: bytes) -> bytes:
    """The file without entries: every matrix is zero."""
    outer, ours, _ = read(data)
    for name in ours["shapes"]:
        outer[name] |= {"shape": [0, 3], "data_offsets": [0, 0]}
    return write(outer, ours, b"")


def dtype(name: str, bytes_each: int) -> bytes:
    def change(_: Header, outer: Header) -> None:
        start, end = outer[B_IN]["data_offsets"]
        outer[B_IN] |= {"dtype": name, "shape": [(end - start) // bytes_each]}

    return changed(change)


def reshaped(_: Header, outer: Header) -> None:
    outer[B_IN]["shape"] = outer[B_IN]["shape"][::-1]


def numbers(*row: int) -> bytes:
    """The file whose first entry of the first tensor is `row`."""
    outer, ours, tensors = read(GOOD)
    return write(outer, ours, struct.pack("<3q", *row) + tensors[24:])


def foreign() -> bytes:
    """A safetensors file of somebody else."""
    text = json.dumps({"__metadata__": {"format": "pt"}, "w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
    return struct.pack("<Q", len(text)) + text.encode() + bytes(4)


DAMAGED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "shorter than its length says": lambda: GOOD[:100],
    "a header of 100 MB": lambda: struct.pack("<Q", 100_000_000) + b"{",
    "a header of 2**64 bytes": lambda: struct.pack("<Q", 2**64 - 1) + b"{}",
    "no tmformer header": foreign,
    "our header is no JSON": lambda: deep("{"),
    "our header is a list": lambda: deep("[]"),
    "our header is NaN": lambda: deep("NaN"),
    "our header is deep": lambda: deep('{"version":1,"x":' + "[" * 100_000),
    "our header is deep inside": lambda: deep('{"version":1,"labels":' + '{"a":' * 100_000),
    "the next version": lambda: at("version", value=VERSION + 1),
    "the version before": lambda: at("version", value=1),
    "a version of another type": lambda: at("version", value="1"),
    "an unknown field": lambda: at("checksum", value=1),
    "an unknown field inside": lambda: at("lookups", 0, 0, "window", value=1),
    "an unknown mask": lambda: at("lookups", 0, 0, "mask", value="sliding"),
    "sharpness a fraction": lambda: at("labels", "sharpness", value=1.5),
    "no sharpness": lambda: at("labels", "sharpness", value=0),
    "no positions": lambda: at("labels", "max_positions", value=0),
    "negative positions": lambda: at("labels", "max_positions", value=-5),
    "negative loops": lambda: at("labels", "loops", value=-1),
    "a register twice": lambda: at("labels", "registers", 0, "name", value="row"),
    "a register of another width": lambda: at("labels", "registers", 0, "type", value={"type": "code", "digits": 9}),
    "a register of unknown type": lambda: at("labels", "registers", 0, "type", value={"type": "scalar"}),
    "a code of 10**12 digits": lambda: at("labels", "registers", 5, "type", value={"type": "code", "digits": 10**12}),
    "a code of negative digits": lambda: at("labels", "registers", 5, "type", value={"type": "code", "digits": -1}),
    "a lookup of an unknown register": lambda: at("lookups", 0, 0, "value", value="nope"),
    "a lookup of a flag": lambda: at("lookups", 0, 0, "into", value="row"),
    "a lookup that prefers a flag": lambda: at("lookups", 0, 0, "prefer", value="row"),
    "a lookup whose default is no value": lambda: at("lookups", 0, 0, "default", value="maybe"),
    "a lookup whose null row is not idle": lambda: at("lookups", 0, 0, "idle", value=[]),
    "a lookup whose idle is one flag": lambda: at("lookups", 0, 0, "idle", value="bos"),
    "a lookup without idle": lambda: changed(lambda ours, _: ours["lookups"][0][0].pop("idle")),
    "a lookup across without an encoder": lambda: at("lookups", 0, 0, "mask", value="across"),
    "an encoder that is no flag": lambda: at("labels", "encoder", value="says"),
    "a generator that divides by 0": lambda: at("labels", "generators", value=[generator(divisor=0)]),
    "a generator beyond its digits": lambda: at("labels", "generators", value=[generator(modulus=9)]),
    "a generator without modulus": lambda: at("labels", "generators", value=[generator(modulus=None)]),
    "no lookups": lambda: at("lookups", value=[]),
    "a lookup too many": lambda: changed(lambda ours, _: ours["lookups"][0].extend(ours["lookups"][0])),
    "a block too many": lambda: changed(lambda ours, _: ours["lookups"].extend(ours["lookups"])),
    "a stop table of an unknown register": lambda: at("labels", "stop", "reads", value=["nope"]),
    "a stop table of unknown values": lambda: at("labels", "stop", "outcomes", value=[["nope", "yes", "halted"]]),
    "a shape too many": lambda: at("shapes", "block.0.more", value={"rows": 1, "columns": 1, "shift": 0}),
    "a shape too few": lambda: changed(lambda ours, _: ours["shapes"].pop(W_IN)),
    "a shape without columns": lambda: changed(lambda ours, _: ours["shapes"][W_IN].pop("columns")),
    "a smaller shape": lambda: at("shapes", W_IN, "rows", value=1),
    "a larger shape": lambda: at("shapes", W_IN, "rows", value=100),
    "d_model of 10**12": lambda: at("shapes", W_IN, "columns", value=10**12),
    "a negative shape": lambda: emptied(changed(units(-7))),
    "a negative shift": lambda: at("shapes", W_IN, "shift", value=-1),
    "a shift beyond int64": lambda: at("shapes", W_IN, "shift", value=63),
    "a tensor of numbers": lambda: dtype("F64", 8),
    "a tensor of bfloat16": lambda: dtype("BF16", 2),
    "a tensor of float8": lambda: dtype("F8_E4M3", 1),
    "a tensor of three rows": lambda: changed(reshaped),
    "a tensor that overlaps": lambda: changed(lambda _, outer: outer[B_IN].update(data_offsets=[0, 8])),
    "a tensor that is huge": lambda: changed(lambda _, outer: outer[B_IN].update(shape=[10**12, 3])),
    "an entry outside": lambda: numbers(0, 10**6, 1),
    "an entry before the first row": lambda: numbers(-1, 0, 1),
    "an entry of zero": lambda: numbers(0, 0, 0),
    "an entry too large": lambda: numbers(0, 0, 2**53),
    "an entry that is the least": lambda: numbers(0, 0, -(2**63)),
    "entries out of order": lambda: numbers(2, 0, 1),
}
