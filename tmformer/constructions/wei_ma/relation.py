"""The simulation relation: configurations as sequences of records, sequences as configurations."""

from collections.abc import Iterator, Mapping
from typing import Literal

from tmformer.constructions.interface import Token, not_ours
from tmformer.constructions.outcomes import check_words
from tmformer.constructions.wei_ma.compiling import labels_of, names
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, FORMS, Sizes
from tmformer.errors import DecodeError, WindowError
from tmformer.machine import Configuration, configuration
from tmformer.program import Labels, OneHot, Stream, Value, stack

_LARGEST = 2**40  # records and steps: more than any memory holds
_PARAMETERS: Mapping[str, type] = {
    **dict.fromkeys(("machine", "start", "blank", "form"), str),
    **dict.fromkeys(("head", "origin", "records", "steps", "radix", "moves"), int),
}


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The prompt that represents `now`: BOS, a record for each cell that the labels name, START with state and cell.

    Raises:
        WindowError: if a non-blank cell or the tape head is not among the cells that the prompt holds.
    """
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    first, last = now.used
    if first < origin or last >= origin + sizes.records:
        raise WindowError(
            "The prompt holds every cell that is not blank, and the tape head's",
            found=f"cells {first} to {last} in use",
            where=f"records of cells {origin} to {origin + sizes.records - 1}",
            remedy="Compile for the length of this input and this start cell.",
        )
    has_encoder = sizes.form == ENCODER_DECODER
    aside: dict[str, Value] = {"encoder": True} if has_encoder else {}
    record: dict[str, Value] = {"input": True} | aside
    bos: dict[str, Value] = {"bos": True}
    rows: list[dict[str, Value]] = [bos | aside]
    for cell in range(origin, origin + sizes.records):
        rows += [record | {"written": now.read(cell)} | _code("cell", cell, sizes.cell_digits)]
    rows += [bos] if has_encoder else []
    start: dict[str, Value] = {"step": True, "next_state": now.state}
    return stack(labels, [*rows, start | _code("next_cell", now.head, sizes.cell_digits)])


def _code(register: str, cell: int, digits: int) -> dict[str, Value]:
    return {name: cell >> digit & 1 for digit, name in enumerate(names(register, digits))}


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that a sequence represents: its last row's, cells unrolled from the moves.

    Raises:
        DecodeError: if a row writes no symbol or moves both ways; or if the last one holds no state, is at another cell
            than the moves say, or has found another symbol there than was written last.
    """
    cells, start = _prompt(labels, stream)
    last, head = stream.num_rows - 1, _start_cell(labels, stream, start)
    columns = (stream[name][start + 1 :] for name in ("written", "right", "left"))
    for row, (written, right, left) in enumerate(zip(*columns, strict=True), start=start + 1):
        if not isinstance(written, str) or (right and left):
            raise _broken(f"written {written!r}, right {right}, left {left}", f"row {row}")
        cells[head] = written
        head += (right is True) - (left is True)
    state, modulus = stream["next_state"][last], 2 ** sizes_of(labels).cell_digits
    blank = str(labels.parameters["blank"])
    if not isinstance(state, str) or _cell(labels, stream, last) != head % modulus:
        raise _broken(f"state {state!r}, next_cell not that of cell {head}", f"row {last}")
    if stream["next_symbol"][last] not in (None if last == start else cells.get(head, blank), cells.get(head, blank)):
        raise _broken(f"next_symbol {stream['next_symbol'][last]!r}, not that of cell {head}", f"row {last}")
    return configuration(state, head, cells, blank)


def _prompt(labels: Labels, stream: Stream) -> tuple[dict[int, str], int]:
    """The cells that the prompt records, and the row number of START."""
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    start = sizes.positions - sizes.steps - 1
    written = stream["written"][1 : sizes.records + 1]
    whole = stream.num_rows > start and stream["step"][start] is True and None not in written
    if not whole:
        raise _broken(f"{stream.num_rows} rows, START not at row {start}, or a record without a symbol", "the prompt")
    return {origin + index: str(symbol) for index, symbol in enumerate(written)}, start


def _start_cell(labels: Labels, stream: Stream, start: int) -> int:
    """The start cell is among the recorded ones, which differ mod 2**K."""
    sizes, origin = sizes_of(labels), _number(labels, "origin")
    ahead = (_cell(labels, stream, start) - origin) % 2**sizes.cell_digits
    return origin + ahead


def _cell(labels: Labels, stream: Stream, row: int) -> int:
    digits = [stream[name][row] for name in names("next_cell", sizes_of(labels).cell_digits)]
    if None in digits:
        raise _broken("no next_cell", f"row {row}")
    return sum(int(digit or 0) << place for place, digit in enumerate(digits))


def _broken(found: str, where: str) -> DecodeError:
    return DecodeError(
        "A sequence is a prompt and machine steps: each holds a state, a symbol written and the cell its moves lead to",
        found=found,
        where=where,
        remedy="Start from encode_configuration, in a format with enough precision.",
    )


def read_tokens(labels: Labels, stream: Stream) -> Iterator[Token]:
    """Each decoding step in words, that of START first.

    Raises:
        DecodeError: as `decode_configuration`.
    """
    sizes = sizes_of(labels)
    _, start = _prompt(labels, stream)
    head = _start_cell(labels, stream, start)
    for row in range(start, stream.num_rows):
        held = {name: stream[name][row] for name in ("state", "symbol", "written", "next_state", "next_symbol")}
        right, left = stream["right"][row] is True, stream["left"][row] is True
        head += right - left
        found = [stream[name][row] for name in reversed(names("found", sizes.time_digits))]
        texts = {name: None if value is None else str(value) for name, value in held.items()}
        record = _found(labels, stream, row, found)
        is_searched = record is not None and (record[0] == "step" or sizes.form != ENCODER_DECODER)
        yield Token(
            state=texts["state"],
            symbol=texts["symbol"],
            written=texts["written"],
            move=None if row == start else "R" if right else "L" if left else "S",
            next_state=str(texts["next_state"]),
            cell=head,
            next_symbol=str(texts["next_symbol"]),
            found=record,
            digits=("" if sizes.radix <= 10 else " ").join(map(str, found)) if is_searched else "",
        )


def _found(labels: Labels, stream: Stream, row: int, found: list[Value]) -> tuple[Literal["step", "cell"], int] | None:
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
        return all(stream[cell][other] == stream[f"next_{cell}"][row] for cell in cells)

    if there <= row and is_of_this_cell(there):
        return ("cell", origin + time) if time < records else ("step", time - records + 1)
    inputs = range(1, sizes.records + 1) if has_encoder else ()
    return next((("cell", origin + there - 1) for there in inputs if is_of_this_cell(there)), None)


def sizes_of(labels: Labels) -> Sizes:
    """The sizes that these labels were compiled for."""
    records, steps, radix = (_number(labels, name) for name in ("records", "steps", "radix"))
    return Sizes(records, steps, radix, str(labels.parameters["form"]))


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
        "R": _number(labels, "records"),
        "T": _number(labels, "steps"),
        "B": _number(labels, "radix"),
        "C": _number(labels, "moves"),
    }


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])
