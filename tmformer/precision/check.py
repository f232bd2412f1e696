"""The judge: does a weights file decode exactly in floats, as its certificate says? Standard library alone, nothing trusted.

    python -I -S check.py FILE cert.json

It follows what each register may hold, on each kind of row, from the admissible prompts through all blocks until nothing
new turns up, and recomputes every number of the certificate on the way. What it does not understand it rejects.
"""

import hashlib
import json
import re
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction as F  # noqa: N817 - it stands in every formula
from itertools import pairwise, product
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, final

Vector: TypeAlias = tuple[tuple[int, int], ...]  # what a register holds: (coordinate, value) where that is not 0
State: TypeAlias = dict[str, frozenset[Vector]]  # what registers may hold
Line: TypeAlias = dict[int, int]  # a line of a matrix
Data: TypeAlias = dict[str, Any]
Head: TypeAlias = tuple[str, Data, list[list[Line]]]  # where it stands, its annotation, its matrices
EMPTY: Vector = ()
NONE = frozenset([EMPTY])
SET: Vector = ((-1, 0),)  # what a code of more than LONG digits holds where it is set
LONG, WORK = 8, 1 << 24  # combinations of values that are gone through
LN2 = F(7, 10)  # more than ln 2
BITS = {"float8_e5m2": "e5m2", "float8_e4m3fn": "e4m3", "float16": "e5m10", "bfloat16": "e8m7"} | {
    "tf32": "e8m10", "float32": "e8m23", "float64": "e11m52"}  # fmt: skip
FED = "fed back"  # the rows that a sequence grows by
ONE, ORDER = "exp(0) = 1", "units that read the same add it in the same order, the bias last"
POWER = "exp(x) is right to 4 units in the last place, or to twice the least normal number"
SUM = "a sum, product or quotient is right to the unit roundoff, and exact if it is a number of the format"
EXACT = "a sum, product or quotient that is a number of the format is exact"
FACTS = {"saturated": (ONE, "exp(x) = 0 for x <= -beta", EXACT), "graded": (ONE, POWER, SUM, ORDER)}
RULES = {
    "format": "A number format is known, has 3 digits, least numbers to match, and that of sums holds the others",
    "file": "A file is one of version 5, whole, of matrices that fit each other, and without a byte that means nothing",
    "size": "The matrices of a file have fewer than 2**18 lines in all",
    "weight": "A weight is a number of the format, and a whole number but for biases of 1/2",
    "declared": "What labels and invariants speak of is declared, once, and of the type that is asked for",
    "admissible": "A file says which prompts it admits, and they fit",
    "message": "There is a single carrier: a second message is in the prompt",
    "fed": "A row is fed back register by register, once a pass through all blocks, and keeps what is exclusive",
    "generated": "A position code is generated once, and no block writes it",
    "alike": "What attention matches is set on all rows of a kind, or on none",
    "head": "An attention head scores the codes, and brings the value, that its annotation says",
    "null": "A row asks or is idle; one row answers by default, without a code, and without a value beside a default",
    "sum": "Partial sums are exact in the format of accumulation",
    "score": "Scores are exact in their format, logits finite, and their errors small",
    "margin": "A match beats the row that answers by default, and that beats all others",
    "tie": "No two rows have the same key, or they hold the same value, and are counted exactly",
    "carrier": "Each message is read once, by the row that it speaks of, into one register; no other lookups share one",
    "long": "Registers are read and written whose values can be gone through one by one",
    "unit": "A unit clears a coordinate, or is a gate that holds 0 or 1, or one of two that make a snapped gate",
    "overlap": "After each block a register holds one of its values, or none: gates do not overlap",
    "scratch": "Scratch is cleared at the end of its block",
    "exclusive": "Exclusive registers do not hold values together",
    "single": "One message comes, one goes: a single carrier",
    "signal": "Rows that speak hold one signal, and the rows that it may speak of what the stop table reads",
    "gate": "What leaks into a gate does not move it",
    "settles": "What registers may hold settles",
    "cert": "A certificate says what its weights imply",
}
FEWER = "or fewer cells, steps or positions, or a smaller radix."
HELPS = {  # what would help; by compiling again where that is all
    "size": "Compile fewer states and symbols, as those that one run visits, " + FEWER,
    "file": "Give a weights file and its certificate, in this order, as they were written; or compile and certify again.",
    "cert": "Give the weights file that the certificate speaks of, and the certificate as it was written; or certify again.",
    "format": "Take formats that are known, of sums that hold the numbers of weights and scores.",
    "weight": f"Take a format of weights with more digits, {FEWER}",
    "sum": f"Take sums with more digits, as in the policy accumulate-float32, {FEWER}",
    "score": f"Take scores with more digits, as in the policy scores-float32, {FEWER}",
    "tie": f"Take sums that count further, as in the policy accumulate-float32, {FEWER} Keys that are equal need equal values.",
    "gate": "Take more digits, as in the policy scores-float32, or the saturated regime.",
}
AGAIN = "Compile again, and certify that file: these weights, or what is said of them, are not those of a construction."
# Shapes of JSON: words are types or texts, "*" any name, "|" one of several; objects have no other names.
SHAPES: Data = json.loads(re.sub(r"[*\w|-]+( [\w|]+)*", r'"\g<0>"', """{cert: {certificate: 1, file: str, regime: saturated|graded,
weights: str, accumulation: str, scores: str, positions: int, sharpness: int|null, beta: int|null, facts: [str], lookups: dict,
invariants: [{kind: single carrier|distinct keys|exclusive, registers: [str], where: str|null}], gates: dict},
file: {*: {|: [{tmformer: str}, {dtype: I64, shape: [int], data_offsets: [int]}]}}, meta: {version: 5, lookups: [[{name: str,
matches: [{query: str, key: str}], value: str, into: str, where: str, null: str, idle: [str], prefer: str|null,
default: str|null, ties: unique|constant, mask: none|causal|across}]], shapes: {*: {rows: int, columns: int, shift: int}},
labels: {construction: str, max_positions: int, loops: int, sharpness: int, encoder: str|null, parameters: dict, registers: [{
name: str, scratch: bool, type: {|: [{type: flag}, {type: code, digits: int}, {type: one-hot, values: [str]}]}}],
feedback: [{source: str, target: str}], generators: [{register: str, offset: int, where: str, divisor: int, modulus: int}],
stop: {signals: [{register: str, offset: int}], reads: [str], where: str, outcomes: [[str]]}, invariants: [{kind: str,
registers: [str], where: str|null}], admissible: [{name: str, rows: int, fixed: [{register: str, value: str}], any: [str],
free: [str]}], tally: [{when: [str], steps: int}]}}}"""))  # fmt: skip
NAMES = {int: "int", str: "str", bool: "bool", dict: "dict", type(None): "null"}


@final
class Rejected(Exception):  # noqa: N818 - a verdict
    """The rule that does not hold, what was found, where, and what would help."""

    def __init__(self, rule: str, found: object, where: str) -> None:
        self.parts = (RULES[rule], str(found)[:300], where, HELPS.get(rule, AGAIN))
        super().__init__("{}\n  found:  {}\n  where:  {}\n  remedy: {}".format(*self.parts))


def _need(holds: object, rule: str, found: object, where: str) -> None:
    if not holds:
        raise Rejected(rule, found, where)


@final
class _Format(NamedTuple):
    """A number format: digits, least exponent, largest number, unit roundoff, and up to where it has all integers."""

    name: str
    digits: int
    least: int
    largest: F
    u: F
    whole: F


def _format(name: str) -> _Format:  # "e5m10" has so many bits of exponent and mantissa
    bits = re.fullmatch("e([0-9]{1,2})m([0-9]{1,2})", BITS.get(name, name))
    e, m = map(int, bits.groups()) if bits else (0, 0)
    _need(2 <= e <= 11 and 1 <= m <= 52, "format", repr(name), "certificate")
    fn, bias = name.endswith("fn"), 2 ** (e - 1) - 1
    largest = (2 ** (m + 1) - 1 - fn) * F(2) ** (bias + fn - m)
    return _Format(name, m + 1, 1 - bias, largest, F(1, 2 << m), min(F(2 << m), largest))


def _is_like(value: Any, shape: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(shape, list):
        return type(value) is list and all(_is_like(each, shape[0]) for each in value)
    if isinstance(shape, str):
        words, name = shape.split("|"), NAMES.get(type(value))
        named = name in words and (name != "int" or abs(value) < 1 << 62)
        return named or (name in ("int", "str") and str(value) in {*words}.difference(NAMES.values()))
    if "|" in shape:
        return any(_is_like(value, each) for each in shape["|"])
    same = type(value) is dict and ("*" in shape or value.keys() == shape.keys())
    return same and all(_is_like(value[name], shape["*" if "*" in shape else name]) for name in value)


def _parse(text: str | bytes, shape: str) -> Data:
    def unique(pairs: list[tuple[str, Any]]) -> Data:
        _need(len(dict(pairs)) == len(pairs), "file", "a name that stands twice", shape)
        return dict(pairs)

    value = json.loads(text, object_pairs_hook=unique)
    _need(_is_like(value, SHAPES[shape]), "file", "JSON of another shape", shape)
    return value


def _read(data: bytes) -> tuple[Data, dict[str, tuple[list[Line], int, int]]]:  # matrices: lines, columns, shift
    (size,) = struct.unpack_from("<Q", data)
    header, body, end = _parse(data[8 : 8 + size], "file"), data[8 + size :], 0
    meta, matrices = _parse(header.pop("__metadata__")["tmformer"], "meta"), dict[str, tuple[list[Line], int, int]]()
    shapes: Data = meta["shapes"]
    longest = sum(map(max, map(dict.values, shapes.values())))
    _need(longest < 1 << 18, "size", longest, "header")
    _need(shapes.keys() == header.keys() and size + 8 <= len(data), "file", sorted(shapes), "header")
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        shape, (begin, last), (count, three) = shapes[name], entry["data_offsets"], entry["shape"]
        fits = three == 3 and begin == end <= last == begin + 24 * count <= len(body) and min(shape.values()) >= 0
        _need(fits, "file", entry, name)
        turn = -1 if name.endswith(("output", "w_out")) else 1  # what is written is kept by column
        height, width = (shape["rows"], shape["columns"])[::turn]
        lines: list[Line] = [{} for _ in range(height)]
        for *place, number in struct.iter_unpack("<3q", body[begin:last]):
            row, column = place[::turn]
            good = 0 <= row < height and 0 <= column < width and number and column not in lines[row]
            _need(good, "file", f"the entry {place}, {number}", name)
            lines[row][column] = number
        matrices[name], end = (lines, width, shape["shift"]), last
    _need(end == len(body), "file", f"{len(body) - end} bytes more", "the end")
    return meta, matrices


@final
class _Register(NamedTuple):
    type: Data
    span: range
    scratch: bool
    words: dict[str, Vector]  # for what it may hold; none for a long code
    every: frozenset[Vector]


@final
@dataclass
class _Kind:
    """Rows that are alike: what registers may hold on them, and offset, divisor, modulus of those that are generated."""

    name: str
    first: int
    rows: int
    state: State
    codes: dict[str, tuple[int, int, int]] = field(default_factory=dict[str, tuple[int, int, int]])

    def holds(self, name: str | None) -> bool:  # a flag or code that attention reads, on all of these rows alike
        held = self.state[name] if name is not None else NONE
        _need(EMPTY not in held or len(held) == 1, "alike", name, f"rows {self.name!r}")
        return EMPTY not in held


@final
class _Gate(NamedTuple):
    """It fires, and writes, where its sum reaches 1. A snapped one has two units, which read 2z: of 2z - 2m + 3/2 and 1/2."""

    reads: dict[str, Line]  # by register
    bias: int
    writes: dict[str, Line]
    snapped: bool
    most: int  # a partial sum in absolute value, in halves if it is snapped
    size: int  # of what it reads, in halves


Attended: TypeAlias = tuple[list[State], str | None, Data]
Fires: TypeAlias = tuple[State, _Gate]  # which values of what it reads make a gate fire


@final
class _Network:
    """The network in a file, and the formats that it is to run in."""

    def __init__(self, data: bytes, cert: Data) -> None:
        meta, self.matrices = _read(data)
        self.labels, self.told, self.work = meta["labels"], cert["invariants"], WORK
        w, a, s = (_format(cert[name]) for name in ("weights", "accumulation", "scores"))
        self.weights, self.sums, self.scores = w, a, s
        wide = all(x.digits <= a.digits and x.least >= a.least and x.largest <= a.largest for x in (w, s))
        wide = wide and 3 <= w.digits <= -w.least and a.digits <= -a.least  # multiples of 1/2 up to 4 are exact
        _need(wide, "format", f"{w.name} and {s.name} in {a.name}", "certificate")
        self.c: int = self.labels["sharpness"] if cert["regime"] == "graded" else 0
        self.beta = next(2**k for k in range(64) if 2**k * 14426 >= 10000 * (s.digits - s.least))
        self.registers, self.owner, self.codes = dict[str, _Register](), list[str](), set[str]()
        for each in self.labels["registers"]:
            self._declare(each["name"], each["type"], each["scratch"])
        self.exclusive: list[list[str]] = [x["registers"] for x in self.told if x["kind"] == "exclusive"]
        carriers: list[list[str]] = [x["registers"] for x in self.told if x["kind"] == "single carrier"]
        self.carrier = [*carriers, list[str]()][0]
        self._check_labels(len(carriers))
        self.blocks = [self._block(f"block.{i}", f"block {i}", lookups) for i, lookups in enumerate(meta["lookups"])]
        _need(self.blocks and not self.matrices, "file", sorted(self.matrices), "header")
        self.written = {lookup["into"] for heads, _, _ in self.blocks for _, lookup, _ in heads}
        for _, gates, cleared in self.blocks:
            self.written.update(cleared, *(gate.writes for gate in gates))

    def _declare(self, name: str, type_: Data, scratch: bool) -> None:
        texts, start = type_.get("values", ["1"]), len(self.owner)
        size = type_.get("digits", len(texts))
        good = name not in self.registers and len(set(texts)) == len(texts) and start < 1 << 16
        _need(good and 0 < size < (63 if "digits" in type_ else 1 << 16), "declared", name, "registers")
        span, words = range(start, start + size), {text: ((start + i, 1),) for i, text in enumerate(texts)}
        if type_["type"] == "code":
            numbers = range(2**size if size <= LONG else 0)
            words = {str(n): tuple((place, 2 * (n >> i & 1) - 1) for i, place in enumerate(span)) for n in numbers}
        words |= {"0": EMPTY} if type_["type"] == "flag" else {}
        self.registers[name] = _Register(type_, span, scratch, words, frozenset(words.values() or [SET]))
        self.owner += [name] * size
        self.codes.update([name] if "digits" in type_ else [])

    def check_type(self, type_: str, *names: str | None) -> None:
        good = all(name is None or self.registers[name].type["type"] == type_ for name in names)
        _need(good, "declared", f"{names} as {type_}", "labels")

    def _check_labels(self, carriers: int) -> None:
        labels, stop, of = self.labels, self.labels["stop"], self.registers
        fed, signals = [x["target"] for x in labels["feedback"]], [x["register"] for x in stop["signals"]]
        wheres = [x["where"] for x in (*self.told, *labels["generators"], stop)]
        self.check_type("flag", labels["encoder"], *wheres)
        self.check_type("one-hot", *signals, *stop["reads"])
        self.check_type("code", *(x["register"] for x in labels["generators"]))
        good = labels["sharpness"] > 0 and self.c <= 64 and labels["loops"] >= 0 and len(set(signals)) == len(signals)
        for each in self.told:
            names: list[str] = each["registers"]
            good = good and {*names} <= of.keys() and 0 < len(names) == len({*names}) and each in labels["invariants"]
            _need(each["kind"] != "exclusive" or len({*names} & {*fed}) < 2, "fed", names, "feedback")
        _need(good and carriers < 2, "declared", f"{self.told}, or sharpness, loops or signals", "labels")
        pairs = [(of[x["source"]], of[x["target"]]) for x in labels["feedback"]]
        same = all(x.type == y.type and x.words for x, y in pairs) and len({*fed}) == len(fed)
        _need(not fed or (same and labels["loops"] == 1 and not self.carrier), "fed", fed, "feedback")

    def _take(self, name: str, columns: int, rows: int | None = None, half: int = 0, where: str = "") -> list[Line]:
        """A matrix, in units of 2**-half; `where` it stands, if not there."""
        lines, width, shift = self.matrices.pop(name)
        _need(columns == width and rows in (None, len(lines)), "file", f"{len(lines)} x {width}", where or name)
        for number in {abs(number) for line in lines for number in line.values()}:
            digits, value = (number // (number & -number)).bit_length(), F(number, 2 ** min(shift, 62))
            holds = shift <= half and digits <= self.weights.digits and value <= self.weights.largest
            _need(holds, "weight", f"{value} in {self.weights.name}", where or name)
        return [{place: number << half - shift for place, number in line.items()} for line in lines]

    def _block(self, name: str, block: str, lookups: Sequence[Data]) -> tuple[list[Head], list[_Gate], set[str]]:
        d, heads = len(self.owner), list[Head]()
        for i, lookup in enumerate(lookups):
            at, names = f"{block}, lookup {lookup['name']!r}", ("query", "key", "value", "output")
            heads.append((at, lookup, [self._take(f"{name}.head.{i}.{part}", d, where=at) for part in names]))
        _need(len({where for where, _, _ in heads}) == len(heads), "declared", "a name that stands twice", block)
        reads = self._take(f"{name}.mlp.w_in", d)
        halves = [line.get(0, 0) for line in self._take(f"{name}.mlp.b_in", 1, len(reads), 1)]
        units = zip(reads, halves, self._take(f"{name}.mlp.w_out", d, len(reads)), strict=True)
        gates, clears, where = list[_Gate](), dict[str, list[tuple[int, int]]](), f"{name}.mlp"
        for z, half, writes in units:
            ((place, sign), *_) = (*z.items(), (-1, 0))
            if half == 0 and abs(sign) == 1 == len(z) and writes == {place: -sign}:
                clears.setdefault(self.owner[place], []).append((place, sign))
                continue
            if half % 2:  # the other unit of a snapped gate writes the opposite
                twin = (z, half - 2, {place: -x for place, x in writes.items()})
                good = half % 4 == 3 and not any(x % 2 for x in z.values()) and next(units, None) == twin
                _need(good, "unit", z, where)
            gates.append(self._gate({place: x >> half % 2 for place, x in z.items()}, half, writes, where))
        for own, ones in clears.items():  # x - x, whatever x is
            whole = list(product(self.registers[own].span, (-1, 1) if own in self.codes else (1,)))
            _need(sorted(ones) == whole, "unit", f"{own} is cleared in part", where)
        return heads, gates, {*clears}

    def _gate(self, z: Line, half: int, writes: Line, where: str) -> _Gate:
        """A gate on grids, all of whose partial sums are exact."""
        reads, wrote, snapped, own = dict[str, Line](), dict[str, Line](), half % 2, list[tuple[int, int]]()
        for line, parts in ((z, reads), (writes, wrote)):
            for place, x in line.items():
                parts.setdefault(self.owner[place], {})[place] = x
        for name, line in reads.items():  # digits of either sign, all at once; else one coordinate at most
            whole = sum(map(abs, line.values())) if name in self.codes else 0
            own.append((whole or max(0, *line.values()), whole or -min(0, *line.values())))
        up, down = (sum(x) << 2 * snapped for x in zip((0, 0), *own, strict=True))
        most = max(up, up + half >> 1 - snapped, down, down - (half >> 1 - snapped) + 2 * snapped)
        _need(all(abs(x) <= 2 - snapped for x in writes.values()), "unit", f"it writes {writes}", where)
        _need(all(self.registers[name].words for name in (*reads, *wrote)), "long", [*reads, *wrote], where)
        bias = (half + 1) // 4 if snapped else half // 2
        return _Gate(reads, bias, wrote, bool(snapped), most, sum(4 * max(each) for each in own) + 3 - 4 * bias)

    def kinds(self) -> list[_Kind]:  # of rows of an admissible prompt
        kinds, first = list[_Kind](), 0
        every = {name: register.every for name, register in self.registers.items()}
        for part in self.labels["admissible"]:
            fixed = {write["register"]: write["value"] for write in part["fixed"]}
            named = [*(write["register"] for write in part["fixed"]), *part["any"], *part["free"]]
            _need(len({*named}) == len(named), "declared", named, f"rows {part['name']!r}")
            state: State = dict.fromkeys(every, NONE)
            state |= {name: frozenset([self.registers[name].words[word]]) for name, word in fixed.items()}
            state |= {name: every[name] for name in part["any"]} | {name: every[name] | NONE for name in part["free"]}
            kinds.append(self.generated(_Kind(part["name"], first, part["rows"], state)))
            first += part["rows"]
        rows = {kind.name: kind.rows for kind in kinds if kind.name != FED and kind.rows > 0}
        fits = 0 < first <= self.labels["max_positions"] and len(rows) == len(kinds) <= 64
        _need(fits, "admissible", f"rows {rows} of {self.labels['max_positions']}", "labels")
        least = sum(kind.rows for kind in kinds for name in self.carrier if EMPTY not in kind.state[name])
        _need(least < 2, "message", f"{least} values in {', '.join(self.carrier)}", "admissible rows")
        for kind, group in product(kinds, self.exclusive):
            good = sum(kind.state[name] != NONE for name in group) < 2
            _need(good, "exclusive", group, f"rows {kind.name!r}")
        return kinds

    def generated(self, kind: _Kind) -> _Kind:  # with its position codes
        for each in self.labels["generators"]:
            if not kind.holds(each["where"]):
                continue
            name, offset, divisor, modulus = (each[part] for part in ("register", "offset", "divisor", "modulus"))
            once = name not in kind.codes and kind.state[name] == NONE and name not in self.written
            once = once and divisor > 0 < modulus <= 2 ** len(self.registers[name].span)
            _need(once, "generated", name, f"rows {kind.name!r}")
            begin, end = (kind.first + offset) // divisor, (kind.first + kind.rows - 1 + offset) // divisor
            words, kind.codes[name] = self.registers[name].words, (offset, divisor, modulus)
            numbers = range(begin, min(end, begin + modulus - 1) + 1) if words else ()
            kind.state[name] = frozenset([words[str(number % modulus)] for number in numbers] or [SET])
        return kind

    def tells_apart(self, told: Data, kinds: Sequence[_Kind]) -> bool:
        """Whether no two rows of these kinds have the same codes: digits of their positions, or so admitted and kept."""
        names, where = told["registers"], told["where"]
        if where is not None:
            return self.written.isdisjoint([*names, where]) and all(k.holds(where) and k.name != FED for k in kinds)
        codes = [[kind.codes.get(name, (0, 0, 0)) for name in names] for kind in kinds]
        chain, same = sorted(code[1:] for code in codes[0]), {tuple(code[1:] for code in own) for own in codes}
        one = len(same) == 1 and all(len({offset for offset, _, _ in own}) == 1 for own in codes)
        spans = sorted((k.first + own[0][0], k.first + own[0][0] + k.rows) for k, own in zip(kinds, codes, strict=True))
        is_number = all(divisor == prod(m for _, m in chain[:i]) for i, (divisor, _) in enumerate(chain))
        apart = all(end <= begin for (_, end), (begin, _) in pairwise(spans))
        return one and is_number and apart and spans[-1][1] - spans[0][0] <= prod(m for _, m in chain)


def _moved(held: Iterable[Vector], by: int) -> frozenset[Vector]:
    return frozenset(tuple((place + by, x) for place, x in v) for v in held)


@final
class _Lookup:
    """One attention head, checked to be the lookup of its annotation `of`, on all kinds of rows."""

    def __init__(self, net: _Network, where: str, of: Data, parts: list[list[Line]]) -> None:
        self.net, self.where, self.of = net, where, of
        self.asks, self.keys = ([match[part] for match in of["matches"]] for part in ("query", "key"))
        net.check_type("code", *self.asks, *self.keys, of["prefer"])
        net.check_type("flag", of["where"], of["null"], *of["idle"])
        self.told = [i for i in net.told if i["kind"] == "distinct keys" and {*i["registers"]} <= {*self.keys}]
        whole = [told for told in self.told if {*told["registers"]} == {*self.keys}]
        self.whole = [told for told in whole if told["where"] is None or of["mask"] == "across"]
        source, into = net.registers[of["value"]], net.registers[of["into"]]
        self.shift = into.span[0] - source.span[0]
        self.default = source.words[of["default"]] if of["default"] is not None else EMPTY
        free = all(of["into"] not in group for group in (net.carrier, *net.exclusive))
        same = source.words and into.type == source.type and parts == self._parts(source.span, into.span)
        _need(free and same, "head", of, where)
        each_once = (1 + F(1, 4**net.c)) ** self.digits - 1  # what all codes but one weigh, in units of a match
        self.each_once = each_once + F(1, 2**net.c), each_once * 2**net.c

    def _parts(self, source: range, into: range) -> list[list[Line]]:
        """The matrices of this lookup; of its sums each has a single term on each row."""
        of, span = self.of, {name: register.span for name, register in self.net.registers.items()}
        matches = [zip(span[ask], span[key], strict=True) for ask, key in zip(self.asks, self.keys, strict=True)]
        pairs, asks, null = [pair for match in matches for pair in match], span[of["where"]][0], span[of["null"]][0]
        prefer = span[of["prefer"]] if of["prefer"] else range(0)
        _need(pairs and len(prefer) <= LONG, "head", of["matches"], self.where)
        self.digits, self.unit = len(pairs), 2 ** len(prefer)
        last = {asks: self.unit * (len(pairs) - 1)} if len(pairs) > 1 else {}
        last |= {span[name][0]: self.unit * len(pairs) for name in of["idle"]}
        queries = [{ask: self.unit} for ask, _ in pairs] + [{asks: 2**i} for i in range(len(prefer))]
        keys = [{key: 1} for _, key in pairs] + [{place: 1} for place in prefer] + [{null: 1}]
        beside = {place: {null: x} for place, x in self.default}
        values = [{place: 1} | beside.get(place, {}) for place in source]
        return [[*queries, last], keys, values, [{place: 1} for place in into]]

    def score(self, a: _Kind, k: _Kind) -> tuple[bool, int, int, int]:
        """Of rows a asking rows k: whether all codes are set; the least and largest score where they match; its size."""
        of, asks = self.of, a.holds(self.of["where"])
        _need(asks + sum(map(a.holds, of["idle"])) == 1, "null", f"rows {a.name!r}", self.where)
        if k.holds(of["null"]):
            coded = [name for name in (*self.keys, of["prefer"]) if k.holds(name)]
            good = not coded and (not self.default or k.state[of["value"]] == NONE)
            _need(good, "null", coded or of["value"], self.where)
            at = self.unit * (self.digits - asks)
            return False, at, at, at
        both = [y for x, y in zip(self.asks, self.keys, strict=True) if a.holds(x) and k.holds(y)]
        on, prefers = sum(len(self.net.registers[y].span) for y in both), asks and k.holds(of["prefer"])
        first = self.net.registers[of["prefer"]].span[0] if prefers else 0
        plus = [sum(x << p - first for p, x in v) for v in (k.state[of["prefer"]] if prefers else NONE)]
        size = self.unit * on + (self.unit - 1 if prefers else 0)
        return on == self.digits, self.unit * on + min(plus), self.unit * on + max(plus), size

    def find(self, a: _Kind, kinds: Sequence[_Kind], carries: bool) -> tuple[frozenset[Vector], Data]:
        """What rows a may find, and the numbers of the lookup."""
        net, of, side = self.net, self.of, self.net.labels["encoder"]
        causal = [k for k in kinds if k.first < a.first + a.rows and k.holds(side) == a.holds(side)]
        seen = {"none": kinds, "across": [k for k in kinds if k.holds(side)], "causal": causal}[of["mask"]]
        scores = {k.name: self.score(a, k) for k in seen}
        full, null = [k for k in seen if scores[k.name][0]], [k for k in seen if k.holds(of["null"])]
        alone = sum(k.rows for k in null) == 1 and (null[0].first <= a.first or of["mask"] != "causal")
        _need(alone, "null", f"{[k.name for k in null]} to rows {a.name!r}", self.where)
        others, keys, asks = [k for k in seen if k is not null[0]], sum(k.rows for k in seen), a.holds(of["where"])
        rival = max((scores[k.name][2] - 2 * self.unit * scores[k.name][0] for k in others), default=None)
        match, at = min((scores[k.name][1] for k in full), default=None), scores[null[0].name][1]
        largest = max(size for *_, size in scores.values())
        _need(largest <= net.sums.whole, "sum", f"scores up to {largest} in {net.sums.name}", self.where)
        top = largest * (2 * net.c or net.beta)
        good = largest <= net.scores.whole and top <= net.scores.largest
        _need(good, "score", f"up to {largest} in {net.scores.name}, logits up to {top}", self.where)
        known = [x for x in (rival, at, match) if x is not None]
        gap = min((y - x for x, y in pairwise(known)), default=None)
        _need(gap is None or gap > 0, "margin", known, self.where)
        if full and asks:  # of the rows that are seen, each key occurs once
            self.once = self.once and full == others and any(net.tells_apart(told, others) for told in self.whole)
        elif rival is not None and not carries:
            self.once = self.once and F(keys - 1, 2 ** (net.c * (at - rival))) <= self.each_once[1]
        found = {v for k in full for v in k.state[of["value"]]}
        found |= {self.default or v for v in null[0].state[of["value"]]}
        numbers = {"match": match, "null": at if asks else None, "rival": rival, "margin": gap, "keys": keys}
        return _moved(found, self.shift), numbers | {"ties": self._ties(full), "largest": largest}

    def _ties(self, full: Sequence[_Kind]) -> int:
        """How many rows may answer one: 1; or all, who hold the same value, as it is what they are preferred by."""
        if not full or any(self.net.tells_apart(told, full) for told in self.told):
            return 1
        ties = sum(k.rows for k in full)
        same = (
            ties == 1
            or self.of["prefer"] == self.of["value"]
            or len({v for k in full for v in k.state[self.of["value"]]}) == 1
        )
        _need(same and ties <= self.net.sums.whole, "tie", f"up to {ties} rows", self.where)
        return ties

    def leak(self, numbers: Data, carries: bool) -> Data:
        """How far off what is found may be, in the graded regime: of each coordinate, and of all together."""
        net, c, n, value = self.net, self.net.c, numbers["keys"], self.of["value"]
        hit, miss = self.each_once if self.once else (F(n - 1, 2**c),) * 2  # of a match, of the null row
        error, sums = LN2 * c * 6 * numbers["largest"] * net.scores.u * (1 + net.scores.u) ** 2, (n + 2) * net.sums.u
        _need(error < 1 and 2 * sums < 1, "score", f"errors up to {float(error):.3g}, {float(sums):.3g}", self.where)
        power, total = (1 + 8 * net.scores.u) / (1 - error), sums / (1 - sums)
        average = (1 + total) / (1 - total) * (1 + net.sums.u) * (1 + net.weights.u) ** 3 - 1
        exact = hit if carries else max(hit, miss)
        is_code = value in net.codes
        off = 1 - 1 / (1 + power * exact + n * F(2) ** (net.scores.least + 1))
        one = off * (1 + is_code) + average
        whole = one * len(net.registers[value].span) if is_code else 2 * off + 2 * average
        rounding = {"score": error, "exp": power - 1, "sum": total, "average": average}
        return {"leak": exact / (1 + exact), **rounding, "off": one, "off in all": whole}

    def check_carries(self, kinds: Sequence[_Kind]) -> None:
        """Each row that holds a message is read by the one row that the stop table says it speaks of."""
        offsets = {signal["register"]: signal["offset"] for signal in self.net.labels["stop"]["signals"]}
        ask, key, value = self.asks[0], self.keys[0], self.of["value"]
        rows = [k for k in kinds if k.holds(key) or k.holds(ask)]
        ((x, y),) = {(k.codes[ask], k.codes[key]) for k in rows}
        wide = max(k.first + k.rows for k in rows) - min(k.first for k in rows) + abs(offsets[value])
        fits = x[1:] == y[1:] == (1, x[2]) and wide <= x[2] and (x[0] + offsets[value] - y[0]) % x[2] == 0
        plain = len(self.asks) == 1 and self.of["mask"] == "none" and not self.default
        empty = all(k.state[value] == NONE for k in kinds if k not in rows)
        _need(fits and plain and empty, "carrier", ask, self.where)


@final
class _Table:
    """The gates of one block on one kind of rows; `leaks`: how far off registers are that attention filled."""

    def __init__(self, net: _Network, index: int, kind: _Kind, leaks: Data) -> None:
        _, gates, self.cleared = net.blocks[index]
        self.net, self.state, self.leaks, self.reach = net, kind.state, leaks, F(0)
        self.where, self.gates = f"block {index}, rows {kind.name!r}", list[Fires]()
        wrote = {name for gate in gates for name in gate.writes}
        for name in leaks:
            whole = net.registers[name].scratch and name in self.cleared and name not in wrote
            _need(whole, "scratch", name, self.where)
        for gate in gates:
            _need(gate.most <= net.sums.whole, "sum", f"up to {gate.most} in {net.sums.name}", f"{self.where}, mlp")
            when, top = State(), gate.bias
            for name, line in gate.reads.items():
                sums = {v: sum(line.get(place, 0) * x for place, x in v) for v in self.state[name]}
                most = max(sums.values())
                when[name], top = frozenset(v for v in sums if sums[v] == most), top + most
            net.work -= 1 + sum(len(self.state[name]) for name in gate.reads)
            _need(top <= 1, "unit", f"{gate.reads} reach {top}", self.where)
            if not self.leaks.keys().isdisjoint(gate.reads):
                self._check_bears(gate, when if top == 1 else State())
            if top == 1:  # it fires where all that it reads hold what has the largest sums
                self.gates.append((when, gate))

    def _check_bears(self, gate: _Gate, when: State) -> None:
        """What leaks into a snapped gate, and how rounding adds to it, in halves, does not move it: see proofs/precision.md."""
        net, off, is_set, most, terms = self.net, F(0), True, 0, 1 + sum(map(len, gate.reads.values()))
        leaky = self.leaks.keys() & gate.reads.keys()
        for name in leaky:
            (one, whole), weights = self.leaks[name], [4 * abs(x) for x in gate.reads[name].values()]
            off, most = off + min(sum(weights) * one, max(weights) * whole), max(most, *weights)
            is_set = is_set and all(gate.reads[name].keys() <= dict(v).keys() for v in when.get(name, ()))
        off += 2 * terms * net.sums.u * (gate.size + off)
        self.reach = max(self.reach, off / most)
        good = gate.snapped and gate.bias < 0 and off <= 1 and (is_set or net.sums.digits <= net.weights.digits)
        says = f"{float(off / 2):.3g} may reach a gate{'' if is_set else ', where scratch should be empty'}"
        _need(good, "gate", says, f"{self.where}, what lookups bring to {sorted(leaky)}")

    def after(self, carried: str | None) -> State:
        """What every register may hold after the block; a single carrier was read into `carried`."""
        net, state, group = self.net, dict(self.state), {name: {name} for name in self.state}
        for names in (net.carrier, *net.exclusive, *(gate.writes for _, gate in self.gates)):
            union = set[str]().union(*(group[name] for name in names))
            group.update(dict.fromkeys(union, union))
        for names in {id(names): sorted(names) for names in group.values()}.values():
            gates = [each for each in self.gates if not each[1].writes.keys().isdisjoint(names)]
            if gates or not self.cleared.isdisjoint(names):
                held = set(self._values(names, gates, carried if {*net.carrier} & {*names} else None))
                state |= dict(zip(names, map(frozenset, zip(*held, strict=True)), strict=True))
        left = [name for name in state if net.registers[name].scratch and state[name] != NONE]
        _need(not left, "scratch", left, self.where)
        return state

    def _values(self, names: list[str], gates: list[Fires], carried: str | None) -> Iterator[tuple[Vector, ...]]:
        """The values that these registers may hold together after the block, where these gates write them."""
        net, often = self.net, Counter(name for when, _ in gates for name in when)
        vary = {*names} - self.cleared | {name for name in often if often[name] > 1} | {*filter(None, [carried])}
        held: dict[str | int, list[Vector]] = {name: sorted(self.state[name]) for name in sorted(vary)}
        checks = list[tuple[int, list[tuple[str, frozenset[Vector]]], _Gate]]()
        for i, (when, gate) in enumerate(gates):  # of what a gate alone reads it matters whether it fires
            always = all(when[name] == self.state[name] for name in when.keys() - vary)
            held[i] = [EMPTY] if always else [EMPTY, SET]
            checks.append((i, [(name, when[name]) for name in when.keys() & vary], gate))
        net.work -= prod(map(len, held.values())) * (len(gates) + 1)
        _need(net.work > 0, "long", f"very many combinations for {names}", self.where)
        for chosen in product(*held.values()):
            now = dict(zip(held, chosen, strict=True))
            if any(sum(bool(now.get(name)) for name in each) > 1 for each in net.exclusive):
                continue
            values, wrote = {name: EMPTY if name in self.cleared else now[name] for name in names}, list[str]()
            for i, when, gate in checks:
                if not now[i] and all(now[name] in those for name, those in when):
                    wrote += gate.writes
                    for name, line in gate.writes.items():
                        left = Counter(dict(values[name]))
                        left.update(line)
                        values[name] = tuple(sorted((place, x) for place, x in left.items() if x))
            known = all(not values[name] or values[name] in net.registers[name].every for name in wrote)
            _need(known and len({*wrote}) == len(wrote), "overlap", f"{values} of {now}", self.where)
            for each in net.exclusive:
                _need(sum(bool(values.get(n)) for n in each) < 2, "exclusive", f"{each} of {now}", self.where)
            came, sent = bool(carried and now[carried]), sum(bool(values[n]) for n in net.carrier if carried)
            _need(sent < 2, "overlap", f"{sent} messages sent at once, of {now}", self.where)
            _need(sent == came, "single", f"{came} came, {sent} sent, of {now}", self.where)
            yield tuple(values[name] for name in names)


def _attend(net: _Network, lookups: list[_Lookup], kinds: list[_Kind], report: Data) -> Attended:
    """After attention: what registers may hold on each kind; where a carrier was read to; how far off they are."""
    states, leaks = [dict(kind.state) for kind in kinds], Data()
    carries = [each for each in lookups if each.of["value"] in net.carrier]
    into, others = {each.of["into"] for each in carries}, [each.of["into"] for each in lookups if each not in carries]
    whole = sorted(each.of["value"] for each in carries) == sorted(net.carrier) and len(into) == bool(carries)
    _need(
        whole and len(into.union(others)) == len(into) + len(others),
        "carrier",
        net.carrier,
        lookups[0].where if lookups else "a block",
    )
    for each in lookups:
        name, numbers, carried = each.of["into"], report.get(each.where, Data()), each in carries
        each.once = bool(each.whole)
        if carried:
            each.check_carries(kinds)
        for kind, state in zip(kinds, states, strict=True):
            found, here = each.find(kind, kinds, carried)
            _need(kind.state[name] == NONE, "overlap", name, each.where)
            state[name] = found if state[name] == NONE else found | state[name]
            for key, x in here.items():
                known = [y for y in (numbers.get(key), x) if y is not None]
                numbers = numbers | {key: (min if key in ("match", "margin") else max)(known, default=None)}
        report[each.where] = bounds = numbers | (each.leak(numbers, carried) if net.c else {})
        if net.c:  # of messages only one lookup finds one, and the others nothing at all
            leaks[name] = tuple(map(max, leaks.get(name, (0, 0)), (bounds["off"], bounds["off in all"])))
    return states, next(iter(into), None), leaks


def _follow(net: _Network) -> tuple[Data, Data]:
    """All blocks on all kinds of rows, until nothing new turns up: the numbers of lookups, and what may reach gates."""
    kinds, labels, lookups, gates = net.kinds(), net.labels, Data(), Data()
    heads = [[_Lookup(net, *head) for head in each] for each, _, _ in net.blocks]
    last, done = kinds[-1], dict[object, tuple[State, F]]()
    rows = labels["max_positions"] - last.first - last.rows
    for _ in range(64):
        now, before = [replace(kind) for kind in kinds], [kind.state for kind in kinds]
        for index in range(len(net.blocks)):
            states, carried, leaks = _attend(net, heads[index], now, lookups)
            for kind, state in zip(now, states, strict=True):
                kind.state, key = state, (index, kind.name, *state.values(), *leaks.items())
                if key not in done:
                    table = _Table(net, index, kind, leaks)
                    done[key] = table.after(carried), table.reach
                kind.state, reach = done[key]
                gates[f"block {index}"] = max(gates.get(f"block {index}", F(0)), reach)
        if labels["feedback"] and rows:
            fed: State = dict.fromkeys(net.registers, NONE)
            for each in labels["feedback"]:
                source, target = (net.registers[each[x]].span[0] for x in ("source", "target"))
                held = [k.state[each["source"]] for k in now if k.name in (FED, last.name)]
                fed[each["target"]] = _moved(frozenset[Vector]().union(*held), target - source)
            new = net.generated(_Kind(FED, last.first + last.rows, rows, fed))
            kinds = [*(kind for kind in kinds if kind.name != FED), new]
        elif not labels["feedback"]:
            for kind, end in zip(kinds, now, strict=True):
                kind.state = {name: held | end.state[name] for name, held in kind.state.items()}
        if before == [kind.state for kind in kinds]:
            _check_speaks(net, now, last.name)
            return lookups, gates
    raise Rejected("settles", "it grows on", "all blocks")


def _check_speaks(net: _Network, kinds: Sequence[_Kind], last: str) -> None:
    """Whether what decodes is there after all blocks: one signal, and what the stop table reads where it may speak of."""
    stop, grows = net.labels["stop"], bool(net.labels["feedback"])
    signals = [each["register"] for each in stop["signals"]]
    rows = [kind for kind in kinds if (kind.name in (FED, last) if grows else kind.holds(stop["where"]))]
    bare = [n for kind in rows for n in (*stop["reads"], *(signals if grows else ())) if EMPTY in kind.state[n]]
    whole = len(signals) == 1 if grows else sorted(signals) == sorted(net.carrier)
    _need(rows and whole and not bare, "signal", f"{signals}, and at times nothing in {bare}", "the stop table")


def judge(data: bytes, certificate: bytes) -> Data:
    """The certificate, if the weights are those that it speaks of, and all that it says follows from them.

    Raises:
        Rejected: otherwise.
    """
    try:
        cert, digest = _parse(certificate, "cert"), hashlib.sha256(data).hexdigest()
        _need(cert["file"] == digest, "cert", f"the hash {cert['file']}, where that of the file is {digest}", "file")
        net = _Network(data, cert)
        lookups, gates = _follow(net)
        says = cert | {"facts": FACTS[cert["regime"]], "positions": net.labels["max_positions"], "lookups": lookups}
        says |= {"sharpness": net.c or None, "beta": None if net.c else net.beta, "gates": gates if net.c else {}}
        is_so, claimed = _leaves(says, ""), _leaves(cert, "")
        for where in sorted(is_so | claimed):
            here, there = is_so.get(where), claimed.get(where)
            _need(here == there, "cert", f"{there}, where it is {here}", where)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error) as error:
        raise Rejected("file", f"{type(error).__name__}: {error}", "the file or the certificate") from error
    return cert


def _leaves(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        return {where: json.dumps(value, default=str)}
    return {
        place: x
        for name, each in value.items()
        for place, x in _leaves(each, f"{where} > {name}" if where else name).items()
    }


def main(arguments: Sequence[str]) -> int:
    """Judge a file and its certificate: 0 if it is certified, 1 if it is rejected, 2 if there is nothing to judge."""
    try:
        data, certificate = (Path(name).read_bytes() for name in arguments)
        cert = judge(data, certificate)
    except Rejected as verdict:
        print(f"rejected: {verdict}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"usage: check.py FILE CERTIFICATE\n  {error}", file=sys.stderr)
        return 2
    formats = f"{cert['weights']}, sums in {cert['accumulation']}, scores in {cert['scores']}"
    print(f"certified: {formats}, {cert['regime']}, up to {cert['positions']:,} positions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
