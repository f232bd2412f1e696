"""What verifying refuses."""

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.verify import selftest, verify

CASES: dict[str, Case] = {
    "nothing to compare": lambda: verify(parse("1RA1RA"), []),
    "a radix that is none": lambda: verify(parse("1RA1RA"), construction="wei_ma", radix=0),
    "a selftest of no position": lambda: selftest(positions=0),
}
