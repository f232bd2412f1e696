"""Well-formed programs: what must hold before a program is run or lowered."""

from collections.abc import Collection, Mapping
from types import UnionType

from tmformer.errors import ProgramError, did_you_mean
from tmformer.program.ops import (
    BROKEN,
    OUTSIDE,
    RUNNING,
    Block,
    Code,
    Flag,
    Labels,
    Literal,
    Lookup,
    OneHot,
    Program,
    Register,
    Rule,
    Write,
)


def check_program(program: Program) -> None:
    """Refuse a program that names what is not declared, or that could not be lowered exactly.

    Raises:
        ProgramError: naming the first rule broken.
    """
    labels = program.labels
    check_labels(labels)
    _require(bool(program.blocks), "A program has at least one block", "none", "blocks")
    for index, block in enumerate(program.blocks):
        for lookup in block.lookups:
            check_lookup(labels, lookup, f"block {index}, lookup {lookup.name!r}")
            scratch = labels.register(lookup.into).scratch and lookup.into in block.table.clears
            rule = "A lookup writes a scratch register that the block's table clears"
            _require(scratch, rule, f"{lookup.into!r}", f"block {index}, lookup {lookup.name!r}")
        _check_table(labels, block, f"block {index}, table")


def check_labels(labels: Labels) -> None:
    """Refuse labels that name registers which are not there, or hold them twice.

    Raises:
        ProgramError: naming the first rule broken.
    """
    names = [register.name for register in labels.registers]
    _require(len(set(names)) == len(names), "Each register is declared once", repr(names), "registers")
    for register in labels.registers:
        where = f"register {register.name!r}"
        match register.type:
            case OneHot(values=values):
                distinct = 0 < len(values) == len(set(values))
                _require(distinct, "A one-hot register has distinct values, at least one", repr(values), where)
            case Code(digits=digits):
                _require(0 < digits < 63, "A code has 1 to 62 digits", str(digits), where)
            case Flag():
                pass
    generated = [generator.register for generator in labels.generators]
    _require(len(set(generated)) == len(generated), "A position code has one generator", repr(generated), "generators")
    for generator in labels.generators:
        _check_register(labels, generator.register, Code, "a position code")
        _check_register(labels, generator.where, Flag, "a position code")
    _check_keys(labels)
    for signal in labels.stop.signals:
        _check_register(labels, signal.register, OneHot, "the stop table")
    _check_register(labels, labels.stop.reads, OneHot, "the stop table")
    _check_outcomes(labels)
    _check_register(labels, labels.stop.where, Flag, "the stop table")
    for invariant in labels.invariants:
        for name in invariant.registers:
            _check_register(labels, name, Code if invariant.kind == "distinct keys" else OneHot, "an invariant")
    targets = [feedback.target for feedback in labels.feedback]
    _require(len(set(targets)) == len(targets), "A register is fed back into once", repr(targets), "the feedback map")
    for feedback in labels.feedback:
        source = _check_register(labels, feedback.source, OneHot | Flag | Code, "the feedback map")
        target = _check_register(labels, feedback.target, OneHot | Flag | Code, "the feedback map")
        _require(source == target, "Feedback keeps the type", f"{source} to {target}", "the feedback map")
    positive = min(labels.max_positions, labels.sharpness) > 0 <= labels.loops
    sizes = f"{labels.max_positions} positions, {labels.loops} loops, sharpness {labels.sharpness}"
    _require(positive, "Positions and sharpness are positive, loops not negative", sizes, "labels")


def _check_keys(labels: Labels) -> None:
    """Position codes that promise distinct keys tell all rows but the null row apart."""
    keys = {name for each in labels.invariants if each.kind == "distinct keys" for name in each.registers}
    for name in keys & {generator.register for generator in labels.generators}:
        code = labels.register(name).type
        tells = isinstance(code, Code) and labels.max_positions - 1 <= 2**code.digits
        found = f"{code} for {labels.max_positions} positions"
        _require(tells, "Codes that are distinct keys tell all positions apart", found, f"register {name!r}")


def _check_outcomes(labels: Labels) -> None:
    stop, where = labels.stop, "the stop table"
    said = {_values(labels.register(signal.register)) for signal in stop.signals}
    _require(len(said) == 1, "The signals of the stop table have the same values, and there is one", repr(said), where)
    for _, _, outcome in stop.outcomes:
        ends = outcome not in (RUNNING, OUTSIDE, BROKEN)
        _require(ends, "An outcome of the stop table ends a run", outcome, where)
    pairs = [(signal, read) for signal, read, _ in stop.outcomes]
    _require(len(set(pairs)) == len(pairs), "The stop table says one thing of a pair", "a pair twice", where)
    signals, reads = frozenset(*said), frozenset(_values(labels.register(stop.reads)))
    for signal, read in pairs:
        rule = "The stop table speaks of values that its registers hold"
        _require(signal in signals and read in reads, rule, f"{signal!r} reading {read!r}", where)


def check_lookup(labels: Labels, lookup: Lookup, where: str) -> None:
    """Refuse a lookup whose registers are not there, or of another type than their use asks for.

    Raises:
        ProgramError: naming the first rule broken.
    """
    _require(bool(lookup.matches), "A lookup matches at least one code", "none", where)
    for match in lookup.matches:
        query = _check_register(labels, match.query, Code, where)
        key = _check_register(labels, match.key, Code, where)
        _require(query == key, "A query and its key have as many digits", f"{query} and {key}", where)
    _check_register(labels, lookup.where, Flag, where)
    _check_register(labels, lookup.null, Flag, where)
    value = _check_register(labels, lookup.value, OneHot, where)
    into = _check_register(labels, lookup.into, OneHot, where)
    _require(value == into, "A lookup keeps the type of its value", f"{value} into {into}", where)
    _require(lookup.where != lookup.null, "The row that answers by default does not ask", repr(lookup.null), where)


def _check_table(labels: Labels, block: Block, where: str) -> None:
    table = block.table
    _require(len(set(table.clears)) == len(table.clears), "A register is cleared once", repr(table.clears), where)
    for name in table.clears:
        _check_register(labels, name, OneHot, where)
    one_hot = {register.name: register for register in labels.registers if isinstance(register.type, OneHot)}
    values = {name: frozenset(_values(register)) for name, register in one_hot.items()}
    for index, rule in enumerate(table.rules):
        for part in (*rule.when, *rule.then):
            if part.value not in values.get(part.register, ()):
                _refuse_part(labels, part, f"{where}, rule {index}")
        _check_rule(one_hot, rule, table.clears, f"{where}, rule {index}")


def _values(register: Register) -> tuple[str, ...]:
    return register.type.values if isinstance(register.type, OneHot) else ()


def _refuse_part(labels: Labels, part: Literal | Write, where: str) -> None:
    _check_register(labels, part.register, OneHot, where)
    values = _values(labels.register(part.register))
    rule = f"{part.register!r} holds only its own values"
    _require(False, rule, repr(part.value), where, did_you_mean(part.value, values))


def _check_rule(one_hot: Mapping[str, Register], rule: Rule, clears: Collection[str], where: str) -> None:
    read = [literal.register for literal in rule.when]
    written = [write.register for write in rule.then]
    _require(0 < len(read) == len(set(read)), "A rule reads registers once each, at least one", repr(read), where)
    _require(len(written) == len(set(written)), "A rule writes each register once", repr(written), where)
    for write in rule.then:
        known = write.register in clears or write.register in read
        _require(known, "A rule writes a register that is cleared or whose old value it reads", write.register, where)
        scratch = one_hot[write.register].scratch
        _require(not scratch, "A table does not write a scratch register", write.register, where)


def _check_register(labels: Labels, name: str, kind: type | UnionType, where: str) -> OneHot | Flag | Code:
    known = {register.name: register.type for register in labels.registers}
    if name not in known:
        raise ProgramError(
            "Each register named is declared",
            found=repr(name),
            where=where,
            remedy=f"Declare {name!r}{did_you_mean(name, known)}",
        )
    type_ = known[name]
    _require(isinstance(type_, kind), f"{name!r} has the type its use asks for", str(type_), where)
    return type_


def _require(holds: bool, rule: str, found: str, where: str, remedy: str = ".") -> None:
    if not holds:
        raise ProgramError(rule, found=found, where=where, remedy=f"Change the program so that this holds{remedy}")
