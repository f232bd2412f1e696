"""How many products a network is made of: beside it is seen what an engine saves."""

from tmformer.weights import Weights


def dense_products(weights: Weights, asking: int, seen: int) -> int:
    """Multiply-adds of the blocks of one loop, or of one decoding step, with dense matrices.

    With d coordinates of the residual stream, k and v those of the keys and values of an attention head, m hidden units,
    n rows that ask and N rows that are seen, a block has n (2 d m + sum over its attention heads of (k + v) (2 d + N)).
    Each row that asks is projected to a query, a key and a value; those of the other rows are kept.

    Args:
        weights: the network.
        asking: n: all rows of a sequence that is looped over, 1 in a decoding step.
        seen: N.
    """
    d = weights.layout.d_model
    wide = sum(head.key.shape[0] + head.value.shape[0] for block in weights.blocks for head in block.heads)
    units = sum(block.mlp.w_in.shape[0] for block in weights.blocks)
    return asking * (2 * d * units + wide * (2 * d + seen))
