"""What the pipeline refuses."""

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.pipeline import compile, run

MACHINE = parse("1RA1RA")

CASES: dict[str, Case] = {
    "unknown engine": lambda: run(MACHINE, engine="fast"),
    "fewer than no machine steps": lambda: run(MACHINE, max_steps=-1),
    "compiled weights and cells": lambda: run(compile(MACHINE, steps=2), engine="exact", cells=5),
    "no machine": lambda: run("bb2"),
    "left its window": lambda: run(compile(MACHINE, steps=2), engine="exact", max_steps=5),
}
