"""Weights: a whole program lowered, its labels kept, its sizes measured."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

from tmformer.program import Labels, Program, check_program
from tmformer.weights.layout import Layout
from tmformer.weights.lookup import AttentionHead, lower_lookup
from tmformer.weights.sparse import Sparse
from tmformer.weights.table import Mlp, lower_table


@final
@dataclass(frozen=True)
class BlockWeights:
    """One standard transformer block: several attention heads, then an MLP, both with residual."""

    heads: tuple[AttentionHead, ...]
    mlp: Mlp

    def matrices(self) -> dict[str, Sparse]:
        """Every matrix by name."""
        named = {
            f"head.{index}.{part}": getattr(head, part)
            for index, head in enumerate(self.heads)
            for part in ("query", "key", "value", "output")
        }
        return named | {f"mlp.{part}": getattr(self.mlp, part) for part in ("w_in", "b_in", "w_out")}


@final
@dataclass(frozen=True)
class Weights:
    """Exact sparse weights, applied `labels.loops` times, with the labels that say what they mean."""

    labels: Labels
    blocks: tuple[BlockWeights, ...]

    @cached_property
    def layout(self) -> Layout:
        """Which coordinates belong to which register."""
        return Layout(self.labels.registers)


def lower(program: Program) -> Weights:
    """The weights of a program: each lookup an attention head, each table an MLP.

    Raises:
        ProgramError: if the program is not well formed.
    """
    check_program(program)
    layout = Layout(program.labels.registers)
    return Weights(
        program.labels,
        tuple(
            BlockWeights(
                tuple(lower_lookup(layout, lookup) for lookup in block.lookups),
                lower_table(layout, program.labels, block.table),
            )
            for block in program.blocks
        ),
    )


@final
@dataclass(frozen=True)
class Sizes:
    """The sizes of a network, in the field's usual names; weights that are tied count once, position codes not at all.

    `search_layers` are blocks with an attention head that looks for the largest digit, `blocks_per_step` those that are
    applied once in a loop, or in a decoding step.
    """

    num_layers: int
    num_heads: int
    d_model: int
    d_key: int
    d_value: int
    d_mlp: int
    parameters: int
    nonzero: int
    sharpness: int
    max_positions: int
    search_layers: int
    blocks_per_step: int


def measure(weights: Weights) -> Sizes:
    """The sizes of these weights, read off the matrices."""
    heads = [head for block in weights.blocks for head in block.heads]
    matrices = [matrix for block in weights.blocks for matrix in block.matrices().values()]
    return Sizes(
        num_layers=len(weights.blocks) * weights.labels.loops,
        num_heads=max(len(block.heads) for block in weights.blocks),
        d_model=weights.layout.d_model,
        d_key=max((head.key.shape[0] for head in heads), default=0),
        d_value=max((head.value.shape[0] for head in heads), default=0),
        d_mlp=max(block.mlp.w_in.shape[0] for block in weights.blocks),
        parameters=sum(matrix.size for matrix in matrices),
        nonzero=sum(matrix.nonzero for matrix in matrices),
        sharpness=weights.labels.sharpness,
        max_positions=weights.labels.max_positions,
        search_layers=sum(any(head.lookup.prefer is not None for head in block.heads) for block in weights.blocks),
        blocks_per_step=len(weights.blocks),
    )
