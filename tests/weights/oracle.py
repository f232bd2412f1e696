"""An oracle for exact weights: dense matrices of Fractions and nested loops. It shares only the matrices' entries."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from tmformer.weights import AttentionHead, Sparse, Weights

Matrix = list[list[Fraction]]
Shares = Callable[[list[Fraction]], list[Fraction]]


def dense(matrix: Sparse) -> Matrix:
    out = [[Fraction(0)] * matrix.shape[1] for _ in range(matrix.shape[0])]
    for row, column, numerator in matrix.entries:
        out[row][column] = Fraction(numerator, 2**matrix.shift)
    return out


def apply(matrix: Matrix, x: list[Fraction]) -> list[Fraction]:
    return [sum((w * value for w, value in zip(row, x, strict=True)), Fraction(0)) for row in matrix]


def add(x: list[Fraction], y: list[Fraction]) -> list[Fraction]:
    return [a + b for a, b in zip(x, y, strict=True)]


def hard(scores: list[Fraction]) -> list[Fraction]:
    best = max(scores)
    return [Fraction(score == best, scores.count(best)) for score in scores]


def base_2(c: int) -> Shares:
    def softmax(scores: list[Fraction]) -> list[Fraction]:
        if any(score.denominator != 1 for score in scores):
            raise ValueError("every score is an integer")
        powers = [Fraction(2) ** int(c * score) for score in scores]
        return [power / sum(powers) for power in powers]

    return softmax


def seen(mask: str, encoded: list[bool], place: int) -> list[int]:
    """The rows that row number `place` sees."""
    match mask:
        case "causal":
            return [row for row in range(place + 1) if encoded[row] == encoded[place]]
        case "across":
            return [row for row, is_encoded in enumerate(encoded) if is_encoded]
        case _:
            return [*range(len(encoded))]


def attend(head: AttentionHead, x: Matrix, encoded: list[bool], shares: Shares) -> Iterator[list[Fraction]]:
    query, key, value, output = (dense(part) for part in (head.query, head.key, head.value, head.output))
    keys, values = [apply(key, row) for row in x], [apply(value, row) for row in x]
    sees = [seen(head.lookup.mask, encoded, place) for place in range(len(x))]
    if [] in sees:
        raise ValueError("Each row sees a row")
    for row, rows in zip(x, sees, strict=True):
        weights = shares(apply([keys[other] for other in rows], apply(query, row)))
        yield apply(output, apply([[values[other][i] for other in rows] for i in range(len(value))], weights))


def trace(weights: Weights, x: Matrix, shares: Shares, loops: int) -> Iterator[Matrix]:
    """The residual stream after every block."""
    name = weights.labels.encoder
    encoded = [name is not None and row[weights.layout.spans[name][0]] == 1 for row in x]
    for block in weights.blocks * loops:
        for messages in [list(attend(head, x, encoded, shares)) for head in block.heads]:
            x = [add(row, message) for row, message in zip(x, messages, strict=True)]
        w_in, b_in, w_out = (dense(part) for part in (block.mlp.w_in, block.mlp.b_in, block.mlp.w_out))
        bias = [row[0] for row in b_in]
        x = [add(row, apply(w_out, [max(h, Fraction(0)) for h in add(apply(w_in, row), bias)])) for row in x]
        yield x
