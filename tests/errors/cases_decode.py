"""What the decode room refuses."""

from collections.abc import Callable
from dataclasses import replace

import jax
import msgspec

from tests.errors.sites import Case
from tmformer.constructions import construction
from tmformer.decode import (
    Cached,
    Dense,
    Exact,
    ExactRows,
    Many,
    Passing,
    check_same,
    connected,
    mesh_of,
    run_batch,
    trace_network,
)
from tmformer.machine import initial_configuration, parse
from tmformer.pipeline import compile
from tmformer.program import Stream, stack
from tmformer.weights import sparse

MACHINE = parse("1RB1LB_1LA1RZ")
BB2, LONGER = compile(MACHINE, steps=2), compile(MACHINE, steps=3)
SILENT = stack(BB2.labels, [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(5))])
STOP = msgspec.structs.replace(BB2.labels.stop, reads=("own_cell",))
DECODER, OCTAL = compile(MACHINE, "wei_ma", steps=2), compile(MACHINE, "wei_ma", steps=2, radix=8)
SILENT_ROWS = stack(DECODER.labels, [{"bos": True}, {"bos": True}])


def start(of: object = BB2) -> Stream:
    now = initial_configuration("A", (), "0")
    return construction(of.labels.construction).encode_configuration(of.labels, now)


def advance(make: Callable[[], Dense | Exact | Cached | ExactRows], prompt: Stream, loops: int) -> object:
    engine = make()
    return engine.advance(engine.start(prompt), loops)


def several_radixes() -> object:
    return run_batch([Cached(DECODER), Cached(OCTAL)], [start(DECODER), start(OCTAL)], 1)


def several_masks() -> object:
    (block,) = BB2.blocks
    first, second, third = block.heads
    causal = replace(second, lookup=msgspec.structs.replace(second.lookup, mask="causal"))
    other = replace(BB2, blocks=(replace(block, heads=(first, causal, third)),))
    return run_batch([Dense(BB2), Dense(other)], [start(), start()], 1)


def without_float64() -> object:
    with jax.enable_x64(False):
        return Cached(DECODER, format_name="float64")


def codes_beyond_int32() -> object:
    labels = DECODER.labels
    generators = (msgspec.structs.replace(labels.generators[0], divisor=2**40), *labels.generators[1:])
    return Cached(replace(DECODER, labels=msgspec.structs.replace(labels, generators=generators)))


def a_product_beyond_16_bits() -> object:
    """Two values of 256 and 1 that one coordinate receives: 257 is no number of bfloat16."""
    *others, block = DECODER.blocks
    (head,) = block.heads
    d_model = DECODER.layout.d_model
    value = sparse((2, d_model), {(0, 0): 256, (1, 0): 1})
    head = replace(head, value=value, output=sparse((d_model, 2), {(0, 0): 1, (0, 1): 1}))
    return Cached(replace(DECODER, blocks=(*others, replace(block, heads=(head,)))), format_name="bfloat16")


def joined(coordinator: str, processes: int, process: int) -> object:
    jax.device_count()  # so that it is too late to connect
    with connected(coordinator, processes, process):
        return None


CASES: dict[str, Case] = {
    "networks of several sizes to be mixed": lambda: Many([BB2, LONGER], start()),
    "a mesh that cannot be read": lambda: mesh_of("8"),
    "a mesh of another axis": lambda: mesh_of("model=1"),
    "a mesh of more devices than there are": lambda: mesh_of("data=1000000"),
    "a process that is none": lambda: joined("127.0.0.1:9876", 2, 2),
    "a coordinator that is none": lambda: joined("127.0.0.1", 2, 1),
    "processes that meet too late": lambda: joined("127.0.0.1:9876", 2, 1),
    "processes that were asked for different batches": lambda: check_same(["a", "a", "b"]),
    "a product beyond 16 bits": a_product_beyond_16_bits,
    "a sequence that grows, in loops": lambda: advance(lambda: Dense(DECODER), start(DECODER), 1),
    "a sequence that grows, in loops of rationals": lambda: advance(lambda: Exact(DECODER), start(DECODER), 1),
    "too many rows for rationals": lambda: ExactRows(DECODER, memory=100),
    "a batch of none": lambda: run_batch([], [], 1),
    "a batch of loops and decoders": lambda: run_batch([Dense(BB2), Cached(DECODER)], [start(), start(DECODER)], 1),
    "position codes beyond int32": codes_beyond_int32,
    "no signal, in floats": lambda: advance(lambda: Dense(BB2), SILENT, 1),
    "no signal, in rationals": lambda: advance(lambda: Exact(BB2), SILENT, 1),
    "too long a prompt": lambda: Dense(BB2).start(start(LONGER)),
    "too many positions for rationals": lambda: Exact(BB2, memory=100),
    "a prompt larger than memory": lambda: Passing(BB2, memory=100),
    "networks of several masks in one batch": several_masks,
    "decoders of several radixes in one batch": several_radixes,
    "no signal in the newest row, in rationals": lambda: advance(lambda: ExactRows(DECODER), SILENT_ROWS, 1),
    "no signal in the newest row, in floats": lambda: advance(lambda: Cached(DECODER), SILENT_ROWS, 1),
    "a cache too large": lambda: Cached(DECODER, memory=100),
    "a cache in a format that is switched off": without_float64,
    "a trace of a sequence too large": lambda: trace_network(ExactRows(DECODER), start(DECODER), 1, memory=100),
    "more loops than untied weights have": lambda: advance(lambda: Dense(BB2, tied=False), start(), 3),
    "no such register": lambda: trace_network(Exact(BB2), start(), 1)[0]["no such"],
    "a trace too large": lambda: trace_network(Exact(BB2), start(), 1, memory=100),
    "a stop table that reads codes": lambda: Dense(replace(BB2, labels=msgspec.structs.replace(BB2.labels, stop=STOP))),
}
