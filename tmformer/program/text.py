"""The text form of a program, written: one statement a line, and `parse_program(format_program(p)) == p`.

    program "cellular" positions 18 loops 8 sharpness 3
    register cell flag
    register arriving one-hot "A" "B" scratch
    register here code 5
    register answer flag scratch
    generate here -1 where cell
    generate digit -1 divisor 9 modulus 3 where cell
    encoder side
    feedback next symbol
    invariant single carrier left right stay
    admit cells rows 17 fixed cell "1" any symbol free stay
    block
      lookup from_left match left_cell here value right into arriving where cell null bos ties unique mask none
      lookup latest match cell here prefer time value digit into heard where row null bos idle bos side default "0"
      clear arriving left right stay
      fill digit
      when arriving "A" symbol "0" heard empty then symbol "1" right "B"
    stop reads symbol where cell signal left -1 signal right 1 signal stay 0
      outcome "Z" "0" "halted"
      tally "A" "0" 12

What may be left out: divisor 1 with the modulus of all digits, an idle that is the null flag, ties unique, mask none.
Words in quotes are JSON strings; a name that is no plain word stands in quotes too.
"""

import json
import re
from collections.abc import Iterator

from tmformer.program.ops import Block, Code, Flag, Generator, Labels, Lookup, OneHot, Program, Segment

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
        "divisor",
        "modulus",
        "encoder",
        "where",
        "invariant",
        "admit",
        "rows",
        "fixed",
        "any",
        "free",
        "feedback",
        "block",
        "lookup",
        "match",
        "value",
        "into",
        "null",
        "idle",
        "prefer",
        "default",
        "ties",
        "mask",
        "clear",
        "fill",
        "empty",
        "when",
        "then",
        "stop",
        "reads",
        "signal",
        "outcome",
        "tally",
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
        yield _generator(labels, generator)
    for invariant in labels.invariants:
        where = "" if invariant.where is None else f" where {_name(invariant.where)}"
        yield f"invariant {invariant.kind} {' '.join(map(_name, invariant.registers))}{where}"
    for segment in labels.admissible:
        yield " ".join(_segment(segment))
    if labels.encoder is not None:
        yield f"encoder {_name(labels.encoder)}"
    for feedback in labels.feedback:
        yield f"feedback {_name(feedback.source)} {_name(feedback.target)}"
    for block in program.blocks:
        yield from _block(block)
    stop = labels.stop
    signals = "".join(f" signal {_name(signal.register)} {signal.offset}" for signal in stop.signals)
    yield f"stop reads{''.join(f' {_name(name)}' for name in stop.reads)} where {_name(stop.where)}{signals}"
    for outcome in stop.outcomes:
        yield f"  outcome {' '.join(map(_quote, outcome))}"
    for count in labels.tally:
        yield f"  tally {' '.join(map(_quote, count.when))} {count.steps}"


def _generator(labels: Labels, generator: Generator) -> str:
    code = labels.register(generator.register).type
    digits = ""
    if generator.divisor != 1 or (isinstance(code, Code) and generator.modulus != 2**code.digits):
        digits = f" divisor {generator.divisor} modulus {generator.modulus}"
    return f"generate {_name(generator.register)} {generator.offset}{digits} where {_name(generator.where)}"


def _segment(segment: Segment) -> Iterator[str]:
    yield f"admit {_name(segment.name)} rows {segment.rows}"
    fixed = [f"{_name(write.register)} {_quote(write.value)}" for write in segment.fixed]
    for word, parts in (("fixed", fixed), ("any", map(_name, segment.any)), ("free", map(_name, segment.free))):
        listed = " ".join(parts)
        if listed:
            yield f"{word} {listed}"


def _block(block: Block) -> Iterator[str]:
    yield "block"
    for lookup in block.lookups:
        yield f"  {' '.join(_lookup(lookup))}"
    for word, names in (("clear", block.table.clears), ("fill", block.table.fills)):
        if names:
            yield f"  {word} {' '.join(map(_name, names))}"
    for rule in block.table.rules:
        when = " ".join(f"{_name(part.register)} {_literal(part.value)}" for part in rule.when)
        then = " ".join(f"{_name(part.register)} {_quote(part.value)}" for part in rule.then)
        yield f"  when {when} then {then}".rstrip()


def _lookup(lookup: Lookup) -> Iterator[str]:
    yield f"lookup {_name(lookup.name)}"
    for match in lookup.matches:
        yield f"match {_name(match.query)} {_name(match.key)}"
    if lookup.prefer is not None:
        yield f"prefer {_name(lookup.prefer)}"
    yield f"value {_name(lookup.value)} into {_name(lookup.into)} where {_name(lookup.where)} null {_name(lookup.null)}"
    if lookup.idle != (lookup.null,):
        yield f"idle {' '.join(map(_name, lookup.idle))}"
    if lookup.default is not None:
        yield f"default {_quote(lookup.default)}"
    yield f"ties {lookup.ties} mask {lookup.mask}"


def _literal(value: str | None) -> str:
    return "empty" if value is None else _quote(value)


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
