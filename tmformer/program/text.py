"""The text form of a program: one statement a line, and `parse_program(format_program(p)) == p`.

    program "cellular" positions 18 loops 8 sharpness 3
    register cell flag
    register arriving one-hot "A" "B" scratch
    register here code 5
    generate here -1 where cell
    invariant single carrier left right stay
    block
      lookup from_left match left_cell here value right into arriving where cell null bos ties unique mask none
      clear arriving left right stay
      when arriving "A" symbol "0" then symbol "1" right "B"
    stop reads symbol where cell signal left -1 signal right 1 signal stay 0
      outcome "Z" "0" "halted"

Words in quotes are JSON strings; a name that is no plain word stands in quotes too.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tmformer.errors import ProgramError
from tmformer.program.check import check_program
from tmformer.program.ops import (
    Block,
    Code,
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
    Signal,
    Stop,
    Table,
    Write,
)

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = frozenset(
    [
        "program",
        "register",
        "one-hot",
        "code",
        "flag",
        "scratch",
        "generate",
        "where",
        "invariant",
        "feedback",
        "block",
        "lookup",
        "match",
        "value",
        "into",
        "null",
        "ties",
        "mask",
        "clear",
        "when",
        "then",
        "stop",
        "reads",
        "signal",
        "outcome",
        "parameter",
    ]
)


def format_program(program: Program) -> str:
    """The program as text."""
    return "\n".join(_statements(program)) + "\n"


def _statements(program: Program) -> Iterator[str]:
    labels = program.labels
    yield (
        f"program {_quote(labels.construction)} positions {labels.max_positions} "
        f"loops {labels.loops} sharpness {labels.sharpness}"
    )
    for name, value in labels.parameters.items():
        yield f"parameter {_name(name)} {_quote(value)}"
    for register in labels.registers:
        yield f"register {_name(register.name)} {_type(register.type)}{' scratch' * register.scratch}"
    for generator in labels.generators:
        yield f"generate {_name(generator.register)} {generator.offset} where {_name(generator.where)}"
    for invariant in labels.invariants:
        yield f"invariant {invariant.kind} {' '.join(map(_name, invariant.registers))}"
    for feedback in labels.feedback:
        yield f"feedback {_name(feedback.source)} {_name(feedback.target)}"
    for block in program.blocks:
        yield from _block(block)
    stop = labels.stop
    signals = "".join(f" signal {_name(signal.register)} {signal.offset}" for signal in stop.signals)
    yield f"stop reads {_name(stop.reads)} where {_name(stop.where)}{signals}"
    for outcome in stop.outcomes:
        yield f"  outcome {' '.join(map(_quote, outcome))}"


def _block(block: Block) -> Iterator[str]:
    yield "block"
    for lookup in block.lookups:
        matches = "".join(f" match {_name(match.query)} {_name(match.key)}" for match in lookup.matches)
        yield (
            f"  lookup {_name(lookup.name)}{matches} value {_name(lookup.value)} into {_name(lookup.into)} "
            f"where {_name(lookup.where)} null {_name(lookup.null)} ties {lookup.ties} mask {lookup.mask}"
        )
    yield f"  clear {' '.join(map(_name, block.table.clears))}".rstrip()
    for rule in block.table.rules:
        when = " ".join(f"{_name(part.register)} {_quote(part.value)}" for part in rule.when)
        then = " ".join(f"{_name(part.register)} {_quote(part.value)}" for part in rule.then)
        yield f"  when {when} then {then}".rstrip()


def _type(type_: OneHot | Flag | Code) -> str:
    match type_:
        case OneHot(values=values):
            return " ".join(("one-hot", *map(_quote, values)))
        case Code(digits=digits):
            return f"code {digits}"
        case Flag():
            return "flag"


def _quote(value: str | int) -> str:
    return json.dumps(value, ensure_ascii=True)


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name not in _WORDS else _quote(name)


def parse_program(text: str) -> Program:
    """The program that a text means.

    Raises:
        ProgramError: for a statement that is none, with its line; or if the program is not well formed.
    """
    parts: dict[str, list[Any]] = {
        kind: [] for kind in ("head", "parameter", "register", "generate", "invariant", "feedback", "block", "stop")
    }
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                _read(line, parts)
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


def _assemble(parts: dict[str, list[Any]]) -> Program:
    if len(parts["head"]) != 1 or len(parts["stop"]) != 1:
        raise ProgramError(
            "A program has one `program` line and one `stop` line",
            found=f"{len(parts['head'])} and {len(parts['stop'])}",
            where="the whole text",
            remedy="Give each once.",
        )
    labels = Labels(
        registers=tuple(parts["register"]),
        generators=tuple(parts["generate"]),
        stop=parts["stop"][0],
        invariants=tuple(parts["invariant"]),
        feedback=tuple(parts["feedback"]),
        parameters=dict(parts["parameter"]),
        **parts["head"][0],
    )
    return Program(labels, tuple(parts["block"]))


def _read(line: str, parts: dict[str, list[Any]]) -> None:
    tokens = _TOKEN.findall(line)
    if "".join(tokens) != re.sub(r'("(?:[^"\\]|\\.)*")|\s', r"\1", line):
        raise ValueError(line)
    match tokens:
        case ["program", name, "positions", positions, "loops", loops, "sharpness", sharpness]:
            sizes = {"max_positions": int(positions), "loops": int(loops), "sharpness": int(sharpness)}
            parts["head"].append({"construction": _word(name), **sizes})
        case ["parameter", name, value]:
            if _word(name) in dict(parts["parameter"]):
                raise ValueError(name)
            parts["parameter"].append((_word(name), _word(value) if value.startswith('"') else int(value)))
        case ["register", name, *type_]:
            scratch = type_[-1] == "scratch"
            parts["register"].append(Register(_word(name), _read_type(type_[: -1 if scratch else None]), scratch))
        case ["generate", name, offset, "where", where]:
            parts["generate"].append(Generator(_word(name), int(offset), _word(where)))
        case ["invariant", ("single" | "distinct") as first, second, *names]:
            invariant = {"kind": f"{first} {second}", "registers": list(map(_word, names))}
            parts["invariant"].append(msgspec.convert(invariant, Invariant))
        case ["feedback", source, target]:
            parts["feedback"].append(Feedback(_word(source), _word(target)))
        case ["stop", "reads", reads, "where", where, *signals]:
            pairs = _after(signals, "signal")
            signals_read = tuple(Signal(_word(name), int(offset)) for name, offset in pairs)
            parts["stop"].append(Stop(signals_read, _word(reads), _word(where), ()))
        case ["outcome", signal, read, outcome]:
            stop: Stop = parts["stop"][-1]
            outcomes = (*stop.outcomes, (_word(signal), _word(read), _word(outcome)))
            parts["stop"][-1] = msgspec.structs.replace(stop, outcomes=outcomes)
        case ["block"]:
            parts["block"].append(Block((), Table((), ())))
        case _:
            parts["block"][-1] = _read_in_block(tokens, parts["block"][-1])


def _read_in_block(tokens: Sequence[str], block: Block) -> Block:
    table = block.table
    match tokens:
        case [
            "lookup",
            name,
            *rest,
            "value",
            value,
            "into",
            into,
            "where",
            where,
            "null",
            null,
            "ties",
            ties,
            "mask",
            m,
        ]:
            fields = {
                "name": _word(name),
                "matches": [{"query": _word(query), "key": _word(key)} for query, key in _after(rest, "match")],
                "value": _word(value),
                "into": _word(into),
                "where": _word(where),
                "null": _word(null),
                "ties": ties,
                "mask": m,
            }
            return Block((*block.lookups, msgspec.convert(fields, Lookup)), table)
        case ["clear", *names]:
            return Block(block.lookups, Table((*table.clears, *map(_word, names)), table.rules))
        case ["when", *parts] if "then" in parts:
            middle = parts.index("then")
            when = tuple(Literal(_word(name), _word(value)) for name, value in _pairs(parts[:middle]))
            then = tuple(Write(_word(name), _word(value)) for name, value in _pairs(parts[middle + 1 :]))
            return Block(block.lookups, Table(table.clears, (*table.rules, Rule(when, then))))
        case _:
            raise ValueError(tokens)


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
