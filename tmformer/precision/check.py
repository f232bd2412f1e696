"""The judge: does a weights file decode exactly in floats, as its certificate says? Standard library alone, nothing trusted.

    python -I -S check.py FILE cert.json

It follows what each register may hold, on each kind of row, from the admissible prompts through all blocks until nothing
new turns up, and recomputes every number of the certificate on the way. A vector is a tuple of (coordinate, value).
"""

import hashlib
import json
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction as F
from itertools import pairwise, product
from math import prod
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, final

Vector: TypeAlias = tuple[tuple[int, int], ...]
State: TypeAlias = dict[str, frozenset[Vector]]
Line: TypeAlias = dict[int, F]
Data: TypeAlias = dict[str, Any]
Matrices: TypeAlias = dict[str, tuple[list[Line], int, int]]
Leaks: TypeAlias = dict[str, tuple[F, F]]
EMPTY: Vector = ()
SET: Vector = ((-1, 0),)  # what a code of many digits holds where it is set
LONG, MOST = 8, 1 << 18  # digits of a code that is followed value by value; combinations gone through at most
LN2 = F(7, 10)  # more than ln 2
BITS = {"float64": (11, 52), "float32": (8, 23), "tf32": (8, 10), "bfloat16": (8, 7), "float16": (5, 10)}
BITS |= {"float8_e5m2": (5, 2), "float8_e4m3fn": (4, 3)}
FACTS = {
    "saturated": (
        "exp(0) = 1",
        "exp(x) = 0 for x <= -beta",
        "a sum, product or quotient that is a number of the format is exact",
    ),
    "graded": (
        "exp(0) = 1",
        "exp(x) is right to 4 units in the last place, or to twice the least normal number",
        "a sum, product or quotient is right to the unit roundoff, and exact if it is a number of the format",
        "units that read the same add it in the same order, the bias last",
    ),
}
RULES = {
    "format": "A number format is one that is known",
    "file": "A file is one of version 3, whole, and without a byte that means nothing",
    "entry": "An entry lies in its matrix, once, and is not 0",
    "sizes": "Matrices have the sizes of registers and attention heads",
    "weight": "A weight is a number of the format",
    "declared": "Registers, rows and invariants are those that the file declares, once each",
    "admissible": "A file says which prompts it admits, and they fit",
    "message": "There is a single carrier: a second message is in the prompt",
    "generated": "A position code is generated once, and no block writes it",
    "alike": "What attention matches is set on all rows of a kind, or on none",
    "product": "Scores are the products of codes that the annotation says",
    "value": "A lookup brings the value that its annotation says, as it is, to a register that is empty",
    "idle": "A row asks or is idle",
    "null": "One row answers by default; it has no code",
    "sum": "Partial sums are exact in the format of accumulation",
    "score": "Scores are exact in their format",
    "logit": "Logits are finite in their format, and their errors small",
    "margin": "A match beats the row that answers by default, and that beats all others",
    "tie": "No two rows have the same key, or they hold the same value",
    "ties": "Ties are counted exactly in the format of accumulation",
    "one": "At most one lookup finds a value for a register",
    "carrier": "Each message is read once, by the row that it speaks of, into one register",
    "long": "Units read and write registers whose values can be gone through one by one",
    "hidden": "What a unit holds is a number of the format",
    "overlap": "After each block a register holds one of its values, or none: gates do not overlap",
    "scratch": "Scratch is cleared at the end of its block",
    "exclusive": "Exclusive registers do not hold values together",
    "single": "One message comes, one goes: a single carrier",
    "gate": "What leaks into a gate does not move it",
    "settles": "What registers may hold settles",
    "cert": "A certificate says what its weights imply",
}
NUMERIC = ("weight", "sum", "score", "logit", "margin", "ties", "hidden", "gate")
WIDER = "Take a format or policy with more digits, such as scores-float32, more sharpness, or fewer cells, steps or positions."


@final
class Rejected(Exception):  # noqa: N818 - a verdict
    """The rule that does not hold, what was found, where, and what would help."""

    def __init__(self, rule: str, found: object, where: str) -> None:
        remedy = (
            WIDER if rule in NUMERIC else "Compile and certify again; the file or the certificate is not what it was."
        )
        self.parts = (RULES[rule], str(found), where, remedy)
        super().__init__("{}\n  found:  {}\n  where:  {}\n  remedy: {}".format(*self.parts))


def require(holds: object, rule: str, found: object, where: str) -> None:
    """Reject unless `holds`."""
    if not holds:
        raise Rejected(rule, found, where)


@final
@dataclass(frozen=True)
class Format:
    """A binary format: digits of its significand, least exponent, largest number."""

    name: str
    digits: int
    least: int
    largest: F

    @property
    def u(self) -> F:
        """The unit roundoff."""
        return F(1, 2**self.digits)

    @property
    def beta(self) -> int:
        """The least power of two with exp(-beta) below half the least subnormal; log2(e) > 1.4426."""
        return next(2**k for k in range(64) if 2**k * 14426 >= 10000 * (self.digits - self.least))

    def holds(self, value: F) -> bool:
        """Whether `value`, a dyadic rational, is 0 or a normal number."""
        top = abs(value.numerator)
        normal = top.bit_length() - value.denominator.bit_length() >= self.least and abs(value) <= self.largest
        return top == 0 or ((top // (top & -top)).bit_length() <= self.digits and normal)

    def counts(self, bound: F | int) -> bool:
        """Whether all integers up to `bound` are numbers of the format."""
        return bound <= min(2**self.digits, self.largest)

    def rounded(self, number: int) -> int:
        """The nearest number of the format, ties to even."""
        unit = 1 << max(abs(number).bit_length() - self.digits, 0)
        return round(F(number, unit)) * unit


def format_of(name: str) -> Format:
    """The format with this name; "e5m10" has so many bits of exponent and mantissa."""
    head, _, tail = name.removeprefix("e").partition("m")
    written = name[:1] == "e" and f"{head}{tail}".isascii() and head.isdigit() and tail.isdigit() and len(name) < 8
    exponent, mantissa = BITS.get(name) or ((int(head), int(tail)) if written else (0, 0))
    require(2 <= exponent <= 11 and 1 <= mantissa <= 52, "format", repr(name), "certificate")
    fn, bias = name.endswith("fn"), 2 ** (exponent - 1) - 1
    return Format(name, mantissa + 1, 1 - bias, (2 ** (mantissa + 1) - 1 - fn) * F(2) ** (bias + fn - mantissa))


class Register(NamedTuple):
    """Where a register lies, what it may hold besides nothing, and the words for that."""

    type: str
    span: range
    scratch: bool
    texts: list[str]
    values: list[Vector]

    def code(self, number: int) -> Vector:
        """The digits of a number."""
        digits = ((place, 2 * (number >> i & 1) - 1) for i, place in enumerate(self.span))
        return tuple(digits) if len(self.span) <= LONG else SET

    def value(self, text: str) -> Vector:
        """The vector of a value in words."""
        known = dict(zip(self.texts, self.values, strict=False))
        return self.code(int(text)) if self.type == "code" else known.get(text, EMPTY)


@final
@dataclass
class Kind:
    """Rows that are alike: what registers may hold on them; `codes`: offset, divisor, modulus of generated registers."""

    name: str
    first: int
    rows: int
    state: State
    codes: dict[str, tuple[int, int, int]] = field(default_factory=dict[str, tuple[int, int, int]])
    is_fed: bool = False

    def holds(self, name: str) -> bool:
        """Whether a flag or code that attention reads is set, on all of these rows alike."""
        held = self.state[name]
        require(EMPTY not in held or len(held) == 1, "alike", name, f"rows {self.name!r}")
        return EMPTY not in held


class Unit(NamedTuple):
    """An MLP unit in integers: h = max(sum of reads + bias, 0), and the multiples of h that it writes."""

    reads: dict[int, int]
    bias: int
    writes: dict[int, int]


class Block(NamedTuple):
    """Attention heads; units, whose h is over `inner`, and what they write over `outer`."""

    heads: list[tuple[str, Data, list[list[Line]]]]
    units: list[Unit]
    inner: int
    outer: int


def unique(pairs: list[tuple[str, Any]]) -> Data:
    """A JSON object, in which no name stands twice."""
    require(len(dict(pairs)) == len(pairs), "file", "a name that stands twice", "JSON")
    return dict(pairs)


def read_file(data: bytes) -> tuple[Data, Matrices]:
    """The header's own JSON, and each matrix: its rows, its columns, its shift."""
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + size], object_pairs_hook=unique)
    meta = json.loads(header.pop("__metadata__")["tmformer"], object_pairs_hook=unique)
    require(meta["version"] == 3 and set(meta["shapes"]) == set(header), "file", meta["version"], "header")
    body, matrices, end = data[8 + size :], Matrices(), 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        shape, (begin, last), (count, three) = meta["shapes"][name], entry["data_offsets"], entry["shape"]
        fits = entry["dtype"] == "I64" and three == 3 and begin == end <= last == begin + 24 * count <= len(body)
        require(fits and max(shape.values()) < 1 << 20, "file", entry, name)
        lines: list[Line] = [{} for _ in range(shape["rows"])]
        for row, column, number in struct.iter_unpack("<3q", body[begin:last]):
            good = 0 <= row < len(lines) and 0 <= column < shape["columns"] and number and column not in lines[row]
            require(good, "entry", (row, column, number), name)
            lines[row][column] = F(number, 2 ** shape["shift"])
        matrices[name], end = (lines, shape["columns"], shape["shift"]), last
    require(end == len(body), "file", f"{len(body) - end} bytes more", "the end")
    return meta, matrices


@final
class Network:
    """The network in a file, and the formats that it is to run in."""

    def __init__(self, data: bytes, cert: Data) -> None:
        meta, matrices = read_file(data)
        self.labels: Data = meta["labels"]
        self.registers: dict[str, Register] = {}
        for each in self.labels["registers"]:
            self._declare(each["name"], each["type"], scratch=each["scratch"])
        self.owner = [name for name, register in self.registers.items() for _ in register.span]
        self.weights, self.sums, self.scores = (format_of(cert[name]) for name in ("weights", "accumulation", "scores"))
        self.c = int(self.labels["sharpness"]) if cert["regime"] == "graded" else 0
        require(self.c < 1 << 12, "declared", f"sharpness {self.c}", "labels")
        self.invariants: list[Data] = cert["invariants"]
        require(
            all(each in self.labels["invariants"] for each in self.invariants),
            "declared",
            self.invariants,
            "certificate",
        )
        kinds = ("single carrier", "exclusive")
        self.carriers, self.exclusive = ([i["registers"] for i in self.invariants if i["kind"] == k] for k in kinds)
        self.blocks = [self._block(index, own, matrices) for index, own in enumerate(meta["lookups"])]
        require(self.blocks and not matrices, "sizes", sorted(matrices), "header")
        outputs = [parts[-1] for block in self.blocks for _, _, parts in block.heads]
        self.written = {self.owner[place] for lines in outputs for place, line in enumerate(lines) if line}
        self.written |= {self.owner[place] for block in self.blocks for unit in block.units for place in unit.writes}

    def _declare(self, name: str, type_: Data, *, scratch: bool) -> None:
        start, texts = sum(len(register.span) for register in self.registers.values()), type_.get("values", ["1"])
        span = range(start, start + type_.get("digits", len(texts)))
        values: list[Vector] = [((place, 1),) for place in span]
        if type_["type"] == "code":
            signs = product((-1, 1), repeat=len(span)) if len(span) <= LONG else ()
            values = [tuple(zip(span, each, strict=True)) for each in signs] or [SET]
        require(name not in self.registers and len(span) > 0, "declared", name, "registers")
        self.registers[name] = Register(type_["type"], span, scratch, texts, values)

    def _take(
        self, matrices: Matrices, name: str, columns: int | None, rows: int | None, where: str = ""
    ) -> tuple[list[Line], int]:
        lines, width, shift = matrices.pop(name)
        name = where or name
        require(columns in (None, width) and rows in (None, len(lines)), "sizes", f"{len(lines)} x {width}", name)
        for value in {value for line in lines for value in line.values()}:
            require(self.weights.holds(value), "weight", f"{value} in {self.weights.name}", name)
        return lines, shift

    def _block(self, index: int, lookups: Sequence[Data], matrices: Matrices) -> Block:
        d, heads = len(self.owner), list[tuple[str, Data, list[list[Line]]]]()
        for number, lookup in enumerate(lookups):
            sizes = {"query": (d, None), "key": (d, None), "value": (d, None), "output": (None, d)}
            where = f"block {index}, lookup {lookup['name']!r}"
            parts = [self._take(matrices, f"block.{index}.head.{number}.{p}", *sizes[p], where)[0] for p in sizes]
            heads.append((where, lookup, parts))
            require(lookup["mask"] in ("none", "causal", "across"), "declared", lookup["mask"], heads[-1][0])
        w_in, one = self._take(matrices, f"block.{index}.mlp.w_in", d, None)
        b_in, two = self._take(matrices, f"block.{index}.mlp.b_in", 1, len(w_in))
        w_out, three = self._take(matrices, f"block.{index}.mlp.w_out", len(w_in), d)
        inner, units = 2 ** max(one, two), list[Unit]()
        for i, (line, bias) in enumerate(zip(w_in, b_in, strict=True)):
            reads = {place: int(w * inner) for place, w in line.items()}
            writes = {place: int(row[i] * 2**three) for place, row in enumerate(w_out) if i in row}
            units.append(Unit(reads, int(bias.get(0, 0) * inner), writes))
        return Block(heads, units, inner, inner * 2**three)

    def kinds(self) -> list[Kind]:
        """The kinds of rows of an admissible prompt."""
        kinds, first = list[Kind](), 0
        for segment in self.labels["admissible"]:
            state: State = {name: frozenset([EMPTY]) for name in self.registers}
            for write in segment["fixed"]:
                state[write["register"]] = frozenset([self.registers[write["register"]].value(write["value"])])
            for name in (*segment["any"], *segment["free"]):
                no = [EMPTY] if name in segment["free"] or self.registers[name].type == "flag" else []
                state[name] = frozenset(self.registers[name].values + no)
            kinds.append(self.generated(Kind(segment["name"], first, segment["rows"], state)))
            first += segment["rows"]
        rows = {kind.name: kind.rows for kind in kinds}
        fits = 0 < first <= self.labels["max_positions"] and len(rows) == len(kinds) and min(rows.values()) > 0
        require(fits, "admissible", f"rows {rows} of {self.labels['max_positions']}", "labels")
        for group in self.carriers:
            least = sum(kind.rows for kind in kinds for name in group if EMPTY not in kind.state[name])
            require(least < 2, "message", f"{least} values in {', '.join(group)}", "admissible rows")
        return kinds

    def generated(self, kind: Kind) -> Kind:
        """The kind with its position codes."""
        for generator in self.labels["generators"]:
            name, (offset, divisor, modulus) = (
                generator["register"],
                (generator[p] for p in ("offset", "divisor", "modulus")),
            )
            if not kind.holds(generator["where"]):
                continue
            once = name not in kind.codes and kind.state[name] == {EMPTY} and name not in self.written
            require(
                once and divisor > 0 < modulus <= 2 ** len(self.registers[name].span),
                "generated",
                name,
                f"rows {kind.name!r}",
            )
            begin, end = (kind.first + offset) // divisor, (kind.first + kind.rows - 1 + offset) // divisor
            held = (
                range(begin, min(end, begin + modulus - 1) + 1) if len(self.registers[name].span) <= LONG else range(1)
            )
            kind.codes[name] = offset, divisor, modulus
            kind.state[name] = frozenset(self.registers[name].code(number % modulus) for number in held)
        return kind

    def spread(self, kind: Kind, line: Mapping[int, F | int], where: str, bias: int | None = None) -> F:
        """How large a sum over a row's coordinates may get; all its partial sums are exact, and it, if it has no bias."""
        most = [F(abs(bias or 0))]
        for name in {self.owner[place] for place in line}:
            spans = [self.registers[name].span if v == SET else [place for place, _ in v] for v in kind.state[name]]
            most.append(max(sum((abs(F(line.get(place, 0))) for place in span), F(0)) for span in spans))
        fits = self.sums.counts(sum(most)) and (self.weights.counts(sum(most)) or bias is not None)
        require(fits or sum(map(bool, most)) == 1, "sum", f"up to {sum(most)} in {self.sums.name}", where)
        return sum(most, F(0))

    def tells_apart(self, names: Sequence[str], kinds: Sequence[Kind], where: str | None) -> bool:
        """Whether no two rows of these kinds have the same codes: digits of their positions, or so admitted and kept."""
        if where is not None:
            return self.written.isdisjoint(names) and all(kind.holds(where) and not kind.is_fed for kind in kinds)
        spans, digits = list[tuple[int, int]](), set[tuple[tuple[int, int], ...]]()
        for kind in kinds:
            codes = [kind.codes[name] for name in names if name in kind.codes]
            if len(codes) < len(names) or len({offset for offset, _, _ in codes}) > 1:
                return False
            digits.add(tuple(sorted(code[1:] for code in codes)))
            spans.append((kind.first + codes[0][0], kind.first + codes[0][0] + kind.rows))
        (chain,) = digits if len(digits) == 1 else ((),)
        is_number = bool(chain) and all(d == prod(m for _, m in chain[:i]) for i, (d, _) in enumerate(chain))
        apart = all(end <= begin for (_, end), (begin, _) in zip(sorted(spans), sorted(spans)[1:], strict=False))
        return is_number and apart and max(spans)[1] - min(spans)[0] <= prod(m for _, m in chain)


def multiplied(lines: Iterable[tuple[Mapping[int, F | int], Mapping[int, F | int]]]) -> dict[tuple[int, int], F]:
    """The sum over all pairs of lines of the products of their entries."""
    found: dict[tuple[int, int], F] = {}
    for one, other in lines:
        for (p, a), (q, b) in product(one.items(), other.items()):
            found[p, q] = found.get((p, q), F(0)) + a * b
    return {pair: weight for pair, weight in found.items() if weight}


@final
class Lookup:
    """One attention head, checked to be the lookup of its annotation `of`, on all kinds of rows."""

    def __init__(self, net: Network, kinds: Sequence[Kind], where: str, of: Data, parts: Sequence[list[Line]]) -> None:
        self.net, self.kinds, self.where, self.of = net, kinds, where, of
        query, key, value, output = parts
        spans = {name: register.span for name, register in net.registers.items()}
        self.asks, self.keys = ([match[part] for match in of["matches"]] for part in ("query", "key"))
        pairs = [p for m in of["matches"] for p in zip(spans[m["query"]], spans[m["key"]], strict=True)]
        prefer = spans[of["prefer"]] if of["prefer"] else range(0)
        self.digits, self.unit, (asks, null) = (
            len(pairs),
            2 ** len(prefer),
            (spans[of[x]][0] for x in ("where", "null")),
        )
        scores = [({ask: 1}, {answer: self.unit}) for ask, answer in pairs]
        scores += [({asks: 1}, {place: 2**digit}) for digit, place in enumerate(prefer)]
        scores += [({asks: 1}, {null: self.unit * (len(pairs) - 1)})]
        scores += [({spans[name][0]: 1}, {null: self.unit * len(pairs)}) for name in of["idle"]]
        same = multiplied(zip(query, key, strict=True)) == multiplied(scores)
        require(same, "product", of["matches"], where)
        source, self.shift = net.registers[of["value"]], spans[of["into"]][0] - spans[of["value"]][0]
        self.default = source.value(of["default"]) if of["default"] is not None else EMPTY
        brings = [({place + self.shift: 1}, {place: 1}) for place in source.span]
        brings += [({place + self.shift: x}, {null: 1}) for place, x in self.default]
        columns = [{row: line[j] for row, line in enumerate(output) if j in line} for j in range(len(value))]
        known = multiplied(zip(columns, value, strict=True)) == multiplied(brings) and SET not in source.values
        plain = all(len(line) < 2 for line in (*output, *columns)) and {
            abs(w) for c in columns for w in c.values()
        } <= {1}
        require(known and plain and len(source.span) == len(spans[of["into"]]), "value", of["value"], where)
        self.sizes = {
            k.name: [[net.spread(k, row, where) for row in each] for each in (query, key, value)] for k in kinds
        }

    def score(self, a: Kind, k: Kind) -> tuple[bool, int, int]:
        """Of rows a asking rows k: whether all codes are set, and the least and largest score where those that are match."""
        asks = a.holds(self.of["where"])
        require(asks + sum(map(a.holds, self.of["idle"])) == 1, "idle", f"rows {a.name!r}", self.where)
        if k.holds(self.of["null"]):
            coded = [name for name in (*self.keys, *filter(None, [self.of["prefer"]])) if k.holds(name)]
            require(not coded, "null", coded, self.where)
            return False, self.unit * (self.digits - asks), self.unit * (self.digits - asks)
        both = [
            self.net.registers[y].span for x, y in zip(self.asks, self.keys, strict=True) if a.holds(x) and k.holds(y)
        ]
        held = k.state[self.of["prefer"]] if self.of["prefer"] and asks else [EMPTY]
        on, plus = sum(map(len, both)), [sum(x << place - v[0][0] for place, x in v) for v in held]
        return on == self.digits, self.unit * on + min(plus), self.unit * on + max(plus)

    def find(self, a: Kind) -> tuple[frozenset[Vector], Data]:
        """What rows a may find, and the numbers of the lookup."""
        net, of, side = self.net, self.of, self.net.labels["encoder"]
        own = {k.name: side is not None and k.holds(side) for k in (*self.kinds, a)}
        causal = [k for k in self.kinds if k.first < a.first + a.rows and own[k.name] == own[a.name]]
        seen = {"none": self.kinds, "across": [k for k in self.kinds if own[k.name]], "causal": causal}[of["mask"]]
        scores = {k.name: self.score(a, k) for k in seen}
        full, null = [k for k in seen if scores[k.name][0]], [k for k in seen if k.holds(of["null"])]
        alone = sum(k.rows for k in null) == 1 and (null[0].first <= a.first or of["mask"] != "causal")
        require(alone, "null", f"{[k.name for k in null]} to rows {a.name!r}", self.where)
        others = [scores[k.name] for k in seen if k is not null[0]]
        rival = max((high - 2 * self.unit * is_full for is_full, _, high in others), default=None)
        match, at = min((scores[k.name][1] for k in full), default=None), scores[null[0].name][1]
        largest = int(max(sum(map(mul, self.sizes[a.name][0], self.sizes[k.name][1])) for k in seen))
        require(net.sums.counts(largest), "sum", f"scores up to {largest} in {net.sums.name}", self.where)
        exact = net.scores.counts(largest) or not (net.c or of["prefer"])
        require(exact, "score", f"up to {largest} in {net.scores.name}", self.where)
        finite = net.c or largest * net.scores.beta <= net.scores.largest
        require(finite, "logit", f"{largest} x {net.scores.beta} in {net.scores.name}", self.where)
        rounded = [net.scores.rounded(x) for x in (rival, at, match) if x is not None]
        gaps = [y - x for x, y in pairwise(rounded)]
        require(min(gaps, default=1) >= 1, "margin", f"{[rival, at, match]}, rounded {rounded}", self.where)
        found = {v for k in full for v in k.state[of["value"]]}
        found |= {self.default or v for v in null[0].state[of["value"]]}
        numbers = {"match": match, "null": at if a.holds(of["where"]) else None, "rival": rival}
        numbers |= {"margin": min(gaps, default=None), "keys": sum(k.rows for k in seen), "ties": self._ties(full)}
        return moved(found, self.shift), numbers | {"largest": largest}

    def _ties(self, full: Sequence[Kind]) -> int:
        """How many rows may answer one: 1; or all, who hold the same value, as it is what they are preferred by."""
        if not full or any(self.net.tells_apart(i["registers"], full, i["where"]) for i in self._distinct()):
            return 1
        ties = sum(k.rows for k in full)
        same = self.of["prefer"] == self.of["value"] or len({v for k in full for v in k.state[self.of["value"]]}) == 1
        require(same, "tie", f"up to {ties} rows", self.where)
        require(self.net.sums.counts(ties), "ties", f"{ties} in {self.net.sums.name}", self.where)
        return ties

    def _distinct(self) -> list[Data]:
        told = [i for i in self.net.invariants if i["kind"] == "distinct keys"]
        return [i for i in told if set(i["registers"]) <= set(self.keys)]

    def leak(self, numbers: Data, *, carries: bool) -> Data:
        """How far off what is found may be, in the graded regime: of each coordinate, and of all together."""
        net, c, n, of = self.net, self.net.c, numbers["keys"], self.of
        powers = (1 + F(1, 4**c)) ** self.digits - 1  # of all codes but one, each once
        each_once = any(set(i["registers"]) == set(self.keys) for i in self._distinct())
        hit, miss = (powers + F(1, 2**c), powers * 2**c) if each_once else (F(n - 1, 2**c),) * 2
        error = LN2 * c * 6 * numbers["largest"] * net.scores.u * (1 + net.scores.u) ** 2
        require(error < 1 and (n + 2) * net.sums.u < 1, "logit", f"errors up to {float(error):.3g}", self.where)
        power, least = (1 + 8 * net.scores.u) / (1 - error), n * F(2) ** (net.scores.least + 1)
        total = (n + 2) * net.sums.u / (1 - (n + 2) * net.sums.u)
        average = (1 + total) / (1 - total) * (1 + net.sums.u) * (1 + net.weights.u) ** 3 - 1
        most = power * (hit if carries else max(hit, miss)) + least
        off, is_code = most / (1 + most), net.registers[of["value"]].type == "code"
        one = off * (1 + is_code) + average
        whole = one * len(net.registers[of["value"]].span) if is_code else 2 * off + 2 * average
        exact = hit if carries else max(hit, miss)
        rounding = {"score": error, "exp": power - 1, "sum": total, "average": average}
        return {"leak": exact / (1 + exact), **rounding, "off": one, "off in all": whole}

    def check_carries(self) -> None:
        """Each row that holds a message is read by the one row that the stop table says it speaks of."""
        offsets = {signal["register"]: signal["offset"] for signal in self.net.labels["stop"]["signals"]}
        ask, key, offset = self.asks[0], self.keys[0], offsets.get(self.of["value"], 0)
        rows = [k for k in self.kinds if k.holds(key) or k.holds(ask)]
        codes = [(k.codes.get(ask, (0, 0, 0)), k.codes.get(key, (0, 0, 0))) for k in rows]
        wide = max(k.first + k.rows for k in rows) - min(k.first for k in rows) + abs(offset)
        fits = [x[1:] == y[1:] == (1, x[2]) and wide <= x[2] and (x[0] + offset - y[0]) % x[2] == 0 for x, y in codes]
        is_read = len(self.asks) == 1 and self.of["mask"] == "none" and self.of["value"] in offsets and all(fits)
        require(
            is_read and all(k.state[self.of["value"]] == {EMPTY} for k in self.kinds if k not in rows),
            "carrier",
            ask,
            self.where,
        )


def moved(held: Iterable[Vector], by: int) -> frozenset[Vector]:
    """The same values in a register whose coordinates begin `by` further on."""
    return frozenset(v if v == SET else tuple((place + by, x) for place, x in v) for v in held)


@final
class Table:
    """The units of one block on one kind of rows; `leaks`: how far off registers are that attention filled.

    `carried` is the register into which a single carrier was read.
    """

    def __init__(self, net: Network, block: Block, kind: Kind, carried: str | None, leaks: Leaks, where: str) -> None:
        self.net, self.units, self.inner, self.outer = net, *block[1:]
        self.kind, self.carried, self.leaks, self.where = kind, carried, leaks, f"{where}, rows {kind.name!r}"
        self.reach = F(0)
        own: dict[str, list[Unit]] = {}
        self.gates: list[tuple[Unit, set[str]]] = []
        for unit in block.units:
            net.spread(kind, unit.reads, f"{self.where}, mlp.w_in", unit.bias)
            read, written = ({net.owner[place] for place in places} for places in (unit.reads, unit.writes))
            require(all(SET not in net.registers[name].values for name in read | written), "long", read, self.where)
            if len(read) == 1 and written <= read:
                own.setdefault(min(read), []).append(unit)
            else:
                self.gates.append((unit, written))
        self.own = {name: {v: self._fire(own.get(name, ()), v) for v in kind.state[name]} for name in net.registers}
        clears = {
            ((place, s * self.inner), 0, (place, -s * self.outer // self.inner))
            for name in leaks
            for place in net.registers[name].span
            for s in (1, -1)
        }
        done = {(*unit.reads.items(), unit.bias, *unit.writes.items()) for name in leaks for unit in own.get(name, ())}
        require(done <= clears, "scratch", sorted(leaks), self.where)

    def after(self) -> State:
        """What every register may hold after the block."""
        state: State = dict.fromkeys(self.net.registers, frozenset())
        group = {name: {name} for name in state}
        for names in (*self.net.carriers, *self.net.exclusive, *(written for _, written in self.gates)):
            union = set[str]().union(*(group[name] for name in names))
            group.update(dict.fromkeys(union, union))
        for names in {id(names): sorted(names) for names in group.values()}.values():
            for values in set(self._values(names, [unit for unit, written in self.gates if written & {*names}])):
                state |= {name: state[name] | {value} for name, value in zip(names, values, strict=True)}
        return state | {name: self.kind.state[name] for name in state if SET in self.net.registers[name].values}

    def _fire(self, units: Iterable[Unit], x: Vector = EMPTY, z: int | None = None) -> dict[int, tuple[int, int]]:
        """What units add to x: for each place the sum over `outer`, and its partial sums at most; z is what they read."""
        wrote, held = {place: (value * self.outer, 0) for place, value in x}, dict(x)
        for unit in units:
            h = unit.bias + (sum(w * held.get(place, 0) for place, w in unit.reads.items()) if z is None else z)
            require(h <= 0 or self.net.weights.holds(F(h, self.inner)), "hidden", f"{h} over {self.inner}", self.where)
            for place, w in unit.writes.items() if h > 0 else ():
                total, size = wrote.get(place, (0, 0))
                wrote[place] = total + w * h, size + abs(w * h)
        return wrote

    def _values(self, names: list[str], units: list[Unit]) -> Iterator[tuple[Vector, ...]]:
        """The values that these registers, which units write together, may hold after the block."""
        forms: dict[frozenset[tuple[int, int]], list[Unit]] = {}
        for unit in units:
            forms.setdefault(frozenset(unit.reads.items()), []).append(unit)
        reads = [{self.net.owner[place] for place, _ in form} for form in forms]
        sums = {name: [{p: x for p, (x, _) in own.items() if x} for own in self.own[name].values()] for name in names}
        vary = {name for name in names if any(each != sums[name][0] for each in sums[name])} | {
            *self.leaks
        } & set().union(*reads)
        vary |= {name for name in self.kind.state if sum(name in each for each in reads) > 1}
        vary |= {self.carried} if self.carried and any(group[0] in names for group in self.net.carriers) else set()
        held = {name: sorted(self.kind.state[name]) for name in sorted(vary)}
        alone = [self._sums(dict(form), each - vary) for form, each in zip(forms, reads, strict=True)]
        count = prod(map(len, (*held.values(), *alone)))
        require(count <= MOST, "long", f"{count} combinations for {names}", self.where)
        adds = {(n, v): [sum(w * dict(v).get(p, 0) for p, w in form) for form in forms] for n in held for v in held[n]}
        adds = {key: [(i, n) for i, n in enumerate(each) if n] for key, each in adds.items()}
        offs = [self._reach(each) for each in forms.values()]
        for chosen in product(*held.values(), *alone):
            now, z = dict(zip(held, chosen, strict=False)), list(chosen[len(held) :])
            if any(sum(now.get(name, EMPTY) != EMPTY for name in group) > 1 for group in self.net.exclusive):
                continue
            for i, n in (pair for key in now.items() for pair in adds[key]):
                z[i] += n
            yield self._result(names, now, list(zip(z, forms.values(), offs, strict=True)))

    def _sums(self, form: Mapping[int, int], names: Iterable[str]) -> list[int]:
        sums = {0}
        for name in names:
            sums = {s + sum(form.get(place, 0) * x for place, x in v) for s in sums for v in self.kind.state[name]}
        return sorted(sums)

    def _result(
        self, names: list[str], now: Mapping[str, Vector], sums: list[tuple[int, list[Unit], F]]
    ) -> tuple[Vector, ...]:
        wrote: dict[int, tuple[int, int]] = {}
        for z, units, off in sums:
            if off:
                self._check_gate(z, units, off, now)
            for place, (x, size) in (
                self._fire(units, EMPTY, z).items() if any(z + unit.bias > 0 for unit in units) else ()
            ):
                total, most = wrote.get(place, (0, 0))
                wrote[place] = total + x, most + size
        values: dict[str, Vector] = {}
        for name in names:
            own, register = self.own[name][now.get(name, min(self.own[name]))], self.net.registers[name]
            both = {
                place: [sum(x) for x in zip(own.get(place, (0, 0)), wrote.get(place, (0, 0)), strict=True)]
                for place in register.span
            }
            value = tuple((place, F(x, self.outer)) for place, (x, _) in both.items() if x)
            most = max(size for _, size in both.values())
            require(
                self.net.sums.counts(most),
                "sum",
                f"up to {most} over {self.outer} in {self.net.sums.name}",
                f"{self.where}, {name}",
            )
            require(
                value == EMPTY or value in register.values,
                "overlap",
                f"{name} = {[str(x) for _, x in value]} of {now}",
                self.where,
            )
            require(value == EMPTY or not register.scratch, "scratch", name, self.where)
            values[name] = tuple((place, int(x)) for place, x in value)
        for group in self.net.exclusive:
            require(
                sum(values.get(name, EMPTY) != EMPTY for name in group) < 2,
                "exclusive",
                f"{group} of {now}",
                self.where,
            )
        for group in self.net.carriers:
            sent = sum(values.get(name, EMPTY) != EMPTY for name in group)
            came = sum(v != EMPTY for name, v in now.items() if name in ([self.carried] if self.carried else group))
            require(group[0] not in values or sent == came, "single", f"{came} came, {sent} sent, of {now}", self.where)
        return tuple(values[name] for name in names)

    def _reach(self, units: Sequence[Unit]) -> F:
        """What leaks into the sum of these units, which read the same, and how its rounding adds to that, over `inner`."""
        off, size, reads = F(0), max(abs(unit.bias) for unit in units), units[0].reads
        for name in {self.net.owner[place] for place in reads}:
            weights = [abs(reads.get(place, 0)) for place in self.net.registers[name].span]
            one, whole = self.leaks.get(name, (F(0), F(0)))
            off += min(sum(weights) * one, max(weights) * whole)
            size += sum(weights) if self.net.registers[name].type == "code" else max(weights)
        return off and off + 2 * (len(reads) + 1) * self.net.sums.u * (size + off)

    def _check_gate(self, z: int, units: list[Unit], off: F, now: Mapping[str, Vector]) -> None:
        """What leaks into these units moves none of them over its kink, or all of them on their linear part."""
        is_off, is_on = all(z + unit.bias + off <= 0 for unit in units), all(z + unit.bias >= off for unit in units)
        places, reads = {place for unit in units for place in unit.writes}, units[0].reads
        flat = all(sum(unit.writes.get(place, 0) for unit in units) == 0 for place in places)
        bare = [n for n in self.leaks if now.get(n) == EMPTY and any(p in reads for p in self.net.registers[n].span)]
        exact = self.net.sums.digits == self.net.weights.digits or not bare
        into = {name for name in self.leaks if any(place in reads for place in self.net.registers[name].span)}
        says = (
            f"{float(off / self.inner):.3g} may reach a gate that holds {F(z + max(u.bias for u in units), self.inner)}"
        )
        require(
            is_off or (is_on and flat and exact), "gate", says, f"{self.where}, what lookups bring to {sorted(into)}"
        )
        self.reach = max(self.reach, off / max(abs(w) for p, w in reads.items() if self.net.owner[p] in self.leaks))


def attend(net: Network, block: Block, kinds: Sequence[Kind], report: Data) -> tuple[list[State], str | None, Leaks]:
    """After attention: what registers may hold on each kind; where a carrier was read to; how far off they are."""
    lookups, group = [Lookup(net, kinds, *head) for head in block.heads], next(iter(net.carriers), [])
    carries = [each for each in lookups if each.of["value"] in group]
    into, where = {each.of["into"] for each in carries}, lookups[0].where if lookups else ""
    whole = sorted(each.of["value"] for each in carries) == sorted(group) and len(into) == 1
    require(not carries or whole, "carrier", group, where)
    for each in carries:
        each.check_carries()
    states, leaks = [dict(kind.state) for kind in kinds], Leaks()
    for each in lookups:
        name, numbers = each.of["into"], report.get(each.where, {})
        for kind, state in zip(kinds, states, strict=True):
            found, here = each.find(kind)
            free = kind.state[name] == {EMPTY} and (state[name] == {EMPTY} or each in carries)
            require(free, "one", name, each.where)
            state[name] = found if state[name] == {EMPTY} else state[name] | found
            numbers = joined(numbers, here)
        report[each.where] = numbers | (each.leak(numbers, carries=each in carries) if net.c else {})
        if net.c:
            before, after = leaks.get(name, (F(0), F(0))), (report[each.where]["off"], report[each.where]["off in all"])
            leaks[name] = max(before[0], after[0]), max(before[1], after[1])
    return states, next(iter(into), None), leaks


def joined(one: Data, other: Data) -> Data:
    """The numbers of one lookup on several kinds of rows."""
    found = {name: [x for x in (one.get(name), other[name]) if x is not None] for name in other}
    return {name: (min if name in ("match", "margin") else max)(values, default=None) for name, values in found.items()}


def follow(net: Network) -> tuple[Data, Data]:
    """All blocks on all kinds of rows, until nothing new turns up: the numbers of lookups, and what may reach gates."""
    kinds, labels, lookups, gates = net.kinds(), net.labels, Data(), Data()
    last, spans = kinds[-1], {name: register.span[0] for name, register in net.registers.items()}
    for _ in range(64):
        now, before = [replace(kind) for kind in kinds], [kind.state for kind in kinds]
        for index, block in enumerate(net.blocks):
            states, carried, leaks = attend(net, block, now, lookups)
            for kind, state in zip(now, states, strict=True):
                kind.state = state
                table = Table(net, block, kind, carried, leaks, f"block {index}")
                kind.state = table.after()
                gates[f"block {index}"] = max(gates.get(f"block {index}", F(0)), table.reach)
        rows = labels["max_positions"] - last.first - last.rows
        if labels["feedback"] and rows:
            fed = {name: frozenset([EMPTY]) for name in net.registers}
            for each in labels["feedback"]:
                held = [k.state[each["source"]] for k in now if k.is_fed or k.name == last.name]
                fed[each["target"]] = moved(frozenset().union(*held), spans[each["target"]] - spans[each["source"]])
            new = net.generated(Kind("fed back", last.first + last.rows, rows, fed, is_fed=True))
            kinds = [*(kind for kind in kinds if not kind.is_fed), new]
        elif not labels["feedback"]:
            for kind, end in zip(kinds, now, strict=True):
                kind.state = {name: held | end.state[name] for name, held in kind.state.items()}
        if before == [kind.state for kind in kinds]:
            return lookups, gates
    raise Rejected("settles", "it grows on", "all blocks")


def judge(data: bytes, certificate: bytes) -> Data:
    """The certificate, if the weights are those that it speaks of, and all that it says follows from them.

    Raises:
        Rejected: otherwise.
    """
    try:
        cert = json.loads(certificate, object_pairs_hook=unique)
        digest = hashlib.sha256(data).hexdigest()
        require(cert["file"] == digest, "cert", f"the hash {cert['file']}, where that of the file is {digest}", "file")
        net = Network(data, cert)
        lookups, gates = follow(net)
        names = ("weights", "accumulation", "scores", "invariants")
        says = {"certificate": 1, "file": digest, "regime": "graded" if net.c else "saturated"}
        says |= {name: cert[name] for name in names} | {"facts": FACTS[says["regime"]]}
        says |= {
            "positions": net.labels["max_positions"],
            "sharpness": net.c or None,
            "beta": None if net.c else net.scores.beta,
        }
        says |= {"lookups": lookups, "gates": gates if net.c else {}}
        for where, is_so, claimed in differences(json.loads(json.dumps(says, default=str)), cert, ""):
            raise Rejected("cert", f"{claimed}, where it is {is_so}", where)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error) as error:
        raise Rejected("file", f"{type(error).__name__}: {error}"[:300], "the file or the certificate") from error
    return cert


def differences(is_so: Any, claimed: Any, where: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON
    """The places where two JSON values differ."""
    if isinstance(is_so, dict) and isinstance(claimed, dict):
        for name in dict.fromkeys((*is_so, *claimed)):
            yield from differences(
                is_so.get(name, "missing"),
                claimed.get(name, "missing"),
                f"{where} > {name}"[(where == "" and 3) or 0 :],
            )
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
