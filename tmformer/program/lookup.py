"""What a lookup finds, on symbols."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, final

from tmformer.errors import ProgramError
from tmformer.program.ops import Code, Labels, Lookup
from tmformer.program.stream import Stream, Value, as_value

Codes: TypeAlias = tuple[Value, ...]


@final
class Row(NamedTuple):
    """What one row holds for a lookup: as one that asks, and as one that answers."""

    number: int
    asks: bool
    idle: int
    is_null: bool
    is_encoded: bool
    query: Codes
    key: Codes
    rank: Value
    value: Value


def rows_of(labels: Labels, lookup: Lookup, stream: Stream, first: int = 0) -> Iterator[Row]:
    """What the rows of a stream hold for a lookup; the first of them is row number `first` of the sequence."""
    nothing = (False,) * stream.num_rows
    encoded = nothing if labels.encoder is None else stream[labels.encoder]
    rank = (0,) * stream.num_rows if lookup.prefer is None else stream[lookup.prefer]
    idle = [stream[name] for name in lookup.idle]
    for row in range(stream.num_rows):
        yield Row(
            number=first + row,
            asks=stream[lookup.where][row] is True,
            idle=sum(flags[row] is True for flags in idle),
            is_null=stream[lookup.null][row] is True,
            is_encoded=encoded[row] is True,
            query=tuple([stream[match.query][row] for match in lookup.matches]),
            key=tuple([stream[match.key][row] for match in lookup.matches]),
            rank=rank[row],
            value=stream[lookup.value][row],
        )


@final
@dataclass
class _Answer:
    """The rows with one key whose code to prefer is the largest, and what they hold."""

    rank: int
    rows: list[int]
    values: list[Value]


@final
@dataclass
class Finder:
    """What a lookup finds among the rows that were added; those of the encoder lie apart from all others.

    Args:
        labels: the registers.
        lookup: what is looked up.
    """

    labels: Labels
    lookup: Lookup
    _answers: dict[tuple[bool, Codes], _Answer] = field(default_factory=dict[tuple[bool, Codes], _Answer])
    _defaults: dict[bool, Value] = field(default_factory=dict[bool, Value])
    _half_keys: dict[bool, Row] = field(default_factory=dict[bool, Row])

    def __post_init__(self) -> None:
        """Read off the labels what does not change."""
        types = [self.labels.register(match.key).type for match in self.lookup.matches]
        self._digits = [type_.digits if isinstance(type_, Code) else 0 for type_ in types]
        value, default = self.labels.register(self.lookup.value).type, self.lookup.default
        self._default = None if default is None else as_value(value, default)
        self._splits = self.lookup.mask != "none"
        self._is_past_encoder = False

    def add(self, row: Row) -> None:
        """Let a row answer from now on.

        Raises:
            ProgramError: if it breaks what gives every row the score it should have.
        """
        side = row.is_encoded and self._splits
        self._check(row, is_first=side not in self._defaults)
        self._is_past_encoder |= not row.is_encoded
        unset = self._unset(row.key)
        if not row.is_null and (unset == 1 or (unset == 0 and row.rank is None)):
            self._half_keys.setdefault(side, row)
        if row.is_null:
            self._defaults[side] = row.value if self.lookup.default is None else self._default
        elif None not in row.key and isinstance(row.rank, int):
            held = self._answers.get((side, row.key))
            if held is None or row.rank > held.rank:
                self._answers[side, row.key] = _Answer(row.rank, [row.number], [row.value])
            elif row.rank == held.rank:
                held.rows.append(row.number)
                held.values += [] if row.value in held.values else [row.value]

    def find(self, row: Row) -> Value:
        """What this row finds.

        Raises:
            ProgramError: if more rows answer than the lookup promises, or none answers by default.
        """
        side = (row.is_encoded and self._splits) or self.lookup.mask == "across"
        if side not in self._defaults:
            raise self._broken(row, "no row that answers by default")
        if row.asks and side in self._half_keys:
            raise self._broken(self._half_keys[side], "it has all digits but one, or none to be preferred by")
        answer = self._answers.get((side, row.query)) if row.asks else None
        if answer is None:
            return self._defaults[side]
        if len(answer.values) > 1 or (self.lookup.ties == "unique" and len(answer.rows) > 1):
            raise ProgramError(
                f"Lookup {self.lookup.name!r} promises {self.lookup.ties} ties",
                found=f"rows {', '.join(map(str, answer.rows))} all match",
                where=f"row {row.number}",
                remedy="Give the rows distinct keys.",
            )
        return answer.values[0]

    def _check(self, row: Row, *, is_first: bool) -> None:
        """A match scores most, then the null row, then all others, by one at least: what that asks of a row."""
        lookup, wrong = self.lookup, list[str]()
        query, key = (self._unset(codes) for codes in (row.query, row.key))
        if row.asks + row.idle != 1:
            wrong.append(f"it {'asks' if row.asks else 'does not ask'}, and {row.idle} flags say that it is idle")
        if row.is_null and not is_first:
            wrong.append("it is a second one that answers by default")
        if row.is_null and not (row.idle and key == sum(self._digits)):
            wrong.append("it answers by default, but asks or has codes")
        if row.is_null and lookup.default is not None and row.value is not None and row.value is not False:
            wrong.append("it answers by default, with a value of its own")
        if row.is_null and lookup.prefer is not None and row.rank is not None:
            wrong.append("it answers by default, but has a code to be preferred by")
        if row.is_encoded and self._splits and self._is_past_encoder:
            wrong.append("it is the encoder's, but comes after one that is not")
        if row.is_encoded and row.asks and lookup.mask == "across":
            wrong.append("it is the encoder's, but asks across")
        if row.idle and query < sum(self._digits):
            wrong.append("it is idle, but has codes to ask for")
        if row.asks and query == 1:
            wrong.append("it asks for all digits but one")
        if wrong:
            raise self._broken(row, "; ".join(wrong))

    def _unset(self, codes: Codes) -> int:
        return sum(digits for digits, value in zip(self._digits, codes, strict=True) if value is None)

    def _broken(self, row: Row, found: str) -> ProgramError:
        return ProgramError(
            "A row asks or is idle; one, without codes, answers by default; codes are set, or not by two digits at least",
            found=found,
            where=f"lookup {self.lookup.name!r}, row {row.number}",
            remedy="Flag the rows of the prompt, BOS first.",
        )


def find_all(labels: Labels, lookup: Lookup, stream: Stream) -> list[Value]:
    """What each row of a stream finds.

    Raises:
        ProgramError: as `Finder`.
    """
    finder, rows = Finder(labels, lookup), list(rows_of(labels, lookup, stream))
    if lookup.mask != "causal":
        for row in rows:
            finder.add(row)
        return [finder.find(row) for row in rows]
    found: list[Value] = []
    for row in rows:
        finder.add(row)
        found.append(finder.find(row))
    return found
