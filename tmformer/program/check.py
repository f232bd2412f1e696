"""Well-formed programs: what must hold before a program is run or lowered."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType, UnionType

from tmformer.errors import ProgramError, did_you_mean
from tmformer.program.ops import (
    BROKEN,
    COARSE,
    FULL,
    MOST_COUNTED,
    OUTSIDE,
    RUNNING,
    Block,
    Code,
    Flag,
    Generator,
    Labels,
    Literal,
    Lookup,
    OneHot,
    Program,
    Register,
    Rule,
    Table,
    Write,
)

_SPEAKS_OF = MappingProxyType({"distinct keys": Code, "single carrier": OneHot, "exclusive": OneHot | Flag})
"""For each kind of invariant the types of its registers."""


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
    for generator in labels.generators:
        _check_generator(labels, generator)
    _check_keys(labels)
    for signal in labels.stop.signals:
        _check_register(labels, signal.register, OneHot, "the stop table")
    for name in labels.stop.reads:
        _check_register(labels, name, OneHot, "the stop table")
    _check_outcomes(labels)
    _check_tally(labels)
    _check_register(labels, labels.stop.where, Flag, "the stop table")
    _check_invariants(labels)
    _check_admissible(labels)
    targets = [feedback.target for feedback in labels.feedback]
    _require(len(set(targets)) == len(targets), "A register is fed back into once", repr(targets), "the feedback map")
    generated = {generator.register for generator in labels.generators}
    both = generated.intersection(targets)
    _require(not both, "A position code is not fed back into", repr(sorted(both)), "the feedback map")
    for feedback in labels.feedback:
        source = _check_register(labels, feedback.source, OneHot | Flag | Code, "the feedback map")
        target = _check_register(labels, feedback.target, OneHot | Flag | Code, "the feedback map")
        _require(source == target, "Feedback keeps the type", f"{source} to {target}", "the feedback map")
    here = not labels.feedback or all(signal.offset == 0 for signal in labels.stop.signals)
    _require(here, "Where the sequence grows, a row speaks of itself", "an offset that is not 0", "the stop table")
    if labels.encoder is not None:
        _check_register(labels, labels.encoder, Flag, "the encoder")
    positive = min(labels.max_positions, labels.sharpness) > 0 <= labels.loops
    sizes = f"{labels.max_positions} positions, {labels.loops} loops, sharpness {labels.sharpness}"
    _require(positive, "Positions and sharpness are positive, loops not negative", sizes, "labels")


def _check_generator(labels: Labels, generator: Generator) -> None:
    where = f"the generator of {generator.register!r}"
    code = _check_register(labels, generator.register, Code, where)
    _check_register(labels, generator.where, Flag, where)
    fits = generator.divisor > 0 and isinstance(code, Code) and 0 < generator.modulus <= 2**code.digits
    found = f"divisor {generator.divisor}, modulus {generator.modulus}, {code}"
    _require(fits, "A position code has a positive divisor, and a modulus that its digits can count to", found, where)


def _check_keys(labels: Labels) -> None:
    """A position code that promises distinct keys by itself tells all rows of a prompt but the null row apart."""
    promised = [each.registers for each in labels.invariants if each.kind == "distinct keys" and not labels.feedback]
    alone = {names[0] for names in promised if len(names) == 1}
    for generator in labels.generators:
        tells = generator.divisor == 1 and labels.max_positions - 1 <= generator.modulus
        if generator.register in alone:
            found = f"{generator} for {labels.max_positions} positions"
            rule = "Codes that are distinct keys tell all positions apart"
            _require(tells, rule, found, f"register {generator.register!r}")


def _check_invariants(labels: Labels) -> None:
    for invariant in labels.invariants:
        for name in invariant.registers:
            _check_register(labels, name, _SPEAKS_OF[invariant.kind], "an invariant")
        if invariant.where is not None:
            _check_register(labels, invariant.where, Flag, "an invariant")


def _check_admissible(labels: Labels) -> None:
    """Segments speak of registers once each, not of position codes, and fit into a sequence."""
    types = {register.name: register for register in labels.registers}
    generated = {generator.register for generator in labels.generators}
    for segment in labels.admissible:
        where = f"the admissible rows {segment.name!r}"
        for write in segment.fixed:
            _check_part(types, write, where)
        named = [*(write.register for write in segment.fixed), *segment.any, *segment.free]
        for name in named:
            _check_register(labels, name, OneHot | Flag | Code, where)
        free = len(set(named)) == len(named) and generated.isdisjoint(named)
        _require(free, "Rows hold each register once, and position codes by themselves", repr(named), where)
    rows = [segment.rows for segment in labels.admissible]
    fits = min(rows, default=1) > 0 and sum(rows) <= labels.max_positions
    _require(fits, "An admissible prompt has rows, and not more than there are positions", repr(rows), "the labels")


def _check_outcomes(labels: Labels) -> None:
    stop, where = labels.stop, "the stop table"
    said = {_values(labels.register(signal.register)) for signal in stop.signals}
    _require(len(said) == 1, "The signals of the stop table have the same values, and there is one", repr(said), where)
    for *_, outcome in stop.outcomes:
        ends = outcome not in (RUNNING, OUTSIDE, FULL, COARSE, BROKEN)
        _require(ends, "An outcome of the stop table ends a run", outcome, where)
    pairs = [outcome[:-1] for outcome in stop.outcomes]
    _require(len(set(pairs)) == len(pairs), "The stop table says one thing of a pair", "a pair twice", where)
    _check_pairs(labels, pairs, "The stop table speaks of values that its registers hold", where)


def _check_pairs(labels: Labels, pairs: Sequence[tuple[str, ...]], rule: str, where: str) -> None:
    """Each pair is a value of the signals, and a value of each register that the stop table reads."""
    stop = labels.stop
    names = (stop.signals[0].register, *stop.reads)
    held = [frozenset(_values(labels.register(name))) for name in names]
    for pair in pairs:
        fits = len(pair) == len(held) and all(value in values for value, values in zip(pair, held, strict=True))
        _require(fits, rule, f"{pair[0]!r} reading {', '.join(map(repr, pair[1:]))}" if pair else "nothing", where)


def _check_tally(labels: Labels) -> None:
    """Counts are of pairs at which a run goes on, one each, where no sequence grows."""
    pairs, where = [count.when for count in labels.tally], "the tally"
    _require(not (pairs and labels.feedback), "A sequence that grows counts its rows", f"{len(pairs)} counts", where)
    _check_pairs(labels, pairs, "The tally speaks of values that the stop table's registers hold", where)
    _require(len(set(pairs)) == len(pairs), "The tally says one thing of a pair", "a pair twice", where)
    ends = {outcome[:-1] for outcome in labels.stop.outcomes}
    _require(ends.isdisjoint(pairs), "The tally counts pairs at which a run goes on", "one at which it ends", where)
    for count in labels.tally:
        rule = f"An application counts 1 to {MOST_COUNTED:,} steps"
        _require(0 < count.steps <= MOST_COUNTED, rule, str(count.steps), where)


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
    for flag in (lookup.where, lookup.null, *lookup.idle):
        _check_register(labels, flag, Flag, where)
    value = _check_register(labels, lookup.value, OneHot | Flag | Code, where)
    into = _check_register(labels, lookup.into, OneHot | Flag | Code, where)
    _require(value == into, "A lookup keeps the type of its value", f"{value} into {into}", where)
    if lookup.prefer is not None:
        _check_register(labels, lookup.prefer, Code, where)
    if lookup.default is not None:
        can_answer = can_write(value, lookup.default)
        _require(can_answer, "A default is a value of the lookup's register", repr(lookup.default), where)
    idles = lookup.null in lookup.idle and lookup.where not in lookup.idle
    found = f"null {lookup.null!r}, where {lookup.where!r}, idle {lookup.idle!r}"
    _require(idles, "The row that answers by default is idle, those that ask are not", found, where)
    sides = lookup.mask != "across" or labels.encoder is not None
    _require(sides, "A lookup across needs an encoder", "labels without one", where)


def _check_table(labels: Labels, block: Block, where: str) -> None:
    table = block.table
    emptied = (*table.clears, *table.fills)
    _require(len(set(emptied)) == len(emptied), "A register is cleared or filled once", repr(emptied), where)
    types = {register.name: register for register in labels.registers}
    for name in emptied:
        _check_register(labels, name, OneHot | Flag | Code, where)
    for index, rule in enumerate(table.rules):
        _check_rule(types, rule, table, f"{where}, rule {index}")


def _values(register: Register) -> tuple[str, ...]:
    return register.type.values if isinstance(register.type, OneHot) else ()


def can_write(type_: OneHot | Flag | Code, text: str) -> bool:
    """Whether `text` writes a value of this type.

    >>> can_write(Code(2), "3"), can_write(Code(2), "4"), can_write(Flag(), "01"), can_write(OneHot(("a",)), "a")
    (True, False, False, True)
    """
    match type_:
        case OneHot(values=values):
            return text in values
        case Flag():
            return text in ("0", "1")
        case Code(digits=digits):
            is_short = len(text) <= len(str(2**digits))  # Python does not read numbers of very many digits
            return is_short and text.isascii() and text.isdigit() and str(int(text)) == text and int(text) < 2**digits


def _check_part(types: Mapping[str, Register], part: Literal | Write, where: str) -> None:
    _require(part.register in types, "Each register named is declared", repr(part.register), where)
    type_ = types[part.register].type
    empty = part.value is None and isinstance(type_, OneHot)
    holds = empty or (part.value is not None and can_write(type_, part.value))
    near = "." if holds else did_you_mean(str(part.value), _values(types[part.register]))
    _require(holds, f"{part.register!r} holds only its own values", repr(part.value), where, near)


def _check_rule(types: Mapping[str, Register], rule: Rule, table: Table, where: str) -> None:
    for part in (*rule.when, *rule.then):
        _check_part(types, part, where)
    read = [literal.register for literal in rule.when]
    written = [write.register for write in rule.then]
    _require(0 < len(read) == len(set(read)), "A rule reads registers once each, at least one", repr(read), where)
    _require(len(written) == len(set(written)), "A rule writes each register once", repr(written), where)
    known = {*table.clears, *table.fills, *read}
    for write in rule.then:
        rule_ = "A rule writes a register that is cleared, that it fills, or whose old value it reads"
        _require(write.register in known, rule_, write.register, where)
        scratch = types[write.register].scratch
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
