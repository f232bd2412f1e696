"""What the precision room refuses."""

from dataclasses import replace

from tests.errors.sites import Case
from tests.program.programs import RUMOUR
from tmformer.machine import parse
from tmformer.pipeline import compile
from tmformer.precision import (
    Certificate,
    Policy,
    Uncertified,
    certify,
    check_certificate,
    check_representable,
    check_speaks_of,
    format_named,
    native_format_named,
    policy_named,
)
from tmformer.program import parse_program
from tmformer.weights import Sparse, Weights, lower, sparse

BB2 = compile(parse("1RB1LB_1LA1RZ"), steps=6)


def with_head(**matrices: Sparse) -> Weights:
    """The weights of BB(2) with other matrices in the first attention head."""
    (block,) = BB2.blocks
    return replace(BB2, blocks=(replace(block, heads=(replace(block.heads[0], **matrices), *block.heads[1:])),))


def default(format_name: str) -> Policy:
    return policy_named("accumulate-float32", format_named(format_name))


d_model = BB2.layout.d_model
CASES: dict[str, Case] = {
    "unknown format": lambda: format_named("float8"),
    "a format that is emulated, to run in": lambda: native_format_named("tf32"),
    "a place that cannot be written": lambda: certify(BB2).save("/no/such/folder/cert.json"),
    "a certificate that is no file": lambda: Certificate.load("/no/such/cert.json"),
    "no reason": lambda: Uncertified(reason=" "),
    "a certificate of another file": lambda: check_certificate(b"", certify(BB2).to_bytes()),
    "a certificate of another network": lambda: check_speaks_of(certify(BB2), BB2, default("bfloat16"), "saturated"),
    "unknown policy": lambda: policy_named("mixed", format_named("float16")),
    "a weight too long for its format": lambda: check_representable(
        with_head(query=sparse(BB2.blocks[0].heads[0].query.shape, {(0, 0): 257})), default("bfloat16")
    ),
    "scores too large for their format": lambda: check_representable(
        with_head(key=sparse(BB2.blocks[0].heads[0].key.shape, {(0, 0): 256, (0, 1): 1})), default("bfloat16")
    ),
    "more positions than may tie": lambda: check_representable(
        lower(parse_program(RUMOUR.replace("positions 9", "positions 65520"))), default("float16")
    ),
}
