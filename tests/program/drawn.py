"""Random small programs: whole ones, to be written and read; one lookup or one table, with what it means in plain Python."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from hypothesis import strategies as st

from tests.laws.strange import NAMES
from tests.program.programs import Rows
from tmformer.program import (
    BROKEN,
    COARSE,
    FULL,
    OUTSIDE,
    RUNNING,
    Block,
    Code,
    Count,
    Feedback,
    Flag,
    Generator,
    Invariant,
    Labels,
    Literal,
    Lookup,
    Match,
    OneHot,
    Program,
    Register,
    Rule,
    Segment,
    Signal,
    Stop,
    Stream,
    Table,
    Value,
    Write,
    stack,
)

Type = OneHot | Flag | Code


class RefusalError(Exception):
    """Plain Python says that the program must refuse."""


def texts(type_: Type) -> st.SearchStrategy[str]:
    """The values that can be written, as they stand in a rule."""
    match type_:
        case OneHot(values=values):
            return st.sampled_from(values)
        case Flag():
            return st.sampled_from("01")
        case Code(digits=digits):
            return st.integers(0, 2**digits - 1).map(str)


def held_as(type_: Type, text: str | None) -> Value:
    """The value that `text` means."""
    match type_:
        case OneHot():
            return text
        case Flag():
            return text == "1"
        case Code():
            return None if text is None else int(text)


# Whole programs ---------------------------------------------------------------------------------------------------------

_TYPES = st.one_of(
    st.lists(NAMES, min_size=1, max_size=3, unique=True).map(lambda values: OneHot(tuple(values))),
    st.integers(1, 4).map(Code),
    st.just(Flag()),
)


@dataclass(frozen=True)
class _Drawer:
    """Registers, and draws among them."""

    draw: st.DrawFn
    registers: tuple[Register, ...]

    def names(self, *types: type, scratch: bool = True) -> list[str]:
        return [each.name for each in self.registers if isinstance(each.type, types) and scratch >= each.scratch]

    def one(self, *types: type) -> str:
        return self.draw(st.sampled_from(self.names(*types)))

    def some(self, names: Sequence[str], least: int = 0, most: int = 3) -> tuple[str, ...]:
        if len(names) < max(1, least):
            return ()
        return tuple(self.draw(st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)))

    def type_of(self, name: str) -> Type:
        return next(each.type for each in self.registers if each.name == name)

    def like(self, name: str, scratch: bool = True) -> list[str]:
        return [
            each for each in self.names(OneHot, Flag, Code, scratch=scratch) if self.type_of(each) == self.type_of(name)
        ]

    def generator(self) -> Generator:
        name = self.one(Code)
        full = 2 ** self.type_of(name).digits
        divisor, modulus = self.draw(st.just((1, full)) | st.tuples(st.integers(1, 9), st.integers(1, full)))
        return Generator(name, self.draw(st.integers(-99, 99)), self.one(Flag), divisor, modulus)

    def lookup(self, into: str, has_encoder: bool) -> Lookup:
        where, null = self.draw(st.lists(st.sampled_from(self.names(Flag)), min_size=2, max_size=2, unique=True))
        idle = [null, *self.some([name for name in self.names(Flag) if name not in (where, null)])]
        queries = self.draw(st.lists(st.sampled_from(self.names(Code)), min_size=1, max_size=3))
        return Lookup(
            self.draw(NAMES),
            tuple(Match(query, self.draw(st.sampled_from(self.like(query)))) for query in queries),
            self.draw(st.sampled_from(self.like(into))),
            into,
            where,
            null,
            tuple(self.draw(st.permutations(idle))),
            prefer=self.draw(st.none() | st.sampled_from(self.names(Code))),
            default=self.draw(st.none() | texts(self.type_of(into))),
            ties=self.draw(st.sampled_from(["unique", "constant"])),
            mask=self.draw(st.sampled_from(["none", "causal"] + ["across"] * has_encoder)),
        )

    def literal(self, name: str) -> Literal:
        type_ = self.type_of(name)
        return Literal(name, self.draw(st.none() | texts(type_) if isinstance(type_, OneHot) else texts(type_)))

    def block(self, has_encoder: bool) -> Block:
        scratch = [each.name for each in self.registers if each.scratch]
        intos = self.some(scratch)
        every = self.names(OneHot, Flag, Code)
        clears = tuple(dict.fromkeys((*intos, *self.some(every))))
        fills = self.some([name for name in every if name not in clears])
        rules: list[Rule] = []
        for _ in range(self.draw(st.integers(0, 3))):
            when = self.some(every, least=1)
            known = [name for name in dict.fromkeys((*clears, *fills, *when)) if name not in scratch]
            then = tuple(Write(name, self.draw(texts(self.type_of(name)))) for name in self.some(known))
            rules.append(Rule(tuple(map(self.literal, when)), then))
        return Block(tuple(self.lookup(into, has_encoder) for into in intos), Table(clears, tuple(rules), fills))

    def stop(self, grows: bool) -> Stop:
        first = self.one(OneHot)
        offsets = st.just(0) if grows else st.integers(-2, 2)
        signals = tuple(Signal(name, self.draw(offsets)) for name in self.some(self.like(first)) or (first,))
        reads = tuple(self.one(OneHot) for _ in range(self.draw(st.integers(0, 2))))
        pairs = st.tuples(*(texts(self.type_of(name)) for name in (first, *reads)))
        ends = NAMES.filter(lambda name: name not in (RUNNING, OUTSIDE, FULL, COARSE, BROKEN))
        outcomes = [(*pair, self.draw(ends)) for pair in self.draw(st.lists(pairs, max_size=3, unique=True))]
        return Stop(signals, reads, self.one(Flag), tuple(outcomes))

    def tally(self, stop: Stop) -> tuple[Count, ...]:
        """Counts of pairs at which nothing ends."""
        pairs = st.tuples(*(texts(self.type_of(name)) for name in (stop.signals[0].register, *stop.reads)))
        ends = {outcome[:-1] for outcome in stop.outcomes}
        chosen = self.draw(st.lists(pairs.filter(lambda pair: pair not in ends), max_size=3, unique=True))
        return tuple(Count(pair, self.draw(st.integers(1, 2**30))) for pair in chosen)

    def segments(self, generated: Collection[str]) -> tuple[Segment, ...]:
        """Up to two kinds of rows, of registers without generators."""
        segments: list[Segment] = []
        for name in self.draw(st.lists(NAMES, max_size=2, unique=True)):
            named = [each for each in self.some(self.names(OneHot, Flag, Code)) if each not in generated]
            fixed = tuple(Write(each, self.draw(texts(self.type_of(each)))) for each in named[::3])
            rows = self.draw(st.integers(1, 4))
            segments.append(Segment(name, rows, fixed, tuple(named[1::3]), tuple(named[2::3])))
        return tuple(segments)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Well-formed programs of every word there is, with names as strange as names may be; few of them run."""
    types = [Flag(), Flag(), draw(st.integers(1, 4).map(Code)), OneHot(("a", "b")), *draw(st.lists(_TYPES, max_size=4))]
    names = draw(st.lists(NAMES, min_size=2 * len(types), max_size=2 * len(types), unique=True))
    kept = [Register(name, type_) for name, type_ in zip(names, types, strict=False)]
    scratch = [Register(name, type_, scratch=True) for name, type_ in zip(names[len(types) :], types, strict=True)]
    drawer = _Drawer(draw, tuple(draw(st.permutations([*kept, *scratch]))))
    encoder = drawer.one(Flag) if draw(st.booleans()) else None
    generators = tuple(drawer.generator() for _ in range(draw(st.integers(0, 3))))
    generated = {generator.register for generator in generators}
    targets = tuple(name for name in drawer.some(drawer.names(OneHot, Flag, Code)) if name not in generated)
    stop = drawer.stop(bool(targets))
    carriers, keys = drawer.some(drawer.names(OneHot)), drawer.some(drawer.names(Code), least=2)
    labels = Labels(
        construction=draw(NAMES),
        registers=drawer.registers,
        generators=generators,
        stop=stop,
        invariants=(
            Invariant("single carrier", carriers),
            Invariant("distinct keys", keys, where=drawer.one(Flag) if draw(st.booleans()) else None),
            Invariant("exclusive", drawer.some(drawer.names(OneHot, Flag), least=2)),
        ),
        max_positions=draw(st.integers(9, 99)),
        loops=draw(st.integers(0, 9)),
        sharpness=draw(st.integers(1, 9)),
        feedback=tuple(Feedback(draw(st.sampled_from(drawer.like(name))), name) for name in targets),
        encoder=encoder,
        admissible=drawer.segments(generated),
        tally=() if targets else drawer.tally(stop),
        parameters=draw(st.dictionaries(NAMES, NAMES | st.integers(), max_size=2)),
    )
    return Program(labels, tuple(drawer.block(encoder is not None) for _ in range(draw(st.integers(1, 2)))))


# One lookup -------------------------------------------------------------------------------------------------------------

VALUES: dict[str, Type] = {"number": Code(2), "mark": OneHot(("a", "b")), "bit": Flag()}
"""What a lookup can find; `heard_number` hears it, and `got_number` keeps it."""
FLAGS = ("side", "bos", "row", "rest", "nap")
CODES = {"asks": Code(2), "about": Code(2), "asks1": Code(1), "about1": Code(1), "rank": Code(2)}
REGISTERS = (
    *(Register(name, Flag()) for name in FLAGS),
    *(Register(name, type_) for name, type_ in CODES.items()),
    *(Register(name, type_) for name, type_ in VALUES.items()),
    *(Register(f"heard_{name}", type_, scratch=True) for name, type_ in VALUES.items()),
    *(Register(f"got_{name}", type_) for name, type_ in VALUES.items()),
)
LABELS = Labels(
    construction="drawn",
    registers=REGISTERS,
    generators=(),
    stop=Stop((Signal("mark", 0),), ("mark",), "row", ()),
    invariants=(),
    max_positions=16,
    loops=1,
    sharpness=12,
    encoder="side",
)
_MATCHES = {"asks": Match("asks", "about"), "asks1": Match("asks1", "about1")}


def written(type_: Type) -> tuple[str, ...]:
    """All that a register can be written, an unset flag left out."""
    match type_:
        case OneHot(values=values):
            return values
        case Flag():
            return ("1",)
        case Code(digits=digits):
            return tuple(map(str, range(2**digits)))


def searching(lookup: Lookup, labels: Labels = LABELS) -> Program:
    """The program that keeps what a lookup finds."""
    heard, got = lookup.into, f"got_{lookup.value}"
    rules = [Rule((Literal(heard, text),), (Write(got, text),)) for text in written(VALUES[lookup.value])]
    return Program(labels, (Block((lookup,), Table((heard, got), tuple(rules))),))


@st.composite
def lookups(draw: st.DrawFn, masks: Sequence[str] = ("none", "causal", "across")) -> Lookup:
    """Any lookup of these registers that asks on `row` and falls back on `bos`."""
    value = draw(st.sampled_from(sorted(VALUES)))
    return Lookup(
        "l",
        tuple(_MATCHES[name] for name in draw(st.sampled_from([("asks",), ("asks1",), ("asks", "asks1")]))),
        value,
        f"heard_{value}",
        "row",
        "bos",
        ("nap", "bos", "rest"),
        prefer=draw(st.sampled_from(["rank", None])),
        default=draw(st.none() | texts(VALUES[value])),
        ties=draw(st.sampled_from(["unique", "constant"])),
        mask=draw(st.sampled_from(list(masks))),
    )


def _value(type_: Type) -> st.SearchStrategy[Value]:
    empty = st.just(held_as(type_, None))
    return empty | texts(type_).map(lambda text: held_as(type_, text))


@st.composite
def asked(draw: st.DrawFn, lookup: Lookup) -> Rows:
    """Rows that the lookup can serve, but for its ties: an encoder's, if its mask tells sides apart, then the others."""
    same = draw(st.none() | _value(VALUES[lookup.value]))

    def side(flags: Mapping[str, Value]) -> Rows:
        null: dict[str, Value] = {"bos": True, **flags}
        if lookup.default is None:
            null[lookup.value] = draw(_value(VALUES[lookup.value]))
        rows = [null]
        for _ in range(draw(st.integers(0, 5))):
            row = dict(flags)
            asks = ["row"] * 3 if not flags or lookup.mask == "causal" else []  # across only the others ask
            row[draw(st.sampled_from([*asks, "rest", "nap"]))] = True
            row[lookup.value] = draw(_value(VALUES[lookup.value])) if same is None else same
            row |= {"about": draw(st.none() | st.integers(0, 3)), "about1": draw(st.integers(0, 1))}
            row["rank"] = draw(st.integers(0, 3))
            if "row" in row:
                row |= {"asks": draw(st.none() | st.integers(0, 3)), "asks1": draw(st.integers(0, 1))}
            rows.append(row)
        return rows

    return [*(side({"side": True}) if lookup.mask != "none" else ()), *side({})]


@st.composite
def spoiled(draw: st.DrawFn, lookup: Lookup) -> Rows:
    """Rows that the lookup could serve, but for some changes: of a flag, a code or a value."""
    rows = [dict(row) for row in draw(asked(lookup))]
    types: dict[str, Type] = {**dict.fromkeys(FLAGS, Flag()), **CODES, **VALUES}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(types)))
        draw(st.sampled_from(rows))[name] = draw(_value(types[name]))
    return rows


def finds(lookup: Lookup, rows: Rows, asking: int) -> Value:
    """What a row finds, in plain Python: looks at all rows, each time.

    Raises:
        RefusalError: if the ties are not as promised.
    """
    is_encoded = [row.get("side", False) for row in rows]
    match lookup.mask:
        case "causal":
            seen = [row for row, side in zip(rows, is_encoded, strict=True) if side == is_encoded[asking]]
            seen = [row for row in rows[: asking + 1] if any(row is each for each in seen)]
        case "across":
            seen = [row for row, side in zip(rows, is_encoded, strict=True) if side]
        case _:
            seen = rows
    [null] = [row for row in seen if row.get("bos")]
    type_ = VALUES[lookup.value]
    empty = held_as(type_, None)
    nothing = null.get(lookup.value, empty) if lookup.default is None else held_as(type_, lookup.default)
    if not rows[asking].get("row"):
        return nothing
    asks = [rows[asking].get(match.query) for match in lookup.matches]
    found = [row for row in seen if [row.get(match.key) for match in lookup.matches] == asks and None not in asks]
    if lookup.prefer is not None:
        largest = max((row["rank"] for row in found), default=None)
        found = [row for row in found if row["rank"] == largest]
    values = [row.get(lookup.value, empty) for row in found]
    if len(values) > 1 and (lookup.ties == "unique" or len(set(values)) > 1):
        raise RefusalError
    return values[0] if values else nothing


@st.composite
def growing(draw: st.DrawFn) -> tuple[Program, Stream]:
    """A lookup whose codes are digits of positions, and whose finds are fed back; with a prompt."""
    lookup = draw(lookups(("causal", "causal", "across")))

    def generator(register: str, flag: str) -> Generator:
        full = 2 ** CODES[register].digits
        offset, divisor, modulus = draw(st.integers(-3, 3)), draw(st.integers(1, 3)), draw(st.integers(1, full))
        return Generator(register, offset, flag, divisor, modulus)

    names = [("asks", ["row"]), ("asks1", ["row"]), ("rank", ["row", "rest"])]
    names += [("about", ["row", "rest"]), ("about1", ["row", "rest"])]
    generators = tuple(generator(register, flag) for register, flags in names for flag in flags)
    feedback = (Feedback("row", "row"), Feedback(f"got_{lookup.value}", lookup.value))
    labels = msgspec.structs.replace(LABELS, generators=generators, feedback=feedback)
    value = _value(VALUES[lookup.value])

    def side(flags: Mapping[str, Value], marker: str) -> Rows:
        held = draw(st.lists(value, min_size=1, max_size=3))
        return [{"bos": True, **flags}, *({marker: True, lookup.value: each, **flags} for each in held)]

    return searching(lookup, labels), stack(labels, [*side({"side": True}, "rest"), *side({}, "row")])


# One table --------------------------------------------------------------------------------------------------------------

TABLED: dict[str, Type] = {
    "number": Code(2), "digit": Code(1), "bit": Flag(), "flag": Flag(), "mark": OneHot(("a", "b")), "tone": OneHot(("x",)),
}  # fmt: skip
HEARD: dict[str, Type] = {"heard": Code(2), "heard_bit": Flag(), "heard_mark": OneHot(("a", "b"))}
TABLE_LABELS = msgspec.structs.replace(
    LABELS,
    registers=(
        *(Register(name, type_) for name, type_ in TABLED.items()),
        *(Register(name, type_, scratch=True) for name, type_ in HEARD.items()),
    ),
    stop=Stop((Signal("mark", 0),), ("mark",), "bit", ()),
    encoder=None,
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables that clear all scratch, and clear, fill and overwrite other registers."""
    drawer = _Drawer(draw, TABLE_LABELS.registers)
    clears = drawer.some(list(TABLED))
    fills = drawer.some([name for name in TABLED if name not in clears])
    rules: list[Rule] = []
    for _ in range(draw(st.integers(1, 4))):
        when = drawer.some([*TABLED, *HEARD], least=1)
        known = list(dict.fromkeys((*clears, *fills, *(name for name in when if name in TABLED))))
        then = tuple(Write(name, draw(texts(TABLED[name]))) for name in drawer.some(known, least=1))
        rules.append(Rule(tuple(map(drawer.literal, when)), then))
    return Table((*HEARD, *clears), tuple(rules), fills)


@st.composite
def table_rows(draw: st.DrawFn) -> Rows:
    """What the registers of such a table may hold."""
    types = TABLED | HEARD
    row = st.fixed_dictionaries({name: _value(type_) for name, type_ in types.items()})
    return draw(st.lists(row, min_size=1, max_size=4))


def tabled(table: Table, row: Mapping[str, Value]) -> dict[str, Value]:
    """What a row holds after the table, in plain Python.

    Raises:
        RefusalError: if two rules write one register, or one that is filled is not empty.
    """
    types = TABLED | HEARD
    fired = [
        rule
        for rule in table.rules
        if all(row[each.register] == held_as(types[each.register], each.value) for each in rule.when)
    ]
    writes = [write for rule in fired for write in rule.then]
    after = dict(row) | {name: held_as(types[name], None) for name in table.clears}
    for place, write in enumerate(writes):
        full = write.register in table.fills and row[write.register] not in (None, False)
        if isinstance(types[write.register], Code) and write.register in table.fills:
            full = row[write.register] is not None
        if full or write.register in [other.register for other in writes[:place]]:
            raise RefusalError
        after[write.register] = held_as(types[write.register], write.value)
    return after
