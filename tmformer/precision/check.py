"""The judge: does a weights file decode exactly in floats, as its certificate says? Standard library alone, nothing trusted.

    python -I -S check.py FILE cert.json

It follows what each register may hold, on each kind of row, from the admissible prompts through all blocks until nothing
new turns up, and recomputes every number of the certificate on the way. What it does not understand it rejects.
"""

import hashlib
import json
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction as F  # noqa: N817 - it stands in every formula
from itertools import pairwise, product
from math import prod
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, final

Vector: TypeAlias = tuple[tuple[int, int], ...]  # what a register holds: (coordinate, value) where that is not 0
State: TypeAlias = dict[str, frozenset[Vector]]  # what registers may hold
Line: TypeAlias = dict[int, int]  # a line of a matrix, in integers
Matrix: TypeAlias = tuple[list[Line], int, int]  # lines, columns, and the shift: entries are over 2**shift
Wrote: TypeAlias = Counter[tuple[int, bool]]  # what units add (True) to a coordinate, and take (False)
Data: TypeAlias = dict[str, Any]
EMPTY: Vector = ()
NONE = frozenset([EMPTY])
SET: Vector = ((-1, 0),)  # what a code of more than LONG digits holds where it is set
LONG, MOST, WORK = 8, 1 << 18, 1 << 23  # combinations that are gone through at once, and in all
LN2 = F(7, 10)  # more than ln 2
BITS = {"float8_e5m2": (5, 2), "float8_e4m3fn": (4, 3)} | {  # of exponent and mantissa
    "float64": (11, 52),
    "float32": (8, 23),
    "tf32": (8, 10),
    "bfloat16": (8, 7),
    "float16": (5, 10),
}
FED = "fed back"  # the rows that a sequence grows by
ONE, ORDER = "exp(0) = 1", "units that read the same add it in the same order, the bias last"
POWER = "exp(x) is right to 4 units in the last place, or to twice the least normal number"
SUM = "a sum, product or quotient is right to the unit roundoff, and exact if it is a number of the format"
EXACT = "a sum, product or quotient that is a number of the format is exact"
FACTS = {"saturated": (ONE, "exp(x) = 0 for x <= -beta", EXACT), "graded": (ONE, POWER, SUM, ORDER)}
RULES = {
    "format": "A number format is one that is known, and that of sums holds those of weights and scores",
    "file": "A file is one of version 3, whole, and without a byte that means nothing",
    "entry": "An entry lies in its matrix, once, and is not 0",
    "sizes": "Matrices have the sizes of registers and attention heads",
    "weight": "A weight is a number of the format, and a whole number in an attention head",
    "declared": "Registers, rows and invariants are those that the file declares, once each, of the type that is asked for",
    "admissible": "A file says which prompts it admits, and they fit",
    "message": "There is a single carrier: a second message is in the prompt",
    "fed": "A row is fed back register by register, once a pass through all blocks, and keeps what is exclusive",
    "generated": "A position code is generated once, and no block writes it",
    "alike": "What attention matches is set on all rows of a kind, or on none",
    "product": "Scores are the products of codes that the annotation says",
    "value": "A lookup brings the value that its annotation says, as it is, to a register that is empty",
    "idle": "A row asks or is idle",
    "null": "One row answers by default; it has no code, and no value beside a default",
    "sum": "Partial sums are exact in the format of accumulation",
    "score": "Scores are exact in their format",
    "logit": "Logits are finite in their format, and their errors small",
    "margin": "A match beats the row that answers by default, and that beats all others",
    "tie": "No two rows have the same key, or they hold the same value",
    "ties": "Ties are counted exactly in the format of accumulation",
    "one": "At most one lookup finds a value for a register",
    "carrier": "Each message is read once, by the row that it speaks of, into one register",
    "long": "Registers are read and written whose values can be gone through one by one",
    "hidden": "What a unit holds is a number of the format",
    "overlap": "After each block a register holds one of its values, or none: gates do not overlap",
    "scratch": "Scratch is cleared at the end of its block",
    "exclusive": "Exclusive registers do not hold values together",
    "single": "One message comes, one goes: a single carrier",
    "signal": "Rows that speak hold one signal, and the rows that it may speak of what the stop table reads",
    "gate": "What leaks into a gate does not move it",
    "settles": "What registers may hold settles",
    "cert": "A certificate says what its weights imply",
}
NUMERIC = ("weight", "sum", "score", "logit", "margin", "ties", "hidden", "gate")
WIDER = "Take a format or policy with more digits, such as scores-float32, more sharpness, or fewer cells, steps or positions."
AGAIN = "Compile and certify again; the file or the certificate is not what it was."
# Shapes of JSON: words are types or texts, "*" any name, "|" one of several; objects have no other names.
SHAPES: Data = json.loads("""{"cert": {"certificate": 1, "file": "str", "regime": "saturated|graded", "weights": "str",
"accumulation": "str", "scores": "str", "positions": "int", "sharpness": "int|null", "beta": "int|null", "facts": ["str"],
"invariants": [{"kind": "single carrier|distinct keys|exclusive", "registers": ["str"], "where": "str|null"}],
"lookups": "dict", "gates": "dict"},
"file": {"*": {"|": [{"tmformer": "str"}, {"dtype": "I64", "shape": ["int"], "data_offsets": ["int"]}]}},
"meta": {"version": 3, "shapes": {"*": {"rows": "int", "columns": "int", "shift": "int"}}, "lookups": [[{"name": "str",
"matches": [{"query": "str", "key": "str"}], "value": "str", "into": "str", "where": "str", "null": "str", "idle": ["str"],
"prefer": "str|null", "default": "str|null", "ties": "unique|constant", "mask": "none|causal|across"}]], "labels": {
"construction": "str", "max_positions": "int", "loops": "int", "sharpness": "int", "encoder": "str|null",
"parameters": "dict", "registers": [{"name": "str", "scratch": "bool", "type": {"|": [{"type": "flag"},
{"type": "code", "digits": "int"}, {"type": "one-hot", "values": ["str"]}]}}], "feedback": [{"source": "str",
"target": "str"}], "generators": [{"register": "str", "offset": "int", "where": "str", "divisor": "int", "modulus": "int"}],
"stop": {"signals": [{"register": "str", "offset": "int"}], "reads": "str", "where": "str", "outcomes": [["str"]]},
"invariants": [{"kind": "str", "registers": ["str"], "where": "str|null"}], "admissible": [{"name": "str", "rows": "int",
"fixed": [{"register": "str", "value": "str"}], "any": ["str"], "free": ["str"]}]}}}""")
NAMES = {int: "int", str: "str", bool: "bool", dict: "dict", type(None): "null"}


@final
class Rejected(Exception):  # noqa: N818 - a verdict
    """The rule that does not hold, what was found, where, and what would help."""

    def __init__(self, rule: str, found: object, where: str) -> None:
        self.parts = (RULES[rule], str(found)[:300], where, WIDER if rule in NUMERIC else AGAIN)
        super().__init__("{}\n  found:  {}\n  where:  {}\n  remedy: {}".format(*self.parts))


def _need(holds: object, rule: str, found: object, where: str) -> None:
    if not holds:
        raise Rejected(rule, found, where)


@final
class _Format(NamedTuple):
    """A binary format: digits of its significand, least exponent, largest number, unit roundoff."""

    name: str
    digits: int
    least: int
    largest: F
    u: F

    def holds(self, value: F) -> bool:  # a dyadic rational that is 0 or a normal number
        top = abs(value.numerator)
        normal = top.bit_length() - value.denominator.bit_length() >= self.least and abs(value) <= self.largest
        return top == 0 or ((top // (top & -top)).bit_length() <= self.digits and normal)

    def counts(self, bound: F | int) -> bool:  # all integers up to it
        return bound <= min(2**self.digits, self.largest)

    def rounded(self, number: int) -> int:  # to the nearest, ties to even
        unit = 1 << max(abs(number).bit_length() - self.digits, 0)
        return round(F(number, unit)) * unit


def _format(name: str) -> _Format:
    head, _, tail = name.removeprefix("e").partition("m")  # "e5m10" has so many bits of exponent and mantissa
    written = name[:1] == "e" and f"{head}{tail}".isascii() and head.isdigit() and tail.isdigit() and len(name) < 8
    exponent, mantissa = BITS.get(name) or ((int(head), int(tail)) if written else (0, 0))
    _need(2 <= exponent <= 11 and 1 <= mantissa <= 52, "format", repr(name), "certificate")
    fn, bias, u = name.endswith("fn"), 2 ** (exponent - 1) - 1, F(1, 2 << mantissa)
    return _Format(name, mantissa + 1, 1 - bias, (2 ** (mantissa + 1) - 1 - fn) * F(2) ** (bias + fn - mantissa), u)


def _is_like(value: Any, shape: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(shape, list):
        return type(value) is list and all(_is_like(each, shape[0]) for each in value)
    if not isinstance(shape, dict):
        words, name = str(shape).split("|"), NAMES.get(type(value))
        is_one = type(value) is type(shape) and str(value) in words and value not in NAMES.values()
        return is_one or (name in words and (name != "int" or abs(value) < 1 << 62))
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


def _read(data: bytes) -> tuple[Data, dict[str, Matrix]]:
    (size,) = struct.unpack_from("<Q", data)
    header, body, end = _parse(data[8 : 8 + size], "file"), data[8 + size :], 0
    meta, matrices = _parse(header.pop("__metadata__")["tmformer"], "meta"), dict[str, Matrix]()
    shapes: Data = meta["shapes"]
    whole = shapes.keys() == header.keys() and sum(shape["rows"] for shape in shapes.values()) < 1 << 20
    _need(whole and size + 8 <= len(data), "file", sorted(shapes), "header")
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        shape, (begin, last), (count, three) = shapes[name], entry["data_offsets"], entry["shape"]
        fits = three == 3 and begin == end <= last == begin + 24 * count <= len(body) and min(shape.values()) >= 0
        _need(fits and shape["shift"] < 63, "file", entry, name)
        lines: list[Line] = [{} for _ in range(shape["rows"])]
        for row, column, number in struct.iter_unpack("<3q", body[begin:last]):
            good = 0 <= row < len(lines) and 0 <= column < shape["columns"] and number and column not in lines[row]
            _need(good, "entry", (row, column, number), name)
            lines[row][column] = number
        matrices[name], end = (lines, shape["columns"], shape["shift"]), last
    _need(end == len(body), "file", f"{len(body) - end} bytes more", "the end")
    return meta, matrices


@final
class _Register(NamedTuple):
    type: Data
    span: range
    scratch: bool
    words: dict[str, Vector]  # for what it may hold; none for a long code


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
class _Unit(NamedTuple):
    """An MLP unit in integers: h = max(sum of reads + bias, 0) over `inner`, writes of it over `outer`; which registers."""

    reads: Line
    bias: int
    writes: Line
    read: frozenset[str]
    written: frozenset[str]


@final
class _Block(NamedTuple):
    heads: list[tuple[str, Data, list[list[Line]]]]
    units: list[_Unit]
    inner: int
    outer: int


@final
class _Network:
    """The network in a file, and the formats that it is to run in."""

    def __init__(self, data: bytes, cert: Data) -> None:
        meta, matrices = _read(data)
        self.labels: Data = meta["labels"]
        self.registers, self.owner, self.work = dict[str, _Register](), list[str](), WORK
        for each in self.labels["registers"]:
            self._declare(each["name"], each["type"], each["scratch"])
        self.weights, self.sums, self.scores = (_format(cert[name]) for name in ("weights", "accumulation", "scores"))
        for of in (self.weights, self.scores):
            holds = all(
                a <= b
                for a, b in zip(
                    (of.digits, -of.least, of.largest),
                    (self.sums.digits, -self.sums.least, self.sums.largest),
                    strict=True,
                )
            )
            _need(holds, "format", f"{of.name} in {self.sums.name}", "certificate")
        self.c: int = self.labels["sharpness"] if cert["regime"] == "graded" else 0
        self.beta = next(2**k for k in range(64) if 2**k * 14426 >= 10000 * (self.scores.digits - self.scores.least))
        self.told: list[Data] = cert["invariants"]
        told = {each["kind"]: [i["registers"] for i in self.told if i["kind"] == each["kind"]] for each in self.told}
        self.carrier, self.exclusive = [*told.get("single carrier", []), list[str]()][0], told.get("exclusive", [])
        _need(len(told.get("single carrier", [])) < 2, "declared", self.told, "invariants")
        self._check_labels()
        self.blocks = [self._block(i, own, matrices) for i, own in enumerate(meta["lookups"])]
        _need(self.blocks and not matrices, "sizes", sorted(matrices), "header")
        outputs = [parts[-1] for block in self.blocks for _, _, parts in block.heads]
        self.written = {self.owner[place] for lines in outputs for place, line in enumerate(lines) if line}
        self.written.update(name for block in self.blocks for unit in block.units for name in unit.written)

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
        self.registers[name] = _Register(type_, span, scratch, words)
        self.owner += [name] * size

    def check_type(self, names: Iterable[str | None], types: Sequence[str], where: str) -> None:
        for name in names:
            good = name is None or (name in self.registers and self.registers[name].type["type"] in types)
            _need(good, "declared", f"{name!r} as {' or '.join(types)}", where)

    def _check_labels(self) -> None:
        labels, fed = self.labels, [each["target"] for each in self.labels["feedback"]]
        for each in self.told:
            names, kinds = each["registers"], ["code"] if each["kind"] == "distinct keys" else ["one-hot", "flag"]
            _need(0 < len(names) == len(set(names)) and each in labels["invariants"], "declared", each, "invariants")
            self.check_type(names, kinds, "invariants")
            _need(each["kind"] != "exclusive" or len({*names} & {*fed}) < 2, "fed", names, "feedback")
        flags = [labels["encoder"], *(each["where"] for each in (*self.told, *labels["generators"]))]
        self.check_type(flags, ["flag"], "labels")
        self.check_type([each["register"] for each in labels["generators"]], ["code"], "generators")
        alike = all(self.registers[x["source"]].type == self.registers[x["target"]].type for x in labels["feedback"])
        once = len(set(fed)) == len(fed) and labels["loops"] == 1 and not self.carrier
        _need(not fed or (once and alike), "fed", fed, "feedback")
        signals = [each["register"] for each in labels["stop"]["signals"]]
        self.check_type([*signals, labels["stop"]["reads"]], ["one-hot"], "the stop table")
        self.check_type([labels["stop"]["where"]], ["flag"], "the stop table")
        good = labels["sharpness"] > 0 and self.c <= 64 and labels["loops"] >= 0 and len(set(signals)) == len(signals)
        _need(
            good, "declared", f"sharpness {labels['sharpness']}, loops {labels['loops']}, signals {signals}", "labels"
        )

    def _take(self, matrix: Matrix, columns: int | None, rows: int | None, where: str, shifts: int = 0) -> Matrix:
        lines, width, shift = matrix
        _need(columns in (None, width) and rows in (None, len(lines)), "sizes", f"{len(lines)} x {width}", where)
        for number in {number for line in lines for number in line.values()}:
            value = F(number, 2**shift)
            _need(self.weights.holds(value) and shift <= shifts, "weight", f"{value} in {self.weights.name}", where)
        return matrix

    def _block(self, index: int, lookups: Sequence[Data], matrices: dict[str, Matrix]) -> _Block:
        d, heads, of = len(self.owner), list[tuple[str, Data, list[list[Line]]]](), f"block.{index}"
        for number, lookup in enumerate(lookups):
            where, parts = f"block {index}, lookup {lookup['name']!r}", list[list[Line]]()
            for part in ("query", "key", "value", "output"):
                sizes = (len(parts[2]), d) if part == "output" else (d, None)
                parts.append(self._take(matrices.pop(f"{of}.head.{number}.{part}"), *sizes, where)[0])
            _need(where not in [known for known, _, _ in heads], "declared", lookup["name"], where)
            heads.append((where, lookup, parts))
        w_in, _, one = self._take(matrices.pop(f"{of}.mlp.w_in"), d, None, f"{of}.mlp.w_in", 62)
        b_in, _, two = self._take(matrices.pop(f"{of}.mlp.b_in"), 1, len(w_in), f"{of}.mlp.b_in", 62)
        w_out, _, three = self._take(matrices.pop(f"{of}.mlp.w_out"), len(w_in), d, f"{of}.mlp.w_out", 62)
        inner, units, writes = 2 ** max(one, two), list[_Unit](), [Line() for _ in w_in]
        _need(self.weights.holds(F(1, inner << three)), "weight", f"1 / {inner << three}", f"{of}.mlp")
        for place, line in enumerate(w_out):
            for i, number in line.items():
                writes[i][place] = number
        for line, bias, wrote in zip(w_in, b_in, writes, strict=True):
            reads = {place: number * inner >> one for place, number in line.items()}
            names = (frozenset(self.owner[place] for place in places) for places in (reads, wrote))
            units.append(_Unit(reads, bias.get(0, 0) * inner >> two, wrote, *names))
        return _Block(heads, units, inner, inner << three)

    def kinds(self) -> list[_Kind]:  # of rows of an admissible prompt
        kinds, first = list[_Kind](), 0
        every = {name: frozenset(register.words.values() or [SET]) for name, register in self.registers.items()}
        for part in self.labels["admissible"]:
            fixed = [(write["register"], write["value"]) for write in part["fixed"]]
            named = [*(name for name, _ in fixed), *part["any"], *part["free"]]
            known = every.keys() >= {*named} and all(word in self.registers[name].words for name, word in fixed)
            _need(known and len(set(named)) == len(named), "declared", named, f"rows {part['name']!r}")
            state: State = dict.fromkeys(every, frozenset([EMPTY]))
            state |= {name: frozenset([self.registers[name].words[word]]) for name, word in fixed}
            state |= {name: every[name] for name in part["any"]}
            state |= {name: every[name] | {EMPTY} for name in part["free"]}
            kinds.append(self.generated(_Kind(part["name"], first, part["rows"], state)))
            first += part["rows"]
        rows = {kind.name: kind.rows for kind in kinds if kind.name != FED and kind.rows > 0}
        fits = 0 < first <= self.labels["max_positions"] and len(rows) == len(kinds) <= 64
        _need(fits, "admissible", f"rows {rows} of {self.labels['max_positions']}", "labels")
        least = sum(kind.rows for kind in kinds for name in self.carrier if EMPTY not in kind.state[name])
        _need(least < 2, "message", f"{least} values in {', '.join(self.carrier)}", "admissible rows")
        for kind, group in product(kinds, self.exclusive):
            _need(sum(EMPTY not in kind.state[name] for name in group) < 2, "exclusive", group, f"rows {kind.name!r}")
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

    def live(self, kind: _Kind) -> set[int]:  # the coordinates that may not be 0
        spans = ((self.registers[name].span, v) for name, held in kind.state.items() for v in held)
        return {place for span, v in spans for place in (span if v == SET else dict(v))}

    def is_code(self, name: str) -> bool:  # whose digits are set together
        return self.registers[name].type["type"] == "code"

    def size(self, live: set[int], line: Line, where: str, bias: int | None = None) -> int:
        """How large a sum over coordinates may get; all its partial sums are exact, and it, if it has no bias."""
        up, down, terms = max(bias or 0, 0), max(-(bias or 0), 0), int(bool(bias))
        for name in {self.owner[place] for place in live.intersection(line)}:
            own = [line[place] for place in live.intersection(line) if self.owner[place] == name]
            if self.is_code(name):  # digits of either sign, all at once
                up, down, terms = up + sum(map(abs, own)), down + sum(map(abs, own)), terms + len(own)
            else:  # one coordinate at most
                up, down, terms = up + max(*own, 0), down - min(*own, 0), terms + 1
        most = max(up, down)
        fits = self.sums.counts(most) and (bias is not None or self.weights.counts(most))
        _need(fits or terms < 2, "sum", f"up to {most} in {self.sums.name}", where)
        return most  # one term alone is a weight

    def tells_apart(self, told: Data, kinds: Sequence[_Kind]) -> bool:
        """Whether no two rows of these kinds have the same codes: digits of their positions, or so admitted and kept."""
        names, where = told["registers"], told["where"]
        if where is not None:
            return self.written.isdisjoint([*names, where]) and all(k.holds(where) and k.name != FED for k in kinds)
        codes = [[kind.codes.get(name, (0, 0, 0)) for name in names] for kind in kinds]
        (*chain,) = sorted(code[1:] for code in codes[0])
        same = all(
            len({o for o, _, _ in own}) == 1 and [x[1:] for x in own] == [x[1:] for x in codes[0]] for own in codes
        )
        spans = sorted((k.first + own[0][0], k.first + own[0][0] + k.rows) for k, own in zip(kinds, codes, strict=True))
        is_number = all(divisor == prod(m for _, m in chain[:i]) for i, (divisor, _) in enumerate(chain))
        apart = all(end <= begin for (_, end), (begin, _) in pairwise(spans))
        return same and is_number and apart and spans[-1][1] - spans[0][0] <= prod(m for _, m in chain)


def _multiplied(lines: Iterable[tuple[Line, Line]], where: str) -> dict[tuple[int, int], int]:
    found, pairs = Counter[tuple[int, int]](), list(lines)  # the sum over all lines of the products of their entries
    _need(sum(len(one) * len(other) for one, other in pairs) <= MOST, "product", "very many products", where)
    for one, other in pairs:
        for (p, a), (q, b) in product(one.items(), other.items()):
            found[p, q] += a * b
    return {pair: weight for pair, weight in found.items() if weight}


def _moved(held: Iterable[Vector], by: int) -> frozenset[Vector]:
    return frozenset(v if v == SET else tuple((place + by, x) for place, x in v) for v in held)


@final
class _Lookup:
    """One attention head, checked to be the lookup of its annotation `of`, on all kinds of rows."""

    def __init__(self, net: _Network, where: str, of: Data, parts: list[list[Line]]) -> None:
        self.net, self.where, self.of, self.parts = net, where, of, parts
        self.asks, self.keys = ([match[part] for match in of["matches"]] for part in ("query", "key"))
        self.told = [i for i in net.told if i["kind"] == "distinct keys" and {*i["registers"]} <= {*self.keys}]
        whole = [told for told in self.told if {*told["registers"]} == {*self.keys}]
        self.whole = [told for told in whole if told["where"] is None or of["mask"] == "across"]
        net.check_type([*self.asks, *self.keys, of["prefer"]], ["code"], where)
        net.check_type([of["where"], of["null"], *of["idle"]], ["flag"], where)
        self._check_scores(*parts[:2])
        self._check_values(*parts[2:])
        each_once = (1 + F(1, 4**net.c)) ** self.digits - 1  # what all codes but one weigh, in units of a match
        self.each_once = each_once + F(1, 2**net.c), each_once * 2**net.c

    def see(self, kinds: Sequence[_Kind]) -> None:  # these rows
        self.kinds, self.once, self.sizes = kinds, bool(self.whole), dict[str, tuple[list[int], list[int]]]()
        for kind in kinds:
            live = self.net.live(kind)
            sizes = [[self.net.size(live, line, self.where) for line in part] for part in self.parts[:3]]
            self.sizes[kind.name] = sizes[0], sizes[1]

    def _check_scores(self, query: list[Line], key: list[Line]) -> None:
        of, span = self.of, {name: register.span for name, register in self.net.registers.items()}
        matches = [(span[ask], span[key]) for ask, key in zip(self.asks, self.keys, strict=True)]
        pairs = [pair for match in matches for pair in zip(*match, strict=True)]
        prefer, asks, null = span[of["prefer"]] if of["prefer"] else range(0), span[of["where"]][0], span[of["null"]][0]
        self.digits, self.unit = len(pairs), 2 ** len(prefer)
        _need(0 < self.digits <= 1 << 10 and len(prefer) <= LONG, "long", of["matches"], self.where)
        scores = [({ask: 1}, {answer: self.unit}) for ask, answer in pairs]
        scores += [({asks: 1}, {place: 2**digit}) for digit, place in enumerate(prefer)]
        scores += [({asks: 1}, {null: self.unit * (len(pairs) - 1)})]
        scores += [({span[name][0]: 1}, {null: self.unit * len(pairs)}) for name in of["idle"]]
        same = _multiplied(zip(query, key, strict=True), self.where) == _multiplied(scores, self.where)
        _need(same, "product", of["matches"], self.where)

    def _check_values(self, value: list[Line], output: list[Line]) -> None:
        of, net = self.of, self.net
        source, into, null = (net.registers[of[name]] for name in ("value", "into", "null"))
        self.shift, known = into.span[0] - source.span[0], of["default"] is None or of["default"] in source.words
        self.default = source.words[of["default"]] if of["default"] is not None and known else EMPTY
        brings = [({place + self.shift: 1}, {place: 1}) for place in source.span]
        brings += [({place + self.shift: x}, {null.span[0]: 1}) for place, x in self.default]
        columns: list[Line] = [{} for _ in value]
        for place, line in enumerate(output):
            for column, weight in line.items():
                columns[column][place] = weight
        plain = all(len(line) < 2 and {abs(w) for w in line.values()} <= {1} for line in (*output, *columns))
        plain = plain and source.words and into.type == source.type and known
        free = all(of["into"] not in group for group in (net.carrier, *net.exclusive))
        same = _multiplied(zip(columns, value, strict=True), self.where) == _multiplied(brings, self.where)
        _need(plain and free and same, "value", of["value"], self.where)

    def score(self, a: _Kind, k: _Kind) -> tuple[bool, int, int]:
        """Of rows a asking rows k: whether all codes are set, and the least and largest score where those that are match."""
        of, asks = self.of, a.holds(self.of["where"])
        _need(asks + sum(map(a.holds, of["idle"])) == 1, "idle", f"rows {a.name!r}", self.where)
        if k.holds(of["null"]):
            coded = [name for name in (*self.keys, of["prefer"]) if k.holds(name)]
            good = not coded and (not self.default or k.state[of["value"]] == NONE)
            _need(good, "null", coded or of["value"], self.where)
            return False, self.unit * (self.digits - asks), self.unit * (self.digits - asks)
        both = [y for x, y in zip(self.asks, self.keys, strict=True) if a.holds(x) and k.holds(y)]
        on, held = sum(len(self.net.registers[y].span) for y in both), [EMPTY]
        held = k.state[of["prefer"]] if of["prefer"] and asks else held
        plus = [sum(x << place - v[0][0] for place, x in v) for v in held]
        return on == self.digits, self.unit * on + min(plus), self.unit * on + max(plus)

    def find(self, a: _Kind, carries: bool) -> tuple[frozenset[Vector], Data]:
        """What rows a may find, and the numbers of the lookup."""
        net, of, side = self.net, self.of, self.net.labels["encoder"]
        own = {k.name: k.holds(side) for k in (*self.kinds, a)}
        causal = [k for k in self.kinds if k.first < a.first + a.rows and own[k.name] == own[a.name]]
        seen = {"none": self.kinds, "across": [k for k in self.kinds if own[k.name]], "causal": causal}[of["mask"]]
        scores = {k.name: self.score(a, k) for k in seen}
        full, null = [k for k in seen if scores[k.name][0]], [k for k in seen if k.holds(of["null"])]
        alone = sum(k.rows for k in null) == 1 and (null[0].first <= a.first or of["mask"] != "causal")
        _need(alone, "null", f"{[k.name for k in null]} to rows {a.name!r}", self.where)
        others, keys, asks = [k for k in seen if k is not null[0]], sum(k.rows for k in seen), a.holds(of["where"])
        rival = max((scores[k.name][2] - 2 * self.unit * scores[k.name][0] for k in others), default=None)
        match, at = min((scores[k.name][1] for k in full), default=None), scores[null[0].name][1]
        largest = max(sum(map(mul, self.sizes[a.name][0], self.sizes[k.name][1])) for k in seen)
        _need(net.sums.counts(largest), "sum", f"scores up to {largest} in {net.sums.name}", self.where)
        exact = net.scores.counts(largest) or not (net.c or of["prefer"])
        _need(exact, "score", f"up to {largest} in {net.scores.name}", self.where)
        top = largest * (2 * net.c or net.beta)
        _need(top <= net.scores.largest, "logit", f"up to {top} in {net.scores.name}", self.where)
        rounded = [net.scores.rounded(x) for x in (rival, at, match) if x is not None]
        gap = min((y - x for x, y in pairwise(rounded)), default=None)
        _need(gap is None or gap > 0, "margin", f"{[rival, at, match]}, rounded {rounded}", self.where)
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
        same = self.of["prefer"] == self.of["value"] or len({v for k in full for v in k.state[self.of["value"]]}) == 1
        _need(same, "tie", f"up to {ties} rows", self.where)
        _need(self.net.sums.counts(ties), "ties", f"{ties} in {self.net.sums.name}", self.where)
        return ties

    def leak(self, numbers: Data, carries: bool) -> Data:
        """How far off what is found may be, in the graded regime: of each coordinate, and of all together."""
        net, c, n, value = self.net, self.net.c, numbers["keys"], self.of["value"]
        hit, miss = (
            self.each_once if self.once else (F(n - 1, 2**c),) * 2
        )  # of a match, of the row that answers by default
        error, sums = LN2 * c * 6 * numbers["largest"] * net.scores.u * (1 + net.scores.u) ** 2, (n + 2) * net.sums.u
        _need(error < 1 and 2 * sums < 1, "logit", f"errors up to {float(error):.3g}, {float(sums):.3g}", self.where)
        power, least, total = (
            (1 + 8 * net.scores.u) / (1 - error),
            n * F(2) ** (net.scores.least + 1),
            sums / (1 - sums),
        )
        average = (1 + total) / (1 - total) * (1 + net.sums.u) * (1 + net.weights.u) ** 3 - 1
        exact = hit if carries else max(hit, miss)
        off, is_code = 1 - 1 / (1 + power * exact + least), net.is_code(value)
        one = off * (1 + is_code) + average
        whole = one * len(net.registers[value].span) if is_code else 2 * off + 2 * average
        rounding = {"score": error, "exp": power - 1, "sum": total, "average": average}
        return {"leak": exact / (1 + exact), **rounding, "off": one, "off in all": whole}

    def check_carries(self) -> None:
        """Each row that holds a message is read by the one row that the stop table says it speaks of."""
        offsets = {signal["register"]: signal["offset"] for signal in self.net.labels["stop"]["signals"]}
        ask, key, value = self.asks[0], self.keys[0], self.of["value"]
        rows = [k for k in self.kinds if k.holds(key) or k.holds(ask)]
        codes = {(k.codes.get(ask, (0, 0, 0)), k.codes.get(key, (0, 0, 0))) for k in rows}
        plain = (
            len(self.asks) == 1 == len(codes) and self.of["mask"] == "none" and value in offsets and not self.default
        )
        wide = max(k.first + k.rows for k in rows) - min(k.first for k in rows) + abs(offsets.get(value, 0))
        fits = [
            x[1:] == y[1:] == (1, x[2]) and wide <= x[2] and (x[0] + offsets[value] - y[0]) % x[2] == 0
            for x, y in codes
            if plain
        ]
        empty = all(k.state[value] == NONE for k in self.kinds if k not in rows)
        _need(plain and all(fits) and empty, "carrier", ask, self.where)


@final
class _Table:
    """The units of one block on one kind of rows; `leaks`: how far off registers are that attention filled.

    `carried` is the register into which a single carrier was read.
    """

    def __init__(self, net: _Network, block: _Block, kind: _Kind, carried: str | None, leaks: Data, where: str) -> None:
        self.net, self.inner, self.outer, self.state, self.reach = net, block.inner, block.outer, kind.state, F(0)
        self.where, self.carried, self.leaks, live = f"{where}, rows {kind.name!r}", carried, leaks, net.live(kind)
        self.gates, own = list[_Unit](), {name: list[_Unit]() for name in net.registers}
        for unit in block.units:
            net.size(live, unit.reads, f"{self.where}, mlp.w_in", unit.bias)
            names = unit.read | unit.written
            _need(all(net.registers[name].words for name in names), "long", sorted(names), self.where)
            (own[min(names)] if len(names) == 1 == len(unit.read) else self.gates).append(unit)
        for name in leaks:  # x - x, and nothing else
            signs, done = (1, -1) if net.is_code(name) else (1,), [unit[:3] for unit in own[name]]
            ones, back = product(net.registers[name].span, signs), -block.outer // block.inner
            clears = [({place: s * self.inner}, 0, {place: s * back}) for place, s in ones]
            alone = net.registers[name].scratch and not any(name in unit.written for unit in self.gates)
            _need(
                alone and len(done) == len(clears) and all(each in done for each in clears), "scratch", name, self.where
            )
        self.idle = {name for name in own if not own[name] and not net.registers[name].scratch}
        self.kept, self.spent = dict[str, dict[Vector, Vector]](), dict[str, tuple[int, int]]()
        for name in (name for name in own if net.registers[name].words):
            wrote = {v: self._fired(own[name], v) for v in self.state[name]}
            up, down = (max((w[p, s] for w in wrote.values() for p, _ in w), default=0) for s in (True, False))
            self.spent[name] = up, down
            self.kept[name] = {v: self._sum([(place, x * self.outer) for place, x in v], wrote[v]) for v in wrote}

    def _sum(self, held: Iterable[tuple[int, int]], wrote: Wrote) -> Vector:
        left = Counter(dict(held))
        for (place, adds), x in wrote.items():
            left[place] += x if adds else -x
        return tuple(sorted((place, x) for place, x in left.items() if x))

    def _fired(self, units: Iterable[_Unit], x: Vector, z: int = 0) -> Wrote:
        """What units write that read x, and z besides, over `outer`."""
        wrote: Wrote = Counter()
        for unit in units:
            h = max(unit.bias + z + sum(unit.reads.get(place, 0) * one for place, one in x), 0)
            _need(self.net.weights.holds(F(h, self.inner)), "hidden", f"{h} over {self.inner}", self.where)
            wrote.update({(place, w > 0): abs(w * h) for place, w in unit.writes.items() if h})
        return wrote

    def after(self) -> State:
        """What every register may hold after the block."""
        group, units, state = {name: {name} for name in self.kept}, dict[int, list[_Unit]](), dict(self.state)
        for names in (self.net.carrier, *self.net.exclusive, *{unit.written for unit in self.gates}):
            union = set[str]().union(*(group[name] for name in names))
            group.update(dict.fromkeys(union, union))
        for unit in self.gates:
            units.setdefault(id(group[min(unit.written)]) if unit.written else 0, []).append(unit)
        for names in {id(names): names for names in group.values()}.values():
            if names <= self.idle and id(names) not in units:
                continue
            held = set(self._values(sorted(names), units.get(id(names), [])))
            state |= dict(zip(sorted(names), map(frozenset, zip(*held, strict=True)), strict=False))
        return state

    def _values(self, names: list[str], units: list[_Unit]) -> Iterator[tuple[Vector, ...]]:
        """The values that these registers, which units write together, may hold after the block."""
        forms: dict[frozenset[tuple[int, int]], list[_Unit]] = {}
        for unit in units:
            forms.setdefault(frozenset(unit.reads.items()), []).append(unit)
        often, alike = Counter(name for each in forms.values() for name in each[0].read), list(forms.values())
        vary = {name for name, count in often.items() if count > 1 or name in self.leaks}
        vary |= {name for name in names if len({*self.kept[name].values()}) > 1}
        vary |= {self.carried} if self.carried and {*self.net.carrier} & {*names} else set()
        held = {name: sorted(self.state[name]) for name in sorted(vary)}
        alone = [self._sums(each[0].reads, each[0].read - vary) for each in alike]
        count, at = prod(map(len, (*held.values(), *alone))), dict[int, list[tuple[int, int]]]()
        self.net.work -= count
        _need(count <= MOST and self.net.work > 0, "long", f"{count} combinations for {names}", self.where)
        for i, each in enumerate(alike):
            for place, w in each[0].reads.items():
                at.setdefault(place, []).append((i, w))
        adds = {(n, v): [(i, w * x) for p, x in v for i, w in at.get(p, ())] for n in held for v in held[n]}
        offs, fired = [self._off(each) for each in alike], dict[tuple[int, int], Wrote]()
        for chosen, sums in product(product(*held.values()), product(*alone)):
            now, z = dict(zip(held, chosen, strict=True)), list(sums)
            if any(sum(now.get(name, EMPTY) != EMPTY for name in group) > 1 for group in self.net.exclusive):
                continue
            for i, n in (pair for key in now.items() for pair in adds[key]):
                z[i] += n
            grid, slack, wrote = F(1), F(0), Counter[tuple[int, bool]]()
            for i, key in enumerate(enumerate(z)):
                if key not in fired:
                    fired[key] = self._fired(alike[i], EMPTY, z[i])
                if offs[i] and any(z[i] + unit.bias + offs[i] > 0 for unit in alike[i]):
                    grid, slack = (
                        min(grid, self._grid(alike[i], z[i], offs[i], now)),
                        slack + offs[i] * self._most(alike[i]),
                    )
                if fired[key]:
                    wrote.update(fired[key])
            yield self._result(names, now, wrote, grid, slack)

    def _most(self, units: Sequence[_Unit]) -> int:
        return sum(max(map(abs, unit.writes.values()), default=0) for unit in units)

    def _sums(self, form: Line, names: Iterable[str]) -> list[int]:
        sums = {0}
        for name in names:
            sums = {s + sum(form.get(place, 0) * x for place, x in v) for s in sums for v in self.state[name]}
            self.net.work -= len(sums)
            _need(self.net.work > 0, "long", f"{len(sums)} sums of {name}", self.where)
        return sorted(sums)

    def _result(self, names: list[str], now: dict[str, Vector], wrote: Wrote, grid: F, slack: F) -> tuple[Vector, ...]:
        net, values, parts = self.net, dict[str, Vector](), {name: Counter[tuple[int, bool]]() for name in names}
        for key, x in wrote.items():
            parts[net.owner[key[0]]][key] = x
        for name, own in parts.items():
            kept = self.kept[name][now.get(name, min(self.kept[name]))]
            left, (up, down) = self._sum(kept, own), self.spent[name]
            whole = max((own[p, True] + own[p, False] for p, _ in own), default=0) + up + down
            most = max((max(own[p, True] + up, own[p, False] + down) for p, _ in own), default=0) + slack
            fits = net.sums.counts(whole) and most <= grid * 2**net.sums.digits
            _need(fits, "sum", f"up to {whole} over {self.outer} in {net.sums.name}", f"{self.where}, {name}")
            value = values[name] = tuple((place, x // self.outer) for place, x in left)
            known = not value or (
                value in net.registers[name].words.values() and all(x % self.outer == 0 for _, x in left)
            )
            _need(known, "overlap", f"{name} = {left} over {self.outer} of {now}", self.where)
            _need(not value or not net.registers[name].scratch, "scratch", name, self.where)
        for group in net.exclusive:
            _need(sum(bool(values.get(name)) for name in group) < 2, "exclusive", f"{group} of {now}", self.where)
        if {*net.carrier} & {*names}:
            sent, source = (
                sum(bool(values[name]) for name in net.carrier),
                [self.carried] if self.carried else net.carrier,
            )
            came = sum(bool(now.get(name)) for name in source)
            _need(sent == came, "single", f"{came} came, {sent} sent, of {now}", self.where)
        return tuple(values[name] for name in names)

    def _off(self, units: Sequence[_Unit]) -> F:
        """What leaks into the sum of units that read the same, and how its rounding adds to that, over `inner`."""
        off, size, reads = F(0), max(abs(unit.bias) for unit in units), units[0].reads
        for name in units[0].read:
            weights = [abs(reads.get(place, 0)) for place in self.net.registers[name].span]
            one, whole = self.leaks.get(name, (F(0), F(0)))
            off += min(sum(weights) * one, max(weights) * whole)
            size += sum(weights) if self.net.is_code(name) else max(weights)
        off += bool(off) * 2 * (len(reads) + 1) * self.net.sums.u * (size + off)
        leaky = [abs(w) for place, w in reads.items() if self.net.owner[place] in self.leaks]
        self.reach = max(self.reach, off / max(leaky, default=1))
        return off

    def _grid(self, units: Sequence[_Unit], z: int, off: F, now: dict[str, Vector]) -> F:
        """What leaks moves none of these units over its kink, and cancels in their sum: all are multiples of this grid."""
        net, reads, places = self.net, units[0].reads, {place for unit in units for place in unit.writes}
        flat = all(sum(unit.writes.get(place, 0) for unit in units) == 0 for place in places)
        leaky = {place: w for place, w in reads.items() if net.owner[place] in self.leaks}
        held = {place for name in self.leaks for place, _ in now.get(name, EMPTY)}
        low, grid = abs(z) - off, F(0)
        if low > 0:  # the sum is a float that is not smaller
            exponent = low.numerator.bit_length() - low.denominator.bit_length()
            grid = F(2) ** (exponent - (low < F(2) ** exponent) + 1 - net.sums.digits)
        if leaky.keys() <= held and all(
            self.leaks[net.owner[place]][0] <= F(1, 2) for place in leaky
        ):  # none is below 1/2
            grid = max(grid, min(w & -w for w in leaky.values()) * net.weights.u)
        exact = 0 < grid <= 1 and max(z + unit.bias for unit in units) + off <= grid * 2**net.weights.digits
        says = (
            f"{float(off / self.inner):.3g} may reach a gate that holds {F(z + max(u.bias for u in units), self.inner)}"
        )
        into = f"{self.where}, what lookups bring to {sorted({net.owner[place] for place in leaky})}"
        _need(flat and exact and all(z + unit.bias >= off for unit in units), "gate", says, into)
        return grid


def _attend(
    net: _Network, lookups: Sequence[_Lookup], kinds: Sequence[_Kind], report: Data
) -> tuple[list[State], str | None, Data]:
    """After attention: what registers may hold on each kind; where a carrier was read to; how far off they are."""
    states, leaks = [dict(kind.state) for kind in kinds], Data()
    for each in lookups:
        each.see(kinds)
    carries = [each for each in lookups if each.of["value"] in net.carrier]
    into, where = {each.of["into"] for each in carries}, lookups[0].where if lookups else ""
    whole = sorted(each.of["value"] for each in carries) == sorted(net.carrier) and len(into) == 1
    whole = whole and sum(each.of["into"] in into for each in lookups) == len(carries)
    _need(not carries or whole, "carrier", net.carrier, where)
    for each in carries:
        each.check_carries()
    for each in lookups:
        name, numbers, carried = each.of["into"], report.get(each.where, {}), each in carries
        for kind, state in zip(kinds, states, strict=True):
            found, here = each.find(kind, carried)
            _need(kind.state[name] == NONE and (state[name] == NONE or carried), "one", name, each.where)
            state[name] = found if state[name] == NONE else state[name] | found
            for key, x in here.items():
                known = [y for y in (numbers.get(key), x) if y is not None]
                numbers = numbers | {key: (min if key in ("match", "margin") else max)(known, default=None)}
        report[each.where] = numbers | (each.leak(numbers, carried) if net.c else {})
        if net.c:  # of messages only one lookup finds one, and the others nothing at all
            both = zip(
                leaks.get(name, (F(0), F(0))), (report[each.where][x] for x in ("off", "off in all")), strict=True
            )
            leaks[name] = tuple(map(max if carried else sum, both))
    return states, next(iter(into), None), leaks


def _follow(net: _Network) -> tuple[Data, Data]:
    """All blocks on all kinds of rows, until nothing new turns up: the numbers of lookups, and what may reach gates."""
    kinds, labels, lookups, gates = net.kinds(), net.labels, Data(), Data()
    heads = [[_Lookup(net, *head) for head in block.heads] for block in net.blocks]
    last, done = kinds[-1], dict[object, tuple[State, F]]()
    rows = labels["max_positions"] - last.first - last.rows
    for _ in range(64):
        now, before = [replace(kind) for kind in kinds], [kind.state for kind in kinds]
        for index, block in enumerate(net.blocks):
            states, carried, leaks = _attend(net, heads[index], now, lookups)
            for kind, state in zip(now, states, strict=True):
                kind.state, key = state, (index, kind.name, *state.values(), *leaks.items())
                if key not in done:
                    table = _Table(net, block, kind, carried, leaks, f"block {index}")
                    done[key] = table.after(), table.reach
                kind.state, reach = done[key]
                gates[f"block {index}"] = max(gates.get(f"block {index}", F(0)), reach)
        if labels["feedback"] and rows:
            fed: State = dict.fromkeys(net.registers, frozenset([EMPTY]))
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
    bare = [n for kind in rows for n in (stop["reads"], *(signals if grows else ())) if EMPTY in kind.state[n]]
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
        for where, is_so, claimed in _differences(json.loads(json.dumps(says, default=str)), cert, ""):
            raise Rejected("cert", f"{claimed}, where it is {is_so}", where)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error) as error:
        raise Rejected("file", f"{type(error).__name__}: {error}", "the file or the certificate") from error
    return cert


def _differences(is_so: Any, claimed: Any, where: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON
    if isinstance(is_so, dict) and isinstance(claimed, dict) and is_so.keys() == claimed.keys():
        for name in is_so:
            yield from _differences(is_so[name], claimed[name], f"{where} > {name}" if where else name)
    elif is_so != claimed or type(is_so) is not type(claimed):
        yield where, is_so, claimed


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
    print(f"certified: {cert['weights']}, {cert['regime']}, up to {cert['positions']} positions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
