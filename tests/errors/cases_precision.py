"""What the precision room refuses."""

from dataclasses import replace

from tests.errors.sites import Case
from tests.program.programs import RUMOUR
from tmformer.machine import parse
from tmformer.pipeline import compile
from tmformer.precision import check_representable, format_named
from tmformer.program import parse_program
from tmformer.weights import Sparse, Weights, lower, sparse

BB2 = compile(parse("1RB1LB_1LA1RZ"), steps=6)


def with_head(**matrices: Sparse) -> Weights:
    """The weights of BB(2) with other matrices in the first attention head."""
    (block,) = BB2.blocks
    return replace(BB2, blocks=(replace(block, heads=(replace(block.heads[0], **matrices), *block.heads[1:])),))


d_model = BB2.layout.d_model
CASES: dict[str, Case] = {
    "unknown format": lambda: format_named("float8"),
    "a weight too long for its format": lambda: check_representable(
        with_head(query=sparse(BB2.blocks[0].heads[0].query.shape, {(0, 0): 257})), format_named("bfloat16")
    ),
    "scores too large for their format": lambda: check_representable(
        with_head(key=sparse(BB2.blocks[0].heads[0].key.shape, {(0, 0): 256, (0, 1): 1})), format_named("bfloat16")
    ),
    "more positions than may tie": lambda: check_representable(
        lower(parse_program(RUMOUR.replace("positions 9", "positions 65520"))), format_named("float16")
    ),
}
