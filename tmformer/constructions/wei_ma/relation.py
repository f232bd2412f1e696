"""The simulation relation: configurations as sequences of records, sequences as configurations."""

from collections.abc import Iterator, Mapping
from typing import Literal

from tmformer.constructions.interface import Access, Token, not_ours
from tmformer.constructions.outcomes import check_words
from tmformer.constructions.records import broken, code, moved, names, next_cell
from tmformer.constructions.wei_ma.labels import labels_of, on
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, FORMS, Sizes
from tmformer.errors import WindowError
from tmformer.machine import Configuration, Tape, tape
from tmformer.program import Labels, OneHot, Stream, Value, stack

_LARGEST = 2**40  # records and steps: more than any memory holds
_PARAMETERS: Mapping[str, type] = {
    **dict.fromkeys(("machine", "start", "blank", "form"), str),
    **dict.fromkeys(("head", "origin", "records", "steps", "radix", "moves", "tapes", "one_way"), int),
}


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The prompt that represents `now`: BOS, a record for each cell that the labels name, START with state and cells.

    Raises:
        WindowError: if a non-blank cell or a tape head is not among the cells that the prompt holds, or there is another
            number of tapes.
    """
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    firsts, lasts = zip(*(each.used for each in now.tapes), strict=True)
    if min(firsts) < origin or max(lasts) >= origin + sizes.records or len(now.tapes) != sizes.tapes:
        raise WindowError(
            "The prompt holds every cell that is not blank, and the tape heads', of each tape",
            found=f"cells {min(firsts)} to {max(lasts)} in use, {len(now.tapes)} tapes",
            where=f"records of cells {origin} to {origin + sizes.records - 1}, {sizes.tapes} tapes",
            remedy="Compile for the length of this input (--input-length) and this start cell (--head).",
        )
    has_encoder = sizes.form == ENCODER_DECODER
    aside: dict[str, Value] = {"encoder": True} if has_encoder else {}
    record: dict[str, Value] = {"input": True} | aside
    bos: dict[str, Value] = {"bos": True}
    rows: list[dict[str, Value]] = [bos | aside]
    for cell in range(origin, origin + sizes.records):
        row = record.copy()
        for number, each in enumerate(now.tapes):
            row |= {on(number, "written"): each.read(cell)} | code(on(number, "cell"), cell, sizes.cell_digits)
        rows.append(row)
    rows += [bos] if has_encoder else []
    start: dict[str, Value] = {"step": True, "next_state": now.state}
    for number, each in enumerate(now.tapes):
        start |= code(on(number, "next_cell"), each.head, sizes.cell_digits)
    return stack(labels, [*rows, start])


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that a sequence represents: its last row's, cells unrolled from the moves.

    Raises:
        DecodeError: if a row writes no symbol or moves both ways; or if the last one holds no state, is at another cell
            than the moves say, or has found another symbol there than was written last.
    """
    start, last = _start(labels, stream), stream.num_rows - 1
    state = stream["next_state"][last]
    if not isinstance(state, str):
        raise broken(f"state {state!r}", f"row {last}")
    return Configuration(state, tuple(_tape(labels, stream, tape, start) for tape in range(sizes_of(labels).tapes)))


def _tape(labels: Labels, stream: Stream, number: int, start: int) -> Tape:
    """A tape after all rows."""
    sizes, last, origin = sizes_of(labels), stream.num_rows - 1, _number(labels, "origin")
    cells = {
        origin + row: str(symbol) for row, symbol in enumerate(stream[on(number, "written")][1 : sizes.records + 1])
    }
    head = _start_cell(labels, stream, number, start)
    columns = (stream[on(number, name)][start + 1 :] for name in ("written", "right", "left"))
    for row, (written, right, left) in enumerate(zip(*columns, strict=True), start=start + 1):
        if not isinstance(written, str) or (right and left):
            raise broken(f"written {written!r}, right {right}, left {left}", f"row {row}, {_named(number)}")
        cells[head] = written
        head = moved(head, (right is True) - (left is True), one_way=sizes.one_way)
    blank, where = str(labels.parameters["blank"]), f"row {last}, {_named(number)}"
    if _cell(labels, stream, number, last) != head % 2**sizes.cell_digits:
        raise broken(f"next_cell not that of cell {head}", where)
    next_symbol, here = stream[on(number, "next_symbol")][last], cells.get(head, blank)
    if next_symbol != here and not (last == start and next_symbol is None):
        raise broken(f"next_symbol {next_symbol!r}, not that of cell {head}", where)
    return tape(head, cells, blank)


def _named(tape: int) -> str:
    return f"tape {tape + 1}"


def _start(labels: Labels, stream: Stream) -> int:
    """The row number of START.

    Raises:
        DecodeError: if it is not there, or a record has no symbol.
    """
    sizes = sizes_of(labels)
    start = sizes.positions - sizes.steps - 1
    written = [stream[on(tape, "written")][1 : sizes.records + 1] for tape in range(sizes.tapes)]
    whole = stream.num_rows > start and stream["step"][start] is True and not any(None in column for column in written)
    if not whole:
        raise broken(f"{stream.num_rows} rows, START not at row {start}, or a record without a symbol", "the prompt")
    return start


def _start_cell(labels: Labels, stream: Stream, tape: int, start: int) -> int:
    """The start cell is among the recorded ones, which differ mod 2**K."""
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    ahead = (_cell(labels, stream, tape, start) - origin) % 2**sizes.cell_digits
    return origin + ahead


def _cell(labels: Labels, stream: Stream, tape: int, row: int) -> int:
    return next_cell(stream, on(tape, "next_cell"), sizes_of(labels).cell_digits, row, f"row {row}, {_named(tape)}")


def read_tokens(labels: Labels, stream: Stream) -> Iterator[Token]:
    """Each decoding step in words, that of START first.

    Raises:
        DecodeError: as `decode_configuration`.
    """
    sizes, start = sizes_of(labels), _start(labels, stream)
    heads = [_start_cell(labels, stream, tape, start) for tape in range(sizes.tapes)]
    for row in range(start, stream.num_rows):
        for number, head in enumerate(heads):
            right, left = (stream[on(number, name)][row] for name in ("right", "left"))
            heads[number] = moved(head, (right is True) - (left is True), one_way=sizes.one_way)
        yield Token(
            state=_text(stream, "state", row),
            next_state=str(_text(stream, "next_state", row)),
            tapes=tuple(
                _access(labels, stream, tape, row, head, is_start=row == start) for tape, head in enumerate(heads)
            ),
        )


def _access(labels: Labels, stream: Stream, tape: int, row: int, head: int, *, is_start: bool) -> Access:
    """What a row did on one tape."""
    sizes = sizes_of(labels)
    right, left = (stream[on(tape, name)][row] is True for name in ("right", "left"))
    found = [stream[on(tape, name)][row] for name in reversed(names("found", sizes.time_digits))]
    record = _found(labels, stream, tape, row, found)
    is_searched = record is not None and (record[0] == "step" or sizes.form != ENCODER_DECODER)
    return Access(
        symbol=_text(stream, on(tape, "symbol"), row),
        written=_text(stream, on(tape, "written"), row),
        move=None if is_start else "R" if right else "L" if left else "S",
        cell=head,
        next_symbol=str(_text(stream, on(tape, "next_symbol"), row)),
        found=record,
        digits=("" if sizes.radix <= 10 else " ").join(map(str, found)) if is_searched else "",
    )


def _text(stream: Stream, register: str, row: int) -> str | None:
    value = stream[register][row]
    return None if value is None else str(value)


def _found(
    labels: Labels, stream: Stream, tape: int, row: int, found: list[Value]
) -> tuple[Literal["step", "cell"], int] | None:
    """What the search came to: the record whose time and cell are those that it ended with."""
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    has_encoder = sizes.form == ENCODER_DECODER
    time = 0
    for digit in found:
        time = time * sizes.radix + int(digit or 0)
    records = 0 if has_encoder else sizes.records
    there = time + (3 + sizes.records if has_encoder else 1 if time < records else 2)
    cells = names("cell", sizes.cell_digits)

    def is_of_this_cell(other: int) -> bool:
        return all(stream[on(tape, cell)][other] == stream[on(tape, f"next_{cell}")][row] for cell in cells)

    if there <= row and is_of_this_cell(there):
        return ("cell", origin + time) if time < records else ("step", time - records + 1)
    inputs = range(1, sizes.records + 1) if has_encoder else ()
    return next((("cell", origin + there - 1) for there in inputs if is_of_this_cell(there)), None)


def sizes_of(labels: Labels) -> Sizes:
    """The sizes that these labels were compiled for."""
    records, steps, radix = (_number(labels, name) for name in ("records", "steps", "radix"))
    form, tapes, one_way = str(labels.parameters["form"]), _number(labels, "tapes"), _number(labels, "one_way")
    return Sizes(records, steps, radix, form, tapes, bool(one_way))


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    for name, kind in _PARAMETERS.items():
        value = labels.parameters.get(name)
        if not isinstance(value, kind):
            raise not_ours(labels, f"{name} = {value!r}", f"parameter {name!r}")
    sizes = sizes_of(labels)
    ahead = _number(labels, "head") - _number(labels, "origin")
    fits = sizes.form in FORMS and 2 <= sizes.radix <= 256 and sizes.steps >= 0 and 0 <= ahead < sizes.records
    fits = fits and 1 <= sizes.tapes <= len(labels.registers) and not (sizes.one_way and _number(labels, "origin"))
    if not fits or max(sizes.records, sizes.steps) > _LARGEST:
        raise not_ours(labels, f"{sizes}, the tape head at record {ahead}", "parameters")
    types = {register.name: register.type for register in labels.registers}
    states, symbols = types.get("state"), types.get("symbol")
    if not isinstance(states, OneHot) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    wanted = labels_of(states, symbols, sizes, labels.stop.outcomes, labels.parameters)
    for name in wanted.__struct_fields__:
        if name != "sharpness" and getattr(labels, name) != getattr(wanted, name):
            held = ", ".join(types) if name == "registers" else str(getattr(labels, name))
            raise not_ours(labels, held[:200], name)
    check_words(labels, states, symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    state, symbol = labels.register("state").type, labels.register("symbol").type
    return {
        "Q": len(state.values) if isinstance(state, OneHot) else 0,
        "G": len(symbol.values) if isinstance(symbol, OneHot) else 0,
        "n": _number(labels, "tapes"),
        "E": _number(labels, "one_way"),
        "R": _number(labels, "records"),
        "T": _number(labels, "steps"),
        "B": _number(labels, "radix"),
        "C": _number(labels, "moves"),
    }


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])
