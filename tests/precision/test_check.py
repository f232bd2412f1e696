"""The judge alone: each rule is broken by a file or a certificate, hostile input is rejected, and it stands by itself."""

import ast
import hashlib
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tmformer.machine import parse
from tmformer.pipeline import compile
from tmformer.precision import certify, check, policy_named
from tmformer.precision.formats import FORMATS
from tmformer.weights import Weights, to_bytes

JUDGE = Path(check.__file__)
BB2 = parse("1RB1LB_1LA1RZ")
Entries = dict[str, list[list[int]]]
Fault = Callable[[dict[str, Any], Entries, dict[str, Any]], object]


class File:
    """A weights file and its certificate, taken apart: the header, entries by matrix, the certificate."""

    def __init__(self, weights: Weights, regime: str) -> None:
        self.data, policy = to_bytes(weights), policy_named("accumulate-float32", FORMATS["float32"])
        self.certificate = certify(weights, policy, regime).to_bytes()

    def parts(self) -> tuple[dict[str, Any], Entries, dict[str, Any]]:
        (size,) = struct.unpack_from("<Q", self.data)
        header, body = json.loads(self.data[8 : 8 + size]), self.data[8 + size :]
        meta = json.loads(header.pop("__metadata__")["tmformer"])
        spans = {name: slice(*entry["data_offsets"]) for name, entry in header.items()}
        entries = {name: [list(each) for each in struct.iter_unpack("<3q", body[span])] for name, span in spans.items()}
        return meta, entries, json.loads(self.certificate)


def joined(meta: object, entries: Entries) -> bytes:
    header, body = dict[str, Any](), b""
    for name, lines in entries.items():
        more = b"".join(struct.pack("<3q", *line) for line in lines)
        offsets = [len(body), len(body) + len(more)]
        header[name], body = {"dtype": "I64", "shape": [len(lines), 3], "data_offsets": offsets}, body + more
    text = json.dumps(header | {"__metadata__": {"tmformer": json.dumps(meta)}}).encode()
    return struct.pack("<Q", len(text)) + text + body


FILES = {
    "cells": File(compile(BB2, steps=3), "saturated"),
    "graded": File(compile(BB2, steps=3), "graded"),
    "many": File(compile(BB2, steps=150), "saturated"),
    "rows": File(compile(BB2, "wei_ma", steps=3, radix=2), "saturated"),
    "sides": File(compile(BB2, "wei_ma", steps=3, radix=2, form="encoder-decoder"), "saturated"),
}


def verdict(file: str, fault: Fault) -> check.Rejected:
    """What the judge says of a file with a fault, whose certificate has its hash."""
    meta, entries, cert = FILES[file].parts()
    fault(meta, entries, cert)
    data = joined(meta, entries)
    cert = {"file": hashlib.sha256(data).hexdigest()} | {name: x for name, x in cert.items() if name != "file"}
    with pytest.raises(check.Rejected) as caught:
        check.judge(data, json.dumps(cert).encode())
    return caught.value


def put(where: str, value: object) -> Fault:
    """Another value in the labels, the lookups or the certificate; `where` is a path."""

    def fault(meta: dict[str, Any], _: Entries, cert: dict[str, Any]) -> None:
        *path, last = where.split("/")
        at: Any = meta if where.split("/", maxsplit=1)[0] != "cert" else cert
        for name in path[at is cert :]:
            at = at[int(name) if isinstance(at, list) else name]
        at[int(last) if isinstance(at, list) else last] = value

    return fault


def add(matrix: str, *entry: int) -> Fault:
    return lambda _, entries, __: entries[matrix].append([*entry])


def change(matrix: str, index: int, value: int) -> Fault:
    return lambda _, entries, __: entries[matrix][index].__setitem__(2, value)


def drop(register: str) -> Fault:
    """Without all that units write into this register."""

    def fault(meta: dict[str, Any], entries: Entries, _: dict[str, Any]) -> None:
        widths = {each["name"]: each["type"] for each in meta["labels"]["registers"]}
        sizes = {name: type_.get("digits", len(type_.get("values", "1"))) for name, type_ in widths.items()}
        start = sum(list(sizes.values())[: list(sizes).index(register)])
        lines = entries["block.0.mlp.w_out"]
        lines[:] = [entry for entry in lines if not start <= entry[0] < start + sizes[register]]

    return fault


def both(*faults: Fault) -> Fault:
    return lambda meta, entries, cert: [fault(meta, entries, cert) for fault in faults]


CARRIER = {"kind": "single carrier", "registers": ["right", "left", "stay"], "where": None}
DISTINCT = {"kind": "distinct keys", "registers": ["own_cell"], "where": None}
EXCLUSIVE = [CARRIER, DISTINCT, {"kind": "exclusive", "registers": ["symbol", "stay"], "where": None}]


def one_tick(meta: dict[str, Any], _: Entries, __: dict[str, Any]) -> None:
    """Position codes that are the same on all rows."""
    for each in meta["labels"]["generators"]:
        each["modulus"] = 1


def read_a_long_code(meta: dict[str, Any], entries: Entries, _: dict[str, Any]) -> None:
    """The two units of a snapped gate."""
    for index in (1, 3):
        entries["block.0.mlp.w_in"][index][1] = meta["shapes"]["block.0.mlp.w_in"]["columns"] - 1


def in_twins(matrix: str, *changes: tuple[int, int]) -> Fault:
    """In both units of a snapped gate."""
    return both(*(change(matrix, index, value) for index, value in changes))


# By rule; what follows a colon tells cases of the same rule apart.
BROKEN: dict[str, tuple[str, Fault]] = {
    "format": ("cells", put("cert/accumulation", "bfloat16")),
    "file": ("cells", put("version", 6)),
    "file: entry": ("cells", add("block.0.head.0.query", 0, 99, 1)),
    "file: sizes": ("cells", put("shapes/block.0.head.0.query/columns", 99)),
    "size": ("cells", put("shapes/block.0.mlp.w_in/rows", 1 << 18)),
    "weight": ("cells", change("block.0.head.0.query", 0, 2**30 + 1)),
    "declared": ("cells", put("labels/generators/0/register", "symbol")),
    "admissible": ("cells", put("labels/max_positions", 3)),
    "message": ("cells", both(put("labels/admissible/1/any", ["symbol", "stay"]), put("labels/admissible/1/free", []))),
    "fed": ("rows", put("labels/loops", 2)),
    "generated": ("cells", put("labels/generators/0/modulus", 0)),
    "alike": ("cells", both(put("labels/admissible/1/fixed", []), put("labels/admissible/1/free", ["cell", "stay"]))),
    "head: scores": ("cells", change("block.0.head.0.query", 0, 2)),
    "head: value": ("cells", change("block.0.head.0.output", 0, 2)),
    "null: idle": ("rows", put("labels/admissible/1/fixed", [])),
    "null": ("cells", both(put("labels/admissible/0/rows", 2), put("labels/max_positions", 9))),
    "sum": ("cells", in_twins("block.0.mlp.w_in", (0, 2**24), (2, 2**24))),
    "score": ("rows", put("cert/scores", "e8m1")),
    "score: logit": ("cells", put("cert/scores", "e2m10")),
    "margin": ("rows", put("labels/admissible/1/any", ["written", "cell0"])),
    "tie": ("rows", one_tick),
    "carrier: one": ("cells", put("cert/invariants", [DISTINCT])),
    "carrier": ("cells", put("labels/stop/signals/0/offset", 2)),
    "head: nothing matched": ("cells", put("lookups/0/0/matches", [])),
    "long": ("many", read_a_long_code),
    "unit: half a gate": ("cells", change("block.0.mlp.w_in", 0, 4)),
    "unit: two at once": ("cells", in_twins("block.0.mlp.b_in", (0, -1), (1, -3))),
    "unit": ("cells", change("block.0.mlp.w_out", 0, 2)),
    "unit: cleared in part": ("cells", change("block.0.mlp.w_out", -1, -2)),
    "overlap": ("cells", in_twins("block.0.mlp.w_out", (0, 1), (1, -1))),
    "scratch": ("cells", drop("arriving")),
    "exclusive": ("cells", both(put("cert/invariants", EXCLUSIVE), put("labels/invariants", EXCLUSIVE))),
    "single": ("cells", drop("right")),
    "signal": ("rows", drop("next_state")),
    "gate": ("graded", put("labels/sharpness", 1)),
    "cert": ("cells", put("cert/positions", 5)),
}


UNREACHED = {
    "settles": "it asks for a chain of more than 64 values, each of which only the one before brings",
}


def test_no_rule_is_forgotten():
    assert {rule.partition(":")[0] for rule in BROKEN} | {*UNREACHED} == {*check.RULES}


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_broken_by_a_file(rule: str):
    rule_, found, where, remedy = verdict(*BROKEN[rule]).parts
    assert rule_ == check.RULES[rule.partition(":")[0]], (rule_, found, where)
    assert found
    assert where
    assert remedy


@pytest.mark.parametrize("file", FILES)
def test_good_files_pass(file: str):
    meta, entries, cert = FILES[file].parts()
    data = joined(meta, entries)
    cert["file"] = hashlib.sha256(data).hexdigest()
    assert check.judge(data, json.dumps(cert).encode()) == cert


HOSTILE: dict[str, Fault] = {
    "a float for a whole number": put("labels/max_positions", 8.0),
    "the name of a type": put("labels/max_positions", "int"),
    "a truth for a whole number": put("labels/loops", True),
    "a text for a list": put("labels/admissible/1/any", "symbol"),
    "a huge number": put("labels/max_positions", 10**4000),
    "a negative number of loops": put("labels/loops", -1),
    "no rows": put("labels/admissible/1/rows", 0),
    "fewer rows than none": put("labels/admissible/1/rows", -1),
    "NaN": put("labels/sharpness", float("nan")),
    "a sharpness of no float": put("labels/sharpness", 0),
    "very wide matrices": put("shapes/block.0.mlp.w_in/rows", 1 << 40),
    "a negative size": put("shapes/block.0.mlp.w_in/rows", -1),
    "a negative shift": put("shapes/block.0.mlp.w_in/shift", -1),
    "a code of very many digits": put("labels/registers/7/type/digits", 1 << 30),
    "a register twice": put("labels/registers/0/name", "cell"),
    "a name that is not known": put("labels/surprise", 1),
    "an unknown register in a segment": put("labels/admissible/1/free", ["nobody"]),
    "a register twice in a segment": put("labels/admissible/1/free", ["symbol"]),
    "an invariant of an unknown kind": put("cert/invariants/0/kind", "harmless"),
    "a carrier twice": both(
        put("cert/invariants/0/registers", ["stay", "stay"]), put("labels/invariants/0/registers", ["stay", "stay"])
    ),
    "an encoder that is no flag": put("labels/encoder", "symbol"),
    "an unknown mask": put("lookups/0/0/mask", "sideways"),
    "a lookup that asks of a symbol": put("lookups/0/0/where", "symbol"),
    "a lookup into what is not scratch": put("lookups/0/0/into", "stay"),
    "a value of another type": put("labels/registers/3/type/values", ["x", "y", "z"]),
    "two rows that answer by default": put("lookups/0/0/null", "cell"),
    "rows called as those fed back": put("labels/admissible/1/name", "fed back"),
    "feedback beside a carrier": put("labels/feedback", [{"source": "stay", "target": "stay"}]),
    "feedback of another type": put("labels/feedback", [{"source": "symbol", "target": "stay"}]),
    "a number more in the certificate": put("cert/surprise", "missing"),
    "a fact less": put("cert/facts", []),
    "deep nesting": put("cert/gates", {"a": json.loads("[" * 500 + "]" * 500)}),
    "no matrix": lambda _, entries, __: entries.pop("block.0.mlp.w_in"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_rejected(name: str):
    assert verdict("cells", HOSTILE[name]).parts[0] in check.RULES.values()


@pytest.mark.parametrize("data", [b"", b"\xff" * 8, b"\x02" + bytes(7) + b"{}", bytes(64), b"[" * 100_000])
def test_what_is_no_file_is_rejected(data: bytes):
    cert = FILES["cells"].parts()[2] | {"file": hashlib.sha256(data).hexdigest()}
    for certificate in (
        json.dumps(cert).encode(),
        b"",
        b"null",
        b"[" * 100_000,
        b'{"file": 1, "file": 2}',
        b"\xff\xfe",
    ):
        with pytest.raises(check.Rejected):
            check.judge(data, certificate)


def test_planted_a_second_message():
    assert "second message" in str(verdict(*BROKEN["message"]))


def test_planted_two_equal_time_codes():
    rule, found, where, _ = verdict("rows", one_tick).parts
    assert rule == check.RULES["tie"]
    assert found == "up to 4 rows"
    assert "lookup 'fetch'" in where


def test_planted_a_pair_of_gates_that_overlap():
    def fault(_: dict[str, Any], entries: Entries, __: dict[str, Any]) -> None:
        """Two units read what the first two read, and write what the next two write, into the same registers."""
        reads, biases = entries["block.0.mlp.w_in"], entries["block.0.mlp.b_in"]
        units = [[e for e in reads if e[0] == i] for i in range(4)]
        entries["block.0.mlp.w_in"] = [e for e in reads if e[0] not in (2, 3)]
        entries["block.0.mlp.w_in"] += [[i + 2, e[1], e[2]] for i in (0, 1) for e in units[i]]
        for i in (0, 1):
            biases[i + 2][2] = biases[i][2]

    assert "gates do not overlap" in str(verdict("cells", fault))


def test_planted_scratch_that_is_not_cleared():
    assert "Scratch is cleared" in str(verdict(*BROKEN["scratch"]))
    assert "Scratch is cleared" in str(verdict("graded", drop("arriving")))


def test_it_runs_by_itself(tmp_path: Path):
    (tmp_path / "check.py").write_bytes(JUDGE.read_bytes())
    (tmp_path / "file").write_bytes(FILES["cells"].data)
    (tmp_path / "cert.json").write_bytes(FILES["cells"].certificate)
    command = [sys.executable, "-I", "-S", "check.py"]

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run("file", "cert.json") == (
        0,
        "certified: float32, sums in float32, scores in float32, saturated, up to 8 positions\n",
    )
    assert run("cert.json", "cert.json")[0] == 1
    for arguments in ((), ("file",), ("file", "cert.json", "more"), ("file", "nowhere")):
        assert run(*arguments)[0] == 2
        assert run(*arguments)[1].startswith("usage: check.py FILE CERTIFICATE")


def test_it_knows_only_the_standard_library():
    nodes = list(ast.walk(ast.parse(JUDGE.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
