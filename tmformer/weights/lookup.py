"""Lowering a lookup to the four matrices of one attention head."""

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

    With M the digits matched, each weighs u = 1; a row that asks scores M on a match, M - 2 or less on another data row,
    and M - 1 on the null row, through one more key dimension. A code of b digits to prefer by weighs in with 2**i for its
    digit i and makes u = 2**b: a match scores uM + (2p - u + 1) for the index p it holds, u(M - 1) + 1 at least, u(M + 1) - 1
    at most; the null row u(M - 1); another row u(M - 2) + u - 1 at most, one less. A row that does not ask asks for the
    null row, with uM there and 0 elsewhere. The value of the null row is its own, or the default, through its flag.

    Source: own; the null key is a default answer, as in "attention sinks", with an exact margin of one score unit.
    """
    digits = [
        (query, key)
        for match in lookup.matches
        for query, key in zip(layout.spans[match.query], layout.spans[match.key], strict=True)
    ]
    prefer = layout.spans[lookup.prefer] if lookup.prefer is not None else range(0)
    unit, m, size = 2 ** len(prefer), len(digits), len(digits) + len(prefer) + 1
    where, null = layout.spans[lookup.where][0], layout.spans[lookup.null][0]
    queries = {(row, query): unit for row, (query, _) in enumerate(digits)}
    queries |= {(m + digit, where): 2**digit for digit in range(len(prefer))}
    queries |= {(size - 1, where): unit * (m - 1)}
    queries |= {(size - 1, layout.spans[name][0]): unit * m for name in lookup.idle}
    keys = {(row, key): 1 for row, (_, key) in enumerate(digits)}
    keys |= {(m + digit, key): 1 for digit, key in enumerate(prefer)} | {(size - 1, null): 1}
    values = dict.fromkeys(enumerate(layout.spans[lookup.value]), 1)
    if lookup.default is not None:
        default = layout.vector(lookup.value, lookup.default)
        first = layout.spans[lookup.value][0]
        values |= {(coordinate - first, null): weight for coordinate, weight in default.items()}
    width = len(layout.spans[lookup.value])
    return AttentionHead(
        lookup,
        query=sparse((size, layout.d_model), queries),
        key=sparse((size, layout.d_model), keys),
        value=sparse((width, layout.d_model), values),
        output=sparse((layout.d_model, width), {(c, i): 1 for i, c in enumerate(layout.spans[lookup.into])}),
    )
