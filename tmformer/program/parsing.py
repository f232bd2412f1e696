"""The text form of a program, read; `text` says what its statements are."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from tmformer.errors import ProgramError
from tmformer.program.check import check_program
from tmformer.program.ops import (
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
    OneHot,
    Program,
    Register,
    Rule,
    Segment,
    Signal,
    Stop,
    Table,
    Write,
)

_Parts: TypeAlias = dict[str, list[Any]]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')
# The statements that stand alone, by their first word.
_STATEMENTS = (
    "program",
    "parameter",
    "register",
    "generate",
    "invariant",
    "admit",
    "encoder",
    "feedback",
    "block",
    "stop",
    "tally",
)
# The clauses of a lookup, and how many words each takes; None for one or more.
_CLAUSES = {"match": 2, "idle": None} | dict.fromkeys(
    ("prefer", "value", "into", "where", "null", "default", "ties", "mask"), 1
)


def parse_program(text: str) -> Program:
    """The program that a text means.

    Raises:
        ProgramError: for a statement that is none, with its line; or if the program is not well formed.
    """
    parts: _Parts = {word: [] for word in _STATEMENTS}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                _read(_tokens(line), parts)
            except (ValueError, IndexError, msgspec.ValidationError) as error:
                raise ProgramError(
                    "Each line is a statement of a program",
                    found=line.strip(),
                    where=f"line {number}",
                    remedy="See format_program for the statements.",
                ) from error
    program = _assemble(parts)
    check_program(program)
    return program


def _assemble(parts: _Parts) -> Program:
    heads, stops, encoders = parts["program"], parts["stop"], parts["encoder"]
    if len(heads) != 1 or len(stops) != 1 or len(encoders) > 1:
        raise ProgramError(
            "A program has one `program` line, one `stop` line, and at most one `encoder` line",
            found=f"{len(heads)}, {len(stops)} and {len(encoders)}",
            where="the whole text",
            remedy="Give each once.",
        )
    types = {register.name: register.type for register in parts["register"]}
    labels = Labels(
        registers=tuple(parts["register"]),
        generators=tuple(_with_all_digits(generator, types) for generator in parts["generate"]),
        stop=stops[0],
        invariants=tuple(parts["invariant"]),
        feedback=tuple(parts["feedback"]),
        admissible=tuple(parts["admit"]),
        tally=tuple(parts["tally"]),
        encoder=next(iter(encoders), None),
        parameters=dict(parts["parameter"]),
        **heads[0],
    )
    return Program(labels, tuple(parts["block"]))


def _tokens(line: str) -> list[str]:
    tokens = _TOKEN.findall(line)
    if "".join(tokens) != re.sub(r'("(?:[^"\\]|\\.)*")|\s', r"\1", line):
        raise ValueError(line)
    return tokens


def _read(tokens: list[str], parts: _Parts) -> None:
    """One line: a statement of its own, or more of the block or the stop table before it."""
    match tokens:
        case ["outcome", *rest]:
            parts["stop"][-1] = _with_outcome(parts["stop"][-1], rest)
        case ["lookup" | "clear" | "fill" | "when", *_]:
            parts["block"][-1] = _read_in_block(tokens, parts["block"][-1])
        case ["parameter", name, value]:
            if _word(name) in dict(parts["parameter"]):
                raise ValueError(name)
            parts["parameter"].append((_word(name), _word(value) if value.startswith('"') else int(value)))
        case _:
            statement = _read_statement(tokens)
            parts[tokens[0]].append(statement)


def _read_statement(tokens: list[str]) -> object:
    match tokens:
        case ["program", name, "positions", positions, "loops", loops, "sharpness", sharpness]:
            sizes = {"max_positions": int(positions), "loops": int(loops), "sharpness": int(sharpness)}
            return {"construction": _word(name), **sizes}
        case ["register", name, *type_]:
            scratch = type_[-1] == "scratch"
            return Register(_word(name), _read_type(type_[: -1 if scratch else None]), scratch)
        case ["generate", name, offset, *digits, "where", where]:
            divisor, modulus = _read_digits(digits)
            return Generator(_word(name), int(offset), _word(where), divisor, modulus)
        case ["invariant", ("single" | "distinct") as first, second, *names]:
            return _read_invariant(f"{first} {second}", names)
        case ["invariant", "exclusive", *names]:
            return _read_invariant("exclusive", names)
        case ["admit", name, "rows", rows, *parts]:
            return _read_segment(_word(name), int(rows), parts)
        case ["encoder", name]:
            return _word(name)
        case ["feedback", source, target]:
            return Feedback(_word(source), _word(target))
        case ["tally", *when, steps]:
            return Count(tuple(map(_word, when)), int(steps))
        case ["block"]:
            return Block((), Table((), ()))
        case ["stop", "reads", *names]:
            return _read_stop(names)
        case _:
            raise ValueError(tokens)


def _read_stop(tokens: Sequence[str]) -> Stop:
    at = tokens.index("where")
    (where,) = tokens[at + 1 : at + 2]
    pairs = _after(tokens[at + 2 :], "signal")
    signals = tuple(Signal(_word(name), int(offset)) for name, offset in pairs)
    return Stop(signals, tuple(map(_word, tokens[:at])), _word(where), ())


def _with_outcome(stop: Stop, tokens: Sequence[str]) -> Stop:
    if len(tokens) != len(stop.reads) + 2:
        raise ValueError(tokens)
    return msgspec.structs.replace(stop, outcomes=(*stop.outcomes, tuple(map(_word, tokens))))


def _read_in_block(tokens: Sequence[str], block: Block) -> Block:
    table = block.table
    match tokens:
        case ["lookup", name, *rest]:
            return Block((*block.lookups, _read_lookup(_word(name), rest)), table)
        case ["clear", *names]:
            return Block(block.lookups, Table((*table.clears, *map(_word, names)), table.rules, table.fills))
        case ["fill", *names]:
            return Block(block.lookups, Table(table.clears, table.rules, (*table.fills, *map(_word, names))))
        case ["when", *parts] if "then" in parts:
            middle = parts.index("then")
            when = tuple(
                Literal(_word(name), None if value == "empty" else _word(value))
                for name, value in _pairs(parts[:middle])
            )
            then = tuple(Write(_word(name), _word(value)) for name, value in _pairs(parts[middle + 1 :]))
            return Block(block.lookups, Table(table.clears, (*table.rules, Rule(when, then)), table.fills))
        case _:
            raise ValueError(tokens)


def _read_lookup(name: str, tokens: Sequence[str]) -> Lookup:
    starts = [place for place, token in enumerate(tokens) if token in _CLAUSES]
    if starts[:1] != [0]:
        raise ValueError(tokens)
    fields: dict[str, Any] = {"name": name, "matches": [], "idle": None}
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        word, values = tokens[start], [_word(token) for token in tokens[start + 1 : end]]
        if len(values) != (_CLAUSES[word] or max(1, len(values))) or fields.get(word) is not None:
            raise ValueError(tokens)
        if word == "match":
            fields["matches"].append({"query": values[0], "key": values[1]})
        else:
            fields[word] = values if word == "idle" else values[0]
    fields["idle"] = fields["idle"] or [fields.get("null")]
    return msgspec.convert(fields, Lookup)


def _read_invariant(kind: str, tokens: Sequence[str]) -> Invariant:
    where = _word(tokens[-1]) if tokens[-2:-1] == ["where"] else None
    names = list(map(_word, tokens if where is None else tokens[:-2]))
    return msgspec.convert({"kind": kind, "registers": names, "where": where}, Invariant)


def _read_segment(name: str, rows: int, tokens: Sequence[str]) -> Segment:
    starts = [place for place, token in enumerate(tokens) if token in ("fixed", "any", "free")]
    fields = {
        tokens[start]: [_word(token) for token in tokens[start + 1 : end]]
        for start, end in zip(starts, [*starts, len(tokens)][1:], strict=True)
    }
    begins = starts[:1] == ([0] if tokens else [])
    if not begins or len(fields) != len(starts) or len(fields.get("fixed", ())) % 2:
        raise ValueError(tokens)
    fixed = tuple(Write(*pair) for pair in _pairs(fields.get("fixed", [])))
    return Segment(name, rows, fixed, tuple(fields.get("any", ())), tuple(fields.get("free", ())))


def _read_digits(tokens: Sequence[str]) -> tuple[int, int]:
    match tokens:
        case []:
            return 1, 0
        case ["divisor", divisor, "modulus", modulus] if int(modulus) != 0:
            return int(divisor), int(modulus)
        case _:
            raise ValueError(tokens)


def _with_all_digits(generator: Generator, types: Mapping[str, OneHot | Flag | Code]) -> Generator:
    """Where a generator says no modulus: all digits of its code, if it is one, of as many digits as a code may have."""
    code = types.get(generator.register)
    if generator.modulus != 0 or not isinstance(code, Code) or not 0 < code.digits < 63:
        return generator
    return msgspec.structs.replace(generator, modulus=2**code.digits)


def _read_type(tokens: Sequence[str]) -> OneHot | Flag | Code:
    match tokens:
        case ["one-hot", *values]:
            return OneHot(tuple(map(_word, values)))
        case ["code", digits]:
            return Code(int(digits))
        case ["flag"]:
            return Flag()
        case _:
            raise ValueError(tokens)


def _after(tokens: Sequence[str], word: str) -> list[tuple[str, str]]:
    if len(tokens) % 3 or any(token != word for token in tokens[::3]):
        raise ValueError(tokens)
    return list(zip(tokens[1::3], tokens[2::3], strict=True))


def _pairs(tokens: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(tokens[::2], tokens[1::2], strict=True))


def _word(token: str) -> str:
    word: str = json.loads(token) if token.startswith('"') else token
    return word.encode().decode()  # refuses a lone surrogate, which no file can hold
