"""What verifying refuses."""

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.verify import atlas, verify
from tmformer.verify.standing import network

CASES: dict[str, Case] = {
    "nothing to compare": lambda: verify(parse("1RA1RA"), []),
    "an atlas of no construction": lambda: atlas(["pérez"]),
    "a network of a reference": lambda: network("perez", 8),
    "a radix that is none": lambda: verify(parse("1RA1RA"), construction="wei_ma", radix=0),
}
