"""The simulation relation: configurations as sequences of records, sequences as configurations."""

from collections.abc import Iterator, Mapping
from typing import Literal

from tmformer.constructions.contexts import LARGEST, check_held
from tmformer.constructions.interface import Access, Token, not_ours
from tmformer.constructions.latest import latest_tape
from tmformer.constructions.outcomes import check_words
from tmformer.constructions.parameters import check_fields, check_parameters, number
from tmformer.constructions.records import broken, code, moved, names
from tmformer.constructions.unrolling import accesses, check_end, check_prompt, recorded, start_cell, unrolled
from tmformer.constructions.wei_ma.labels import labels_of, on
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, FORMS, Sizes
from tmformer.machine import Configuration, Tape, tape
from tmformer.program import Labels, OneHot, Stream, Value, stack

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
    sizes, origin = sizes_of(labels), number(labels, "origin")
    check_held(now, origin, sizes.records, tapes=sizes.tapes)
    has_encoder = sizes.form == ENCODER_DECODER
    aside: dict[str, Value] = {"encoder": True} if has_encoder else {}
    bos: dict[str, Value] = {"bos": True}
    rows: list[dict[str, Value]] = [bos | aside]
    for cell in range(origin, origin + sizes.records):
        row: dict[str, Value] = {"input": True} | aside
        for index, each in enumerate(now.tapes):
            row |= recorded(on(index, ""), cell, each.read(cell), sizes.cell_digits)
        rows.append(row)
    rows += [bos] if has_encoder else []
    start: dict[str, Value] = {"step": True, "next_state": now.state}
    for index, each in enumerate(now.tapes):
        start |= code(on(index, "next_cell"), each.head, sizes.cell_digits)
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


def decode_latest(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that the latest record of each cell and the newest row represent.

    Raises:
        DecodeError: if the newest row holds no state, or has found another symbol than is recorded there; or if the records
            are not those of cells side by side.
    """
    sizes, last, tapes = sizes_of(labels), stream.num_rows - 1, list[Tape]()
    state, blank = stream["next_state"][last], str(labels.parameters["blank"])
    if not isinstance(state, str):
        raise broken(f"state {state!r}", "the newest row")
    for index in range(sizes.tapes):
        prefix, k, origin = on(index, ""), sizes.cell_digits, number(labels, "origin")
        head, cells = latest_tape(stream, prefix, k, origin, sizes.records, one_way=sizes.one_way)
        is_start = stream[f"{prefix}cell0"][last] is None
        check_end(stream, prefix, k, last if is_start else -1, head, cells.get(head, blank), _named(index))
        tapes.append(tape(head, cells, blank))
    return Configuration(state, tuple(tapes))


def _tape(labels: Labels, stream: Stream, index: int, start: int) -> Tape:
    """A tape after all rows."""
    sizes, origin, blank = sizes_of(labels), number(labels, "origin"), str(labels.parameters["blank"])
    prefix, said, head = on(index, ""), _named(index), _start_cell(labels, stream, index, start)
    written = map(str, stream[f"{prefix}written"][1 : sizes.records + 1])
    head, cells = unrolled(written, origin, head, accesses(stream, prefix, start, said), one_way=sizes.one_way)
    check_end(stream, prefix, sizes.cell_digits, start, head, cells.get(head, blank), said)
    return tape(head, cells, blank)


def _named(index: int) -> str:
    return f", tape {index + 1}"


def _start(labels: Labels, stream: Stream) -> int:
    """The row number of START."""
    sizes = sizes_of(labels)
    start = sizes.positions - sizes.steps - 1
    check_prompt(stream, start, sizes.records, tuple(on(index, "") for index in range(sizes.tapes)))
    return start


def _start_cell(labels: Labels, stream: Stream, index: int, start: int) -> int:
    k, origin = sizes_of(labels).cell_digits, number(labels, "origin")
    return start_cell(stream, on(index, ""), k, origin, start, _named(index))


def read_tokens(labels: Labels, stream: Stream) -> Iterator[Token]:
    """Each decoding step in words, that of START first.

    Raises:
        DecodeError: as `decode_configuration`.
    """
    sizes, start = sizes_of(labels), _start(labels, stream)
    heads = [_start_cell(labels, stream, tape, start) for tape in range(sizes.tapes)]
    for row in range(start, stream.num_rows):
        for index, head in enumerate(heads):
            right, left = (stream[on(index, name)][row] for name in ("right", "left"))
            heads[index] = moved(head, (right is True) - (left is True), one_way=sizes.one_way)
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
    sizes, origin = sizes_of(labels), number(labels, "origin")
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
    records, steps, radix = (number(labels, name) for name in ("records", "steps", "radix"))
    form, tapes, one_way = str(labels.parameters["form"]), number(labels, "tapes"), number(labels, "one_way")
    return Sizes(records, steps, radix, form, tapes, bool(one_way))


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    check_parameters(labels, _PARAMETERS)
    sizes = sizes_of(labels)
    ahead = number(labels, "head") - number(labels, "origin")
    fits = sizes.form in FORMS and 2 <= sizes.radix <= 256 and sizes.steps >= 0 and 0 <= ahead < sizes.records
    fits = fits and 1 <= sizes.tapes <= len(labels.registers) and not (sizes.one_way and number(labels, "origin"))
    if not fits or max(sizes.records, sizes.steps) > LARGEST:
        raise not_ours(labels, f"{sizes}, the tape head at record {ahead}", "parameters")
    types = {register.name: register.type for register in labels.registers}
    states, symbols = types.get("state"), types.get("symbol")
    if not isinstance(states, OneHot) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    check_fields(labels, labels_of(states, symbols, sizes, labels.stop.outcomes, labels.parameters))
    check_words(labels, states, symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    state, symbol = labels.register("state").type, labels.register("symbol").type
    return {
        "Q": len(state.values) if isinstance(state, OneHot) else 0,
        "G": len(symbol.values) if isinstance(symbol, OneHot) else 0,
        "n": number(labels, "tapes"),
        "E": number(labels, "one_way"),
        "R": number(labels, "records"),
        "T": number(labels, "steps"),
        "B": number(labels, "radix"),
        "C": number(labels, "moves"),
    }
