"""From a machine to the program that decodes its run."""

from collections.abc import Iterator

from tmformer.constructions.interface import NO_OPTIONS, Options, check_options
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, ENCODER_DECODER, FORMS, Sizes
from tmformer.errors import ConstructionError, ContextError, did_you_mean
from tmformer.machine import Configuration, Machine, Move
from tmformer.program import (
    Block,
    Code,
    Feedback,
    Flag,
    Generator,
    Invariant,
    Labels,
    Literal,
    Lookup,
    Match,
    OneHot,
    Program,
    Register,
    Rule,
    Segment,
    Signal,
    Stop,
    Table,
    Write,
    check_program,
)

_FIRST_POSITIONS = 1024  # N of the first network of a run that may grow; any number gives the same result
_MOVES = {Move.RIGHT: (Write("right", "1"),), Move.LEFT: (Write("left", "1"),), Move.STAY: ()}


def compile_machine(
    machine: Machine,
    *,
    steps: int,
    cells: int | None = None,
    head: int = 0,
    input_length: int = 0,
    origin: int | None = None,
    options: Options = NO_OPTIONS,
) -> Program:
    """The program each of whose decoding steps is one machine step.

    Args:
        machine: any machine.
        steps: T, the machine steps it is compiled for.
        cells: R, the cells that the prompt holds; those from the input to the tape head if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell that the prompt holds; the first of the input and the tape head if not said.
        options: `radix`, the B of the search, 2 if not said; `form`, one of FORMS.

    Raises:
        ConstructionError: for cells that do not hold input and tape head, a radix below 2 or no such form.
    """
    check_options("wei_ma", options, ("form", "radix"))
    radix, form = _radix(options), _form(options)
    first, last = (min(0, head), max(head, input_length - 1)) if input_length else (head, head)
    first = first if origin is None else origin
    records = last - first + 1 if cells is None else cells
    if (
        steps < 0
        or not first <= head < first + records
        or (input_length and not first <= 0 <= input_length <= first + records)
    ):
        raise ConstructionError(
            "Machine steps are zero or more, and the prompt holds every cell of the input and of the start",
            found=f"{steps} machine steps; records of cells {first} to {first + records - 1}",
            where=f"wei_ma, for an input of {input_length} symbols and the tape head at cell {head}",
            remedy="Ask for more cells, or leave their number out.",
        )
    sizes = Sizes(records, steps, radix, form)
    parameters: dict[str, str | int] = {
        "machine": machine.name,
        "start": machine.start,
        "blank": machine.blank,
        "head": head,
        "origin": first,
        "records": records,
        "steps": steps,
        "radix": radix,
        "form": form,
        "moves": sum(rule.move is not Move.STAY for rule in machine.transitions),
    }
    states, symbols = OneHot(machine.states), OneHot(machine.symbols)
    labels = labels_of(states, symbols, sizes, stop_outcomes(machine), parameters)
    program = Program(labels, tuple(_blocks(machine, sizes)))
    check_program(program)
    return program


def _radix(options: Options) -> int:
    radix = options.get("radix", 2)
    if not isinstance(radix, int) or not 2 <= radix <= 256:
        raise ConstructionError(
            "The radix of the search is a whole number from 2 to 256",
            found=repr(radix),
            where="wei_ma, radix",
            remedy="Use radix 2; 3 to 16 search in fewer layers, with larger scores.",
        )
    return radix


def _form(options: Options) -> str:
    form = options.get("form", DECODER_ONLY)
    if form not in FORMS:
        raise ConstructionError(
            "A form is one of those that wei_ma has",
            found=repr(form),
            where="wei_ma, form",
            remedy=f"Use {' or '.join(FORMS)}{did_you_mean(str(form), FORMS)}",
        )
    return str(form)


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options) -> Program:
    """The program for going on from `now`: its context has room for twice the positions of the previous one."""
    first, last = now.used
    records = last - first + 1
    positions = max(_FIRST_POSITIONS, 2 * records)
    if previous is not None:
        positions = 2 * (int(previous.parameters["records"]) + int(previous.parameters["steps"]))
    steps = positions - records
    return compile_machine(machine, steps=steps, cells=records, head=now.head, origin=first, options=options)


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return int(labels.parameters["steps"])


def outgrown(labels: Labels, now: Configuration, steps: int) -> ConstructionError:
    """The refusal of a run that is longer than its context."""
    return ContextError(
        f"The context is full after machine step {steps}",
        found=f"a machine that goes on from state {now.state!r} at cell {now.head}",
        where=f"a network for {compiled_steps(labels)} machine steps, {labels.max_positions} positions",
        remedy="Compile for more steps, or run the machine itself: its context grows.",
    )


def names(register: str, count: int) -> tuple[str, ...]:
    """The names of the digits of a code that stands in registers of their own, the least significant first."""
    return tuple(f"{register}{digit}" for digit in range(count))


def _registers(states: OneHot, symbols: OneHot, sizes: Sizes) -> tuple[Register, ...]:
    bit, digit = Code(1), Code(sizes.digit_bits)
    k, d = sizes.cell_digits, sizes.time_digits
    has_encoder = sizes.form == ENCODER_DECODER
    flags = (*(("encoder",) if has_encoder else ()), "bos", "input", "step", "moved", "right", "left")
    return (
        *(Register(name, Flag()) for name in flags),
        *(Register(name, states) for name in ("state", "next_state")),
        *(Register(name, symbols) for name in ("symbol", "written", "next_symbol")),
        *(Register(name, bit) for name in (*names("cell", k), *names("next_cell", k))),
        *(Register(name, Flag()) for name in (*names("carry", k), *names("borrow", k))),
        *(Register(name, digit) for name in (*names("time", d), *names("found", d))),
        Register("answer", digit, scratch=True),
        Register("fetched", symbols, scratch=True),
        *((Register("from_input", symbols, scratch=True),) if has_encoder else ()),
    )


def labels_of(
    states: OneHot,
    symbols: OneHot,
    sizes: Sizes,
    outcomes: tuple[tuple[str, ...], ...],
    parameters: dict[str, str | int],
) -> Labels:
    """The labels of a network with these states, symbols and sizes."""
    has_encoder = sizes.form == ENCODER_DECODER
    times = names("time", sizes.time_digits)
    # Positions of BOS and the records come first; behind an encoder, time begins with the first step.
    offsets = {"moved": -3 - sizes.records} if has_encoder else {"input": -1, "moved": -2}
    return Labels(
        construction="wei_ma",
        registers=_registers(states, symbols, sizes),
        generators=tuple(
            Generator(name, offset, where, divisor=sizes.radix**digit, modulus=sizes.radix)
            for digit, name in enumerate(times)
            for where, offset in offsets.items()
        ),
        stop=Stop((Signal("next_state", 0),), reads=("next_symbol",), where="step", outcomes=outcomes),
        invariants=(
            Invariant("distinct keys", times),
            *((Invariant("distinct keys", names("cell", sizes.cell_digits), where="encoder"),) if has_encoder else ()),
            Invariant("exclusive", ("right", "left")),
        ),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(
            Feedback("next_state", "state"),
            Feedback("next_symbol", "symbol"),
            Feedback("step", "step"),
            Feedback("step", "moved"),
            *(Feedback(f"next_{cell}", cell) for cell in names("cell", sizes.cell_digits)),
        ),
        encoder="encoder" if has_encoder else None,
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    aside = (Write("encoder", "1"),) if sizes.form == ENCODER_DECODER else ()
    bos = (Write("bos", "1"),)
    cells, heads = names("cell", sizes.cell_digits), names("next_cell", sizes.cell_digits)
    return (
        Segment("bos", 1, fixed=(*aside, *bos)),
        Segment("records", sizes.records, fixed=(*aside, Write("input", "1")), any=("written", *cells)),
        *((Segment("decoder bos", 1, fixed=bos),) if aside else ()),
        Segment("start", 1, fixed=(Write("step", "1"),), any=("next_state", *heads)),
    )


def _blocks(machine: Machine, sizes: Sizes) -> Iterator[Block]:
    k = sizes.cell_digits
    fills = ("written", "next_state", "right", "left", *names("carry", k), *names("borrow", k), *names("next_cell", k))
    rules = (*_transitions(machine), *_carries(k))
    yield Block((), Table((), tuple(rules), fills))
    yield Block((), Table((), tuple(_flips(k))))
    for digit in reversed(range(sizes.time_digits)):
        yield _search(sizes, digit)
    yield _fetch(machine, sizes)


def _transitions(machine: Machine) -> Iterator[Rule]:
    """A pair without a rule stays put and writes back what it read: the stop table ends the run."""
    for state in machine.states:
        for symbol in machine.symbols:
            when = (Literal("state", state), Literal("symbol", symbol))
            write, next_state, move = symbol, state, Move.STAY
            if machine.has_transition(state, symbol):
                rule = machine.transition(state, symbol)
                write, next_state, move = rule.write, rule.next_state, rule.move
            yield Rule(when, (Write("written", write), Write("next_state", next_state), *_MOVES[move]))


def _carries(cell_digits: int) -> Iterator[Rule]:
    """Digit i of cell + 1 carries if all lower digits are 1, digit i of cell - 1 borrows if all are 0."""
    for digit in range(cell_digits):
        lower = range(digit)
        step, own = Literal("step", "1"), f"cell{digit}"
        yield Rule((step, *(Literal(f"cell{i}", "1") for i in lower)), (Write(f"carry{digit}", "1"),))
        yield Rule((step, *(Literal(f"cell{i}", "0") for i in lower)), (Write(f"borrow{digit}", "1"),))
        for value in "01":
            yield Rule((step, Literal(own, value)), (Write(f"next_{own}", value),))


def _flips(cell_digits: int) -> Iterator[Rule]:
    for digit in range(cell_digits):
        for move, flag in (("right", f"carry{digit}"), ("left", f"borrow{digit}")):
            for old, new in ("01", "10"):
                own = f"next_cell{digit}"
                when = (Literal(move, "1"), Literal(flag, "1"), Literal(own, old))
                yield Rule(when, (Write(own, new),))


def _matches(sizes: Sizes, first_digit: int) -> tuple[Match, ...]:
    cells = names("cell", sizes.cell_digits)
    decided = range(first_digit, sizes.time_digits)
    return (
        *(Match(f"next_{cell}", cell) for cell in cells),
        *(Match(f"found{digit}", f"time{digit}") for digit in decided),
    )


def _search(sizes: Sizes, digit: int) -> Block:
    """The largest digit number `digit` of the times of all records of the cell that agree with the digits found so far."""
    lookup = Lookup(
        f"search{digit}",
        _matches(sizes, digit + 1),
        value=f"time{digit}",
        into="answer",
        where="step",
        null="bos",
        idle=("bos", "input"),
        prefer=f"time{digit}",
        default="0",
        ties="constant",
        mask="causal",
    )
    found = f"found{digit}"
    rules = (
        Rule((Literal("step", "1"), Literal("answer", str(value))), (Write(found, str(value)),))
        for value in range(sizes.radix)
    )
    return Block((lookup,), Table(("answer",), tuple(rules), fills=(found,)))


def _fetch(machine: Machine, sizes: Sizes) -> Block:
    """What the record found wrote; where there is none, what the encoder holds; else the blank."""
    has_encoder = sizes.form == ENCODER_DECODER
    cell = _matches(sizes, sizes.time_digits)[: sizes.cell_digits]
    idle, default = ("bos", "input"), machine.blank
    fetch = Lookup(
        "fetch",
        _matches(sizes, 0),
        value="written",
        into="fetched",
        where="step",
        null="bos",
        idle=idle,
        default=None if has_encoder else default,
        mask="causal",
    )
    read = Lookup(
        "read",
        cell,
        value="written",
        into="from_input",
        where="step",
        null="bos",
        idle=idle,
        default=default,
        mask="across",
    )
    step = Literal("step", "1")
    rules = [Rule((step, Literal("fetched", symbol)), (Write("next_symbol", symbol),)) for symbol in machine.symbols]
    if not has_encoder:
        return Block((fetch,), Table(("fetched",), tuple(rules), fills=("next_symbol",)))
    rules += [
        Rule((step, Literal("fetched", None), Literal("from_input", symbol)), (Write("next_symbol", symbol),))
        for symbol in machine.symbols
    ]
    return Block((fetch, read), Table(("fetched", "from_input"), tuple(rules), fills=("next_symbol",)))
