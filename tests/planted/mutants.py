"""Weights with one fault: one entry changed, removed or added."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tmformer.weights import BlockWeights, Mlp, Sparse, Weights, sparse

Items = Mapping[tuple[int, int], Fraction]


@dataclass(frozen=True)
class Mutant:
    """Weights that differ in one entry of one matrix of one block from those compiled."""

    matrix: str
    place: tuple[int, int]
    change: str
    weights: Weights
    block: int = 0

    def __str__(self) -> str:
        return f"{f'block {self.block}, ' if self.block else ''}{self.matrix}{list(self.place)} {self.change}"


def replace_matrix(weights: Weights, name: str, change: Callable[[Items], Items], block: int = 0) -> Weights:
    """The weights with the entries of one matrix of one block changed; `name` as in BlockWeights.matrices."""
    before = weights.blocks[block]
    old: Sparse = before.matrices()[name]
    new = sparse(old.shape, change(old.items()))
    *path, part = name.split(".")
    if path[0] == "mlp":
        changed = BlockWeights(before.heads, Mlp(**{**vars_of(before.mlp), part: new}))
    else:
        heads = list(before.heads)
        heads[int(path[1])] = replace(heads[int(path[1])], **{part: new})
        changed = BlockWeights(tuple(heads), before.mlp)
    return replace(weights, blocks=(*weights.blocks[:block], changed, *weights.blocks[block + 1 :]))


def vars_of(mlp: Mlp) -> dict[str, Sparse]:
    return {"w_in": mlp.w_in, "b_in": mlp.b_in, "w_out": mlp.w_out}


def set_entry(weights: Weights, name: str, place: tuple[int, int], value: Fraction | int, block: int = 0) -> Weights:
    return replace_matrix(weights, name, lambda items: {**items, place: Fraction(value)}, block)


def mutants(weights: Weights, block: int = 0) -> Iterator[Mutant]:
    """Every single weight and bias of a block that is not zero, one more, one less, and removed."""
    for name, matrix in weights.blocks[block].matrices().items():
        for place, value in matrix.items().items():
            for change, new in (("+ 1", value + 1), ("- 1", value - 1), ("removed", Fraction(0))):
                if change != "- 1" or new != 0:
                    yield Mutant(name, place, change, set_entry(weights, name, place, new, block), block)
