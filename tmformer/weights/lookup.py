"""Lowering a lookup to the four matrices of one attention head."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from tmformer.program import Lookup
from tmformer.weights.layout import Layout
from tmformer.weights.sparse import Sparse, sparse


@final
@dataclass(frozen=True)
class AttentionHead:
    """One attention head without biases; `lookup` says what it is meant to do.

    Args:
        lookup: the annotation: a hint, which whoever uses it verifies against the matrices.
        query: [d_key, d_model].
        key: [d_key, d_model].
        value: [d_value, d_model].
        output: [d_model, d_value].
    """

    lookup: Lookup
    query: Sparse
    key: Sparse
    value: Sparse
    output: Sparse


def lower_lookup(layout: Layout, lookup: Lookup) -> AttentionHead:
    """The attention head whose scores are code products, and whose null key wins where nothing matches.

    A row that asks scores M on a match, M the digits matched; M - 2 or less on another data row; M - 1 on the null row,
    through one more key dimension. The null row asks the null row: it scores M there and 0 elsewhere.

    Source: own; the null key is a default answer, as in "attention sinks", with an exact margin of one score unit.
    """
    digits = [
        (query, key)
        for match in lookup.matches
        for query, key in zip(layout.spans[match.query], layout.spans[match.key], strict=True)
    ]
    m = len(digits)
    where, null = layout.spans[lookup.where][0], layout.spans[lookup.null][0]
    queries = {(row, query): 1 for row, (query, _) in enumerate(digits)} | {(m, where): m - 1, (m, null): m}
    keys = {(row, key): 1 for row, (_, key) in enumerate(digits)} | {(m, null): 1}
    return AttentionHead(
        lookup,
        query=sparse((m + 1, layout.d_model), queries),
        key=sparse((m + 1, layout.d_model), keys),
        value=_copy(layout.spans[lookup.value], layout.d_model),
        output=_transpose(_copy(layout.spans[lookup.into], layout.d_model)),
    )


def _copy(span: Sequence[int], d_model: int) -> Sparse:
    return sparse((len(span), d_model), dict.fromkeys(enumerate(span), 1))


def _transpose(matrix: Sparse) -> Sparse:
    rows, columns = matrix.shape
    return sparse((columns, rows), {(column, row): value for (row, column), value in matrix.items().items()})
