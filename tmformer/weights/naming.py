"""Names for the rows and columns of every matrix, and a sentence for every attention head, read off matrices and labels."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NotRequired, TypedDict, final

from tmformer.program import Code, Flag, Labels, Lookup, Match, OneHot, Register
from tmformer.weights.assemble import BlockWeights, Weights
from tmformer.weights.layout import Layout
from tmformer.weights.lookup import AttentionHead
from tmformer.weights.sparse import Sparse
from tmformer.weights.table import Mlp


@final
class HeadNames(TypedDict):
    """One attention head: the name of its lookup, what it does in a sentence, and a name for each key and value dimension."""

    name: str
    sentence: str
    keys: list[str]
    values: list[str]


@final
class BlockNames(TypedDict):
    """One block: its attention heads, and what each hidden unit of its MLP does."""

    heads: list[HeadNames]
    units: list[str]


@final
class RegisterNames(TypedDict):
    """One register: its name, its kind (one-hot, code or flag) with the values of a one-hot one, and its coordinates."""

    name: str
    kind: str
    values: NotRequired[list[str]]
    first: int
    width: int
    scratch: bool


def name_registers(weights: Weights) -> list[RegisterNames]:
    """Each register and its coordinates, `width` of them from `first` on, as plain data.

    Args:
        weights: exact weights.
    """
    spans = weights.layout.spans
    return [_register(register, spans[register.name]) for register in weights.labels.registers]


def _register(register: Register, span: range) -> RegisterNames:
    kind = {OneHot: "one-hot", Code: "code", Flag: "flag"}[type(register.type)]
    named = RegisterNames(name=register.name, kind=kind, first=span.start, width=len(span), scratch=register.scratch)
    if isinstance(register.type, OneHot):
        named["values"] = list(register.type.values)
    return named


def name_blocks(weights: Weights) -> list[BlockNames]:
    """Names for each block, as plain data.

    Args:
        weights: exact weights.
    """
    return [_block(weights.labels, weights.layout, block) for block in weights.blocks]


def _block(labels: Labels, layout: Layout, block: BlockWeights) -> BlockNames:
    heads = [
        HeadNames(
            name=head.lookup.name,
            sentence=sentence(head.lookup),
            keys=_dimensions(layout, head),
            values=[_reads(layout, reads) for reads in _rows(head.value)],
        )
        for head in block.heads
    ]
    return BlockNames(heads=heads, units=list(_units(labels, layout, block.mlp)))


def sentence(lookup: Lookup) -> str:
    """What an attention head does, from the annotation of its lookup.

    Args:
        lookup: the annotation.
    """
    matches = " and ".join(_matched(lookup.matches))
    seen = {"none": "", "causal": " up to itself", "across": " of the encoder"}[lookup.mask]
    among = f"the row{seen} whose {matches}" if matches else f"a row{seen}"
    if lookup.prefer is not None:
        among += f", of several those with the largest {lookup.prefer},"
    default = "" if lookup.default is None else f" with {lookup.value} {lookup.default}"
    joint = "" if among.endswith(",") else ","
    return (
        f"Each row flagged {lookup.where} finds {among}{joint} and adds its {lookup.value} to {lookup.into}; "
        f"where none does, the row flagged {lookup.null} answers{default}."
    )


def _matched(matches: Sequence[Match]) -> Iterator[str]:
    """Conditions in words; those on digits that follow one another become one."""
    runs: list[list[Match]] = []
    for match in matches:
        last = runs[-1][-1] if runs else None
        if last is not None and (_next(last.key), _next(last.query)) == (match.key, match.query):
            runs[-1].append(match)
        else:
            runs.append([match])
    for run in runs:
        first, last = run[0], run[-1]
        if len(run) == 1:
            yield f"{first.key} equals its {first.query}"
        else:
            yield f"{first.key} to {last.key} equal its {first.query} to {last.query}"


def _next(name: str) -> str:
    """The name of the next digit: ``cell3`` after ``cell2``."""
    stem = name.rstrip("0123456789")
    return f"{stem}{int(name[len(stem) :]) + 1}" if stem != name else ""


def _rows(matrix: Sparse) -> list[dict[int, Fraction]]:
    rows: list[dict[int, Fraction]] = [{} for _ in range(matrix.shape[0])]
    for (row, column), value in matrix.items().items():
        rows[row][column] = value
    return rows


def _dimensions(layout: Layout, head: AttentionHead) -> list[str]:
    """What each key dimension compares."""
    names = layout.coordinate_names()
    asked, shown = _rows(head.query), _rows(head.key)
    return [f"{_sum(names, query)} · {_sum(names, key)}" for query, key in zip(asked, shown, strict=True)]


def _sum(names: Sequence[str], terms: Mapping[int, Fraction]) -> str:
    """A sum of coordinates in words, as ``2 row + bos``; nothing is 0."""
    words = [
        f"{'' if weight == 1 else '-' if weight == -1 else f'{weight} '}{names[place]}"
        for place, weight in sorted(terms.items())
    ]
    return " + ".join(words).replace("+ -", "- ") or "0"


def _reads(layout: Layout, terms: Mapping[int, Fraction]) -> str:
    return _sum(layout.coordinate_names(), terms)


def _units(labels: Labels, layout: Layout, mlp: Mlp) -> Iterator[str]:
    """What each hidden unit is for: a clearing unit, or a gate with what it reads, and what it adds to and takes from."""
    biases = [next(iter(row.values()), Fraction(0)) for row in _rows(mlp.b_in)]
    writes: list[dict[int, Fraction]] = [{} for _ in biases]
    for (row, unit), value in mlp.w_out.items().items():
        writes[unit][row] = value
    halves: set[tuple[tuple[int, Fraction], ...]] = set()
    for reads, written in zip(_rows(mlp.w_in), writes, strict=True):
        yield _unit(labels, layout, reads, written, halves)


def _unit(
    labels: Labels,
    layout: Layout,
    reads: Mapping[int, Fraction],
    writes: Mapping[int, Fraction],
    halves: set[tuple[tuple[int, Fraction], ...]],
) -> str:
    names = layout.coordinate_names()
    if len(reads) == 1 and writes == {place: -weight for place, weight in reads.items()}:
        return f"clears {names[next(iter(reads))]}"
    when = " and ".join(_literals(labels, layout, reads)) or "always"
    snapped = {abs(weight) for weight in reads.values()} == {Fraction(2)}
    half = ""
    if snapped:
        key = tuple(sorted(reads.items()))
        half = ", 2nd half" if key in halves else ", 1st half"
        halves.add(key)
    effect = " ".join(f"{'+' if weight > 0 else '-'}{names[place]}" for place, weight in sorted(writes.items()))
    return f"{when}{half}: {effect or 'nothing'}"


def _literals(labels: Labels, layout: Layout, reads: Mapping[int, Fraction]) -> Iterator[str]:
    """The conditions that a unit reads, register by register."""
    for register in labels.registers:
        span = layout.spans[register.name]
        held = {place - span.start: weight for place, weight in reads.items() if place in span}
        if not held:
            continue
        positive = [place for place, weight in held.items() if weight > 0]
        match register.type:
            case Code(digits=digits) if len(held) == digits:
                yield f"{register.name}={sum(2**place for place in positive)}"
            case Flag():
                yield register.name if positive else f"no {register.name}"
            case _ if positive:
                yield from (layout.coordinate_names()[span.start + place] for place in positive)
            case _:
                yield f"{register.name} empty"
