"""What verifying refuses."""

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.pipeline import compile
from tmformer.verify import atlas, compare, selftest, verify
from tmformer.verify.standing import network

MACHINE = parse("1RA1RA")

CASES: dict[str, Case] = {
    "nothing to compare": lambda: verify(parse("1RA1RA"), []),
    "a regime that is none": lambda: compare(MACHINE, regime="hard"),
    "a comparison of fewer than no machine steps": lambda: compare(MACHINE, max_steps=-1),
    "weights, compiled already": lambda: compare(compile(MACHINE, steps=2), radix=2),
    "a reference that is compiled": lambda: compare(MACHINE, construction="perez", cells=5),
    "a comparison of no machine": lambda: compare("1RA1RA"),
    "an atlas of no construction": lambda: atlas(["pérez"]),
    "a network of a reference": lambda: network("perez", 8),
    "a radix that is none": lambda: verify(parse("1RA1RA"), construction="wei_ma", radix=0),
    "a selftest of no position": lambda: selftest(positions=0),
}
