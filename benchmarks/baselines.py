"""What else runs a Turing machine: our reference interpreter, automata-lib, a loop in Python and one in C.

Each is given a machine of one two-way tape and a number of machine steps, and begins on a blank tape. All end in the same
configuration, which the benchmarks check.
"""

import ctypes
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tmformer.machine import Configuration, Machine, configuration, initial_configuration, reach


class Run(NamedTuple):
    """What a baseline did.

    Args:
        seconds: of the machine steps alone, without getting ready and without reading the tape afterwards.
        steps: machine steps.
        configuration: the last one.
    """

    seconds: float
    steps: int
    configuration: Configuration


def reference(machine: Machine, steps: int) -> Run:
    """The reference interpreter."""
    begun = initial_configuration(machine.start, (), machine.blank)
    start = time.perf_counter()
    reached, done = reach(machine, begun, max_steps=steps)
    return Run(time.perf_counter() - start, done, reached)


def automata_lib(machine: Machine, steps: int) -> Run:
    """`DTM.read_input_stepwise` of automata-lib, which gives each configuration."""
    from automata.tm.dtm import DTM

    rows: dict[str, dict[str, tuple[str, str, str]]] = {}
    for rule in machine.transitions:
        rows.setdefault(rule.state, {})[rule.symbol] = (
            rule.next_state,
            rule.write,
            {-1: "L", 0: "N", 1: "R"}[rule.move.value],
        )
    dtm = DTM(
        states=set(machine.states),
        input_symbols=set(machine.symbols) - {machine.blank},
        tape_symbols=set(machine.symbols),
        transitions=rows,
        initial_state=machine.start,
        blank_symbol=machine.blank,
        final_states=set(machine.halting),
    )
    start, done, last = time.perf_counter(), 0, None
    for done, last in enumerate(islice(dtm.read_input_stepwise(""), steps + 1)):  # noqa: B007 - the last ones are used
        pass
    seconds = time.perf_counter() - start
    if last is None:
        raise RuntimeError("automata-lib gave no configuration")
    # Its tape does not say which cell is cell 0: the tape head's place is that of the symbols before it.
    cells = dict(enumerate(last.tape.tape))
    return Run(seconds, done, configuration(last.state, last.tape.current_position, cells, machine.blank))


def python_loop(machine: Machine, steps: int) -> Run:
    """A loop over a bytearray, with a list of transitions."""
    symbols, states = len(machine.symbols), machine.states
    rules = _rules(machine)
    table = [None if rule is None else (rule[0], rule[1], rule[2] * symbols) for rule in rules]
    tape, head, state, done = _blank_tape(machine, steps), steps, states.index(machine.start) * symbols, steps
    start = time.perf_counter()
    for step in range(steps):
        rule = table[state + tape[head]]
        if rule is None:
            done = step
            break
        tape[head], move, state = rule
        head += move
    seconds = time.perf_counter() - start
    return Run(seconds, done, _configuration(machine, tape, states[state // symbols], head, steps))


def c_loop(machine: Machine, steps: int) -> Run | None:
    """The same loop in C; None where there is no C compiler."""
    loop = _compiled_c()
    if loop is None:
        return None
    symbols, states = len(machine.symbols), machine.states
    rules = [rule or (0, 0, -1) for rule in _rules(machine)]
    table = (ctypes.c_int * (3 * len(rules)))(*(number for rule in rules for number in rule))
    tape, place = _blank_tape(machine, steps), (ctypes.c_longlong * 2)(steps, states.index(machine.start))
    held = (ctypes.c_ubyte * len(tape)).from_buffer(tape)
    start = time.perf_counter()
    done = loop(table, symbols, held, place, steps)
    seconds = time.perf_counter() - start
    return Run(seconds, done, _configuration(machine, tape, states[place[1]], place[0], steps))


BASELINES: dict[str, Callable[[Machine, int], Run | None]] = {
    "C loop": c_loop,
    "CPython loop": python_loop,
    "reference interpreter": reference,
    "automata-lib": automata_lib,
}


def is_same(one: Configuration, other: Configuration) -> bool:
    """Whether two configurations are the same but for where cell 0 is."""
    return _from_head(one) == _from_head(other)


def _from_head(now: Configuration) -> tuple[str, int, tuple[str, ...]]:
    return now.state, now.tapes[0].first - now.head if now.tape else 0, now.tape


def extent(machine: Machine, steps: int) -> tuple[int, int]:
    """The lowest and the highest cell that a run comes to."""
    symbols, tape, head, low, high = len(machine.symbols), _blank_tape(machine, steps), steps, steps, steps
    table, state = _rules(machine), machine.states.index(machine.start)
    for _ in range(steps):
        rule = table[state * symbols + tape[head]]
        if rule is None:
            break
        tape[head], move, state = rule
        head += move
        if head < low:
            low = head
        elif head > high:
            high = head
    return low - steps, high - steps


def _rules(machine: Machine) -> list[tuple[int, int, int] | None]:
    """For each state and symbol: the number of what is written, the move and the number of the next state."""
    symbols, states = machine.symbols, machine.states
    rules: list[tuple[int, int, int] | None] = [None] * (len(symbols) * len(states))
    for rule in machine.transitions:
        place = states.index(rule.state) * len(symbols) + symbols.index(rule.symbol)
        rules[place] = symbols.index(rule.write), rule.move.value, states.index(rule.next_state)
    return rules


def _blank_tape(machine: Machine, steps: int) -> bytearray:
    """So many cells on each side that no run of so many machine steps leaves it."""
    return bytearray([machine.symbols.index(machine.blank)]) * (2 * steps + 1)


def _configuration(machine: Machine, tape: bytearray, state: str, head: int, origin: int) -> Configuration:
    blank = tape.__class__([machine.symbols.index(machine.blank)])
    first = len(tape) - len(tape.lstrip(blank))
    cells = {first - origin + place: machine.symbols[held] for place, held in enumerate(tape.strip(blank))}
    return configuration(state, head - origin, cells, machine.blank)


_C = """
long long go(const int *table, long long symbols, unsigned char *tape, long long *place, long long most) {
    long long head = place[0], state = place[1], done = 0;
    for (; done < most; done++) {
        const int *rule = table + 3 * (state * symbols + tape[head]);
        if (rule[2] < 0) break;
        tape[head] = (unsigned char)rule[0];
        head += rule[1];
        state = rule[2];
    }
    place[0] = head;
    place[1] = state;
    return done;
}
"""


@cache
def _compiled_c() -> Callable[..., int] | None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "loop.c", Path(folder) / "loop.so"
        source.write_text(_C, encoding="utf-8")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source], check=True)  # noqa: S603 - our own source
        loop = ctypes.CDLL(str(library)).go
    loop.restype = ctypes.c_longlong
    loop.argtypes = [ctypes.c_void_p, ctypes.c_longlong, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_longlong]
    return loop
