"""What the pipeline refuses."""

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.pipeline import certify, compile, run, run_batch

MACHINE = parse("1RA1RA")
NETWORK = compile(MACHINE, "universal", steps=2)

CASES: dict[str, Case] = {
    "weights that know no machine": lambda: run(NETWORK),
    "a machine beside weights that know one": lambda: run(compile(MACHINE, steps=2), machine=MACHINE),
    "two machines": lambda: run(MACHINE, machine=MACHINE),
    "more inputs than tapes": lambda: run(MACHINE, [["1"], ["1"]]),
    "a batch of none": lambda: run_batch(NETWORK, []),
    "a batch that outgrows its network": lambda: run_batch(NETWORK, [(MACHINE, "")], max_steps=3),
    "unknown engine": lambda: run(MACHINE, engine="fast"),
    "unknown regime": lambda: certify(compile(MACHINE, steps=2), regime="hot"),
    "fewer than no machine steps": lambda: run(MACHINE, max_steps=-1),
    "compiled weights and cells": lambda: run(compile(MACHINE, steps=2), engine="exact", cells=5),
    "no machine": lambda: run("bb2"),
    "left its window": lambda: run(compile(MACHINE, steps=2), engine="exact", max_steps=5),
    "a context that is full": lambda: run(compile(MACHINE, "wei_ma", steps=2), engine="exact", max_steps=3),
    "a context of fixed size without steps": lambda: run(MACHINE, construction="wei_ma", cells=5),
    "a reference in an engine of weights": lambda: run(MACHINE, construction="perez", engine="dense", max_steps=5),
    "nothing to emit": lambda: run(MACHINE, emit=lambda *_: None),
    "nothing to emit, by a reference": lambda: run(MACHINE, construction="perez", emit=lambda *_: None),
    "a reference and cells": lambda: run(MACHINE, construction="perez", cells=5),
    "a reference in an unknown arithmetic": lambda: run(MACHINE, construction="perez", format="bfloat16", max_steps=5),
    "a reference that is compiled": lambda: compile(MACHINE, "perez", steps=2),
    "options of another construction": lambda: run(MACHINE, form="decoder-only"),
}
