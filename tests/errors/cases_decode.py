"""What the decode room refuses."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from tests.errors.sites import Case
from tmformer.constructions import construction
from tmformer.decode import Dense, Exact, run_batch, trace_network
from tmformer.machine import initial_configuration, parse
from tmformer.pipeline import compile
from tmformer.program import Stream, stack

MACHINE = parse("1RB1LB_1LA1RZ")
BB2, LONGER = compile(MACHINE, steps=2), compile(MACHINE, steps=3)
SILENT = stack(BB2.labels, [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(5))])
STOP = msgspec.structs.replace(BB2.labels.stop, reads="own_cell")


def start(of: object = BB2) -> Stream:
    now = initial_configuration("A", (), "0")
    return construction("cellular").encode_configuration(of.labels, now)


def advance(make: Callable[[], Dense | Exact], prompt: Stream, loops: int) -> object:
    engine = make()
    return engine.advance(engine.start(prompt), loops)


def several_masks() -> object:
    (block,) = BB2.blocks
    first, second, third = block.heads
    causal = replace(second, lookup=msgspec.structs.replace(second.lookup, mask="causal"))
    other = replace(BB2, blocks=(replace(block, heads=(first, causal, third)),))
    return run_batch([Dense(BB2), Dense(other)], [start(), start()], 1)


CASES: dict[str, Case] = {
    "no signal, in floats": lambda: advance(lambda: Dense(BB2), SILENT, 1),
    "no signal, in rationals": lambda: advance(lambda: Exact(BB2), SILENT, 1),
    "too long a prompt": lambda: Dense(BB2).start(start(LONGER)),
    "too many positions for rationals": lambda: Exact(BB2, memory=100),
    "networks of several masks in one batch": several_masks,
    "more loops than untied weights have": lambda: advance(lambda: Dense(BB2, tied=False), start(), 3),
    "no such register": lambda: trace_network(Exact(BB2), start(), 1)[0]["no such"],
    "a trace too large": lambda: trace_network(Exact(BB2), start(), 1, memory=100),
    "a stop table that reads codes": lambda: Dense(replace(BB2, labels=msgspec.structs.replace(BB2.labels, stop=STOP))),
}
