"""Whether attention heads do what their annotations say: only then may a lookup be answered by address."""

from tmformer.weights import AttentionHead, Layout, Weights, lower_lookup


def is_true(layout: Layout, head: AttentionHead) -> bool:
    """Whether the four matrices are those of the lookup that the attention head is annotated with.

    Then its scores are code products with the margins that `weights.lower_lookup` derives, and hard attention finds the
    row whose code is asked for, or the null row: an address instead of a scan.
    """
    made = lower_lookup(layout, head.lookup)
    return all(getattr(made, name) == getattr(head, name) for name in ("query", "key", "value", "output"))


def untrue(weights: Weights) -> tuple[str, ...]:
    """The names of the lookups whose matrices do something else."""
    heads = (head for block in weights.blocks for head in block.heads)
    return tuple(head.lookup.name for head in heads if not is_true(weights.layout, head))
