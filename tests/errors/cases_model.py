"""What the model room refuses."""

import inspect

import jax

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.model import load
from tmformer.pipeline import compile
from tmformer.precision import Uncertified

BB2 = compile(parse("1RB1LB_1LA1RZ"), steps=6)
TESTED = Uncertified(reason="tested bit for bit")


def without_float64() -> object:
    with jax.enable_x64(False):
        return load(BB2, TESTED, format_name="float64")


CASES: dict[str, Case] = {
    "no certificate": lambda: inspect.unwrap(load)(BB2, None),  # beartype, which the tests switch on, would be first
    "too large for memory": lambda: load(BB2, TESTED, memory=1000),
    "a format that is switched off": without_float64,
}
