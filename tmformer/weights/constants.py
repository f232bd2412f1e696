"""Constant coordinates: what no block ever writes, and which attention depends on nothing else."""

from tmformer.weights.assemble import Weights


def constant_coordinates(weights: Weights) -> frozenset[int]:
    """The coordinates of the residual stream that no attention head and no MLP writes."""
    written = {
        row
        for block in weights.blocks
        for matrix in (block.mlp.w_out, *(head.output for head in block.heads))
        for row, _, _ in matrix.entries
    }
    return frozenset(range(weights.layout.d_model)) - written


def is_attention_constant(weights: Weights) -> bool:
    """Whether every query and every key reads constant coordinates only, so that who attends to whom never changes.

    Read off the matrices; it holds for every row, whatever the prompt.
    """
    constant = constant_coordinates(weights)
    return all(
        column in constant
        for block in weights.blocks
        for head in block.heads
        for matrix in (head.query, head.key)
        for _, column, _ in matrix.entries
    )
