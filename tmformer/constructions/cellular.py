"""Cellular: positions are tape cells, and exactly one transformer block is one machine step.

Every cell asks its left neighbour, its right neighbour and itself whether the tape head comes from there, in which state.
The cell at which it arrives applies the transition: it writes its symbol and sends the tape head on. Cells know each
other by position codes of k = ceil(log2(W + 1)) digits, so keys have size k + 1. The + 1 under the logarithm matters:
with W = 2**k cells the codes of cells -1 and W would be those of cells W - 1 and 0, and a machine that leaves at the
right would come back at the left.

Source: own; the literal reading of "simulates a T-step machine with depth T" in Wei, Chen and Ma (arXiv 2107.13163).
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tmformer.constructions.claims import Claims, bits
from tmformer.constructions.interface import NO_OPTIONS, Construction, Options, check_one_tape, check_options, not_ours
from tmformer.constructions.outcomes import check_words, stop_outcomes
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import Configuration, Machine, Move, configuration
from tmformer.program import (
    Block,
    Code,
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
    Stream,
    Table,
    Value,
    Write,
    check_program,
    stack,
)

_FIRST_ROOM = 8  # cells on each side of the first window of a run that may grow; any number gives the same result
_MESSAGES = {"right": Move.RIGHT, "left": Move.LEFT, "stay": Move.STAY}
_PARAMETERS = {
    **dict.fromkeys(("machine", "start", "blank"), str),
    **dict.fromkeys(("head", "origin", "changes", "one_way", "stopped", "stopped_changes"), int),
}
_REGISTER_OF = {move: name for name, move in _MESSAGES.items()}


def sharpness(digits: int) -> int:
    """The least c for which the graded regime decodes: (1 + 4**-c)**k + 2**-c <= 4/3, k = `digits`.

    Of the one message in the sequence its reader receives at least 1 / ((1 + 4**-c)**k + 2**-c): every code of k digits
    may be a rival, h wrong digits cost a factor 4**-ch, the null key weighs 2**-c. The gate needs 3/4 of it. A row that
    should find nothing receives less than 2**-c, of which the gate bears 1/4.

    >>> [sharpness(digits) for digits in (1, 2, 12, 13, 22)]
    [2, 3, 3, 4, 4]
    """
    c = 1
    while (1 + Fraction(1, 4**c)) ** digits + Fraction(1, 2**c) > Fraction(4, 3):
        c += 1
    return c


CLAIMS = Claims(
    construction="cellular",
    source="own; reading of Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1",
    letters={
        "Q": "states, halting ones included",
        "G": "tape symbols",
        "W": "tape cells in the window",
        "T": "machine steps",
        "C": "transitions that write another symbol than they read",
        "E": "1 if the tape is one-way, else 0",
        "L": "transitions that move left on a one-way tape; 0 on a two-way tape",
        "M": "those of them that write another symbol than they read",
    },
    definitions={"k": "bits(W + 1)"},
    formulas={
        "num_layers": "T",
        "num_heads": "3",
        "d_model": "G + 4*Q + 3*k + 2 + E",
        "d_key": "k + 1",
        "d_value": "Q",
        "d_mlp": "2*Q*G + 4*Q + 2*L",
        "parameters": "(G + 4*Q + 3*k + 2 + E) * (6*(k + 1) + 6*Q + 2*(2*Q*G + 4*Q + 2*L)) + 2*Q*G + 4*Q + 2*L",
        "nonzero": "3*(2*k + 2 + min(k - 1, 1) + 2*Q) + 8*Q*G + 4*C + 8*Q + 12*L + 4*M",
        "sharpness": "sharpness(k)",
        "max_positions": "W + 1",
        "search_layers": "0",
        "blocks_per_step": "1",
        "depth": "T",
        "ties": "1",
    },
    functions={"sharpness": sharpness},
    notes={"sharpness": "the least c with (1 + 4^-c)^k + 2^-c <= 4/3"},
)


def window(
    steps: int, cells: int | None, head: int, input_length: int, origin: int | None, *, one_way: bool = False
) -> tuple[int, int]:
    """The first cell of the window and how many there are; that of a one-way tape begins where the tape does, at cell 0.

    Without `cells` it is [min(0, head - steps), max(head + steps, input_length - 1)], which no run of `steps` machine
    steps can leave. With `cells` it is what input and tape head need, with the cells left over split evenly; with
    `cells` and `origin` it is just that.

    Raises:
        ConstructionError: if `cells` is too few for input and tape head, `steps` negative, or `head` before a one-way tape.
    """
    if steps < 0 or (cells is not None and cells < 1) or (one_way and head < 0):
        raise ConstructionError(
            "Machine steps are zero or more, cells one or more, and a one-way tape begins at cell 0",
            found=f"{steps} machine steps, {cells} cells, the tape head at cell {head}",
            where="cellular",
            remedy="Ask for at least 0 machine steps and 1 cell, and for a tape head that is on the tape.",
        )
    if cells is None:
        first = 0 if one_way else min(0, head - steps)
        return first, max(head + steps, input_length - 1) - first + 1
    if origin is not None and (origin == 0 or not one_way):
        return origin, cells
    whole = input_length > 0 or one_way
    first, last = (min(0, head), max(head, input_length - 1)) if whole else (head, head)
    spare = cells - (last - first + 1)
    if spare < 0:
        raise ConstructionError(
            "The window holds the input and the tape head",
            found=f"{cells} cells for cells {first} to {last}",
            where="cellular",
            remedy=f"Ask for at least {last - first + 1} cells.",
        )
    return 0 if one_way else first - spare // 2, cells


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
    """The program whose loop number t turns the configuration after t machine steps into the next one.

    Args:
        machine: any machine.
        steps: T, the machine steps it is compiled for, which is its depth.
        cells: W, the cells of the window; enough for `steps` machine steps if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell of the window; chosen by `window` if not said.
        options: none.

    Raises:
        ConstructionError: if the window cannot hold the input and the tape head, or for an option.
    """
    check_options("cellular", options, ())
    check_one_tape("cellular", machine, one_way=True)
    first, width = window(steps, cells, head, input_length, origin, one_way=machine.one_way)
    digits = bits(width + 1)
    block = Block(
        lookups=(
            _lookup("from_left", asks="left_cell", reads="right"),
            _lookup("from_right", asks="right_cell", reads="left"),
            _lookup("from_self", asks="own_cell", reads="stay"),
        ),
        table=Table(clears=("arriving", *_MESSAGES), rules=tuple(_rules(machine))),
    )
    stopped = [rule for rule in machine.transitions if machine.one_way and rule.move is Move.LEFT]
    parameters: dict[str, str | int] = {
        "machine": machine.name,
        "start": machine.start,
        "blank": machine.blank,
        "head": head,
        "origin": first,
        "changes": sum(rule.write != rule.symbol for rule in machine.transitions),
        "one_way": int(machine.one_way),
        "stopped": len(stopped),
        "stopped_changes": sum(rule.write != rule.symbol for rule in stopped),
    }
    program = Program(_labels(machine, steps, width, digits, parameters), (block,))
    check_program(program)
    return program


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options) -> Program:
    """The program for going on from `now`, in a window twice as wide on the side where the tape head left the last one."""
    first, last = now.used
    if previous is None:
        first, last = first - _FIRST_ROOM, last + _FIRST_ROOM
    else:
        origin, width = _number(previous, "origin"), previous.max_positions - 1
        first = origin - width if now.head < origin else origin
        last = origin + width - 1 + (width if now.head >= origin + width else 0)
    first = 0 if machine.one_way else first
    cells = last - first + 1
    return compile_machine(machine, steps=cells, cells=cells, head=now.head, origin=first, options=options)


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return labels.loops


def outgrown(labels: Labels, now: Configuration, steps: int) -> ConstructionError:
    """The refusal of a run whose tape head left the window."""
    origin = _number(labels, "origin")
    return WindowError(
        f"The tape head left the window at step {steps}",
        found=f"the tape head at cell {now.head}",
        where=f"a window of cells {origin} to {origin + labels.max_positions - 2}",
        remedy="Compile for more cells, or run the machine without `cells` (--cells): its window grows.",
    )


def _labels(machine: Machine, steps: int, width: int, digits: int, parameters: dict[str, str | int]) -> Labels:
    return Labels(
        construction="cellular",
        registers=_registers(OneHot(machine.states), OneHot(machine.symbols), digits, one_way=machine.one_way),
        generators=tuple(
            Generator(name, offset, where="cell", divisor=1, modulus=2**digits)
            for name, offset in (("left_cell", -2), ("own_cell", -1), ("right_cell", 0))
        ),
        stop=Stop(
            signals=tuple(Signal(name, move.value) for name, move in _MESSAGES.items()),
            reads=("symbol",),
            where="cell",
            outcomes=stop_outcomes(machine),
        ),
        invariants=(
            Invariant("single carrier", tuple(_MESSAGES)),
            Invariant("distinct keys", ("own_cell",)),
        ),
        admissible=(
            Segment("bos", 1, fixed=(Write("bos", "1"),)),
            *((_cells("edge", 1, "edge"),) if machine.one_way else ()),
            *((_cells("cells", width - machine.one_way),) if width > machine.one_way else ()),
        ),
        max_positions=width + 1,
        loops=steps,
        sharpness=sharpness(digits),
        parameters=parameters,
    )


def _cells(name: str, rows: int, *flags: str) -> Segment:
    fixed = tuple(Write(flag, "1") for flag in ("cell", *flags))
    return Segment(name, rows, fixed=fixed, any=("symbol",), free=("stay",))


def _registers(states: OneHot, symbols: OneHot, digits: int, *, one_way: bool) -> tuple[Register, ...]:
    return (
        *(Register(name, Flag()) for name in ("bos", "cell", *(("edge",) if one_way else ()))),
        Register("symbol", symbols),
        *(Register(name, states) for name in _MESSAGES),
        Register("arriving", states, scratch=True),
        *(Register(name, Code(digits)) for name in ("left_cell", "own_cell", "right_cell")),
    )


def _lookup(name: str, *, asks: str, reads: str) -> Lookup:
    return Lookup(
        name, (Match(asks, "own_cell"),), value=reads, into="arriving", where="cell", null="bos", idle=("bos",)
    )


def _rules(machine: Machine) -> Iterator[Rule]:
    """The transitions; at the edge of a one-way tape a left move is a message to stay."""
    for state in machine.states:
        for symbol in machine.symbols:
            when = (Literal("arriving", state), Literal("symbol", symbol))
            if not machine.has_transition(state, symbol):
                yield Rule(when, (Write("stay", state),))
                continue
            rule = machine.transition(state, symbol)
            writes = () if rule.write == symbol else (Write("symbol", rule.write),)
            message = Write(_REGISTER_OF[rule.move], rule.next_state)
            if not machine.one_way or rule.move is not Move.LEFT:
                yield Rule(when, (*writes, message))
                continue
            yield Rule((*when, Literal("edge", "0")), (*writes, message))
            yield Rule((*when, Literal("edge", "1")), (*writes, Write("stay", rule.next_state)))


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The sequence that represents `now`: BOS, then the cells of the window, the tape head's with a `stay` message.

    Raises:
        WindowError: if a non-blank cell or the tape head is outside the window.
    """
    origin = _number(labels, "origin")
    last = origin + labels.max_positions - 2
    first_used, last_used = now.used
    if first_used < origin or last_used > last or len(now.tapes) != 1:
        raise WindowError(
            "Input and tape head are inside the window",
            found=f"cells {first_used} to {last_used} in use",
            where=f"a window of cells {origin} to {last}",
            remedy="Compile for more steps or cells, or for the length of this input.",
        )
    cells: list[dict[str, Value]] = [{"cell": True, "symbol": now.read(cell)} for cell in range(origin, last + 1)]
    cells[0] |= {"edge": True} if labels.parameters["one_way"] else {}
    cells[now.head - origin]["stay"] = now.state
    return stack(labels, [{"bos": True}, *cells])


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that `stream` represents; the pending message is applied, so the tape head may be outside.

    Raises:
        DecodeError: unless there is exactly one message, at a cell, and every cell holds a symbol.
    """
    origin = _number(labels, "origin")
    messages = [
        (origin + row - 1 + move.value, state, is_cell)
        for name, move in _MESSAGES.items()
        for row, (state, is_cell) in enumerate(zip(stream[name], stream["cell"], strict=True))
        if state is not None
    ]
    if len(messages) != 1 or not messages[0][2]:
        found = f"{len(messages)} messages" if len(messages) != 1 else "a message at a row that is no cell"
        raise _broken(found, "the residual stream")
    head, state, _ = messages[0]
    cells: dict[int, str] = {}
    for row, (symbol, is_cell) in enumerate(zip(stream["symbol"], stream["cell"], strict=True)):
        if is_cell != isinstance(symbol, str):
            raise _broken(f"symbol {symbol!r}", f"row {row}")
        if is_cell:
            cells[origin + row - 1] = str(symbol)
    return configuration(str(state), head, cells, str(labels.parameters["blank"]))


def _broken(found: str, where: str) -> DecodeError:
    return DecodeError(
        "Every cell and no other row holds a symbol, and one of them a message: the tape head is in one place",
        found=found,
        where=where,
        remedy="Start from encode_configuration, in a format with enough precision.",
    )


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    for name, kind in _PARAMETERS.items():
        if not isinstance(labels.parameters.get(name), kind):
            raise not_ours(labels, f"{name} = {labels.parameters.get(name)!r}", f"parameter {name!r}")
    types = {register.name: register.type for register in labels.registers}
    states, symbols, one_way = types.get("stay"), types.get("symbol"), bool(labels.parameters["one_way"])
    if not isinstance(states, OneHot) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    wanted = _registers(states, symbols, bits(labels.max_positions), one_way=one_way)
    if labels.registers != wanted or (one_way and labels.parameters["origin"] != 0):
        raise not_ours(labels, f"origin {labels.parameters['origin']}, registers {', '.join(types)}", "registers")
    check_words(labels, states, symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    symbol, stay = labels.register("symbol").type, labels.register("stay").type
    return {
        "Q": len(stay.values) if isinstance(stay, OneHot) else 0,
        "G": len(symbol.values) if isinstance(symbol, OneHot) else 0,
        "W": labels.max_positions - 1,
        "T": labels.loops,
        "C": _number(labels, "changes"),
        "E": _number(labels, "one_way"),
        "L": _number(labels, "stopped"),
        "M": _number(labels, "stopped_changes"),
    }


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])


CONSTRUCTION = Construction(
    claims={"": CLAIMS},
    compile=compile_machine,
    grow=grow,
    holds="visited",
    encode_configuration=encode_configuration,
    decode_configuration=decode_configuration,
    check_labels=check_labels,
    variables=variables,
    compiled_steps=compiled_steps,
    outgrown=outgrown,
)
