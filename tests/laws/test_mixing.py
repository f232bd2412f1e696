"""Attention over weight matrices: of linear maps, mixing weights is mixing outputs; through a ReLU it is not.

With weights a_i >= 0 that sum to 1, as attention gives them: sum a_i (W_i x) = (sum a_i W_i) x; but
ReLU(sum a_i z_i) <= sum a_i ReLU(z_i), with equality exactly where no two z_i that count have opposite signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from tmformer.machine import parse
from tmformer.pipeline import compile as compile_machine
from tmformer.weights.sparse import dense

Vector: TypeAlias = list[Fraction]
Matrix: TypeAlias = list[Vector]
NUMBERS = st.fractions(-9, 9, max_denominator=12)


def apply(matrix: Matrix, x: Vector) -> Vector:
    return [sum((weight * each for weight, each in zip(row, x, strict=True)), Fraction(0)) for row in matrix]


def relu(x: Vector) -> Vector:
    return [max(each, Fraction(0)) for each in x]


def mixed(shares: Sequence[Fraction], parts: Sequence[Vector]) -> Vector:
    return [
        sum((share * each for share, each in zip(shares, column, strict=True)), Fraction(0))
        for column in zip(*parts, strict=True)
    ]


def mixed_matrices(shares: Sequence[Fraction], matrices: Sequence[Matrix]) -> Matrix:
    return [mixed(shares, rows) for rows in zip(*matrices, strict=True)]


@st.composite
def mixtures(draw: st.DrawFn) -> tuple[list[Fraction], list[Matrix], Vector]:
    """Shares that sum to 1, as many matrices of one shape, and a vector."""
    programs, rows, columns = (draw(st.integers(1, 4)) for _ in range(3))
    counts = draw(st.lists(st.integers(0, 9), min_size=programs, max_size=programs).filter(any))
    row = st.lists(NUMBERS, min_size=columns, max_size=columns)
    matrices = draw(st.lists(st.lists(row, min_size=rows, max_size=rows), min_size=programs, max_size=programs))
    return [Fraction(count, sum(counts)) for count in counts], matrices, draw(row)


@given(mixtures())
def test_of_linear_maps_mixing_weights_is_mixing_outputs(drawn: tuple[list[Fraction], list[Matrix], Vector]):
    shares, matrices, x = drawn
    assert apply(mixed_matrices(shares, matrices), x) == mixed(shares, [apply(each, x) for each in matrices])


@given(mixtures())
def test_through_a_relu_it_is_so_exactly_where_no_signs_are_opposite(
    drawn: tuple[list[Fraction], list[Matrix], Vector],
):
    shares, matrices, x = drawn
    outputs = [apply(each, x) for each in matrices]
    of_weights = relu(apply(mixed_matrices(shares, matrices), x))
    of_outputs = mixed(shares, [relu(each) for each in outputs])
    assert all(one <= other for one, other in zip(of_weights, of_outputs, strict=True))
    counted = [output for share, output in zip(shares, outputs, strict=True) if share]
    for one, other, *signs in zip(of_weights, of_outputs, *counted, strict=True):
        assert (one == other) is not (max(signs) > 0 > min(signs))


@pytest.mark.long
def test_a_counterexample_is_found():
    """And the least one is that of the page: the weights 1 and -1, half each, at x = 1: 0 where it would be 1/2."""

    def differs(drawn: tuple[list[Fraction], list[Matrix], Vector]) -> bool:
        shares, matrices, x = drawn
        outputs = [relu(apply(each, x)) for each in matrices]
        return relu(apply(mixed_matrices(shares, matrices), x)) != mixed(shares, outputs)

    assert differs(find(mixtures(), differs))
    half, one = Fraction(1, 2), Fraction(1)
    of_the_page = ([half, half], [[[one]], [[-one]]], [one])
    assert differs(of_the_page)
    assert relu(apply(mixed_matrices(*of_the_page[:2]), [one])) == [0]
    assert mixed([half, half], [relu([one]), relu([-one])]) == [half]


@given(mixtures())
def test_hard_attention_over_weights_chooses_one_program(drawn: tuple[list[Fraction], list[Matrix], Vector]):
    """Shares of exactly 0 and 1 mix nothing: then weights and outputs agree through any nonlinearity."""
    shares, matrices, x = drawn
    for chosen in range(len(shares)):
        hard = [Fraction(int(index == chosen)) for index in range(len(shares))]
        assert relu(apply(mixed_matrices(hard, matrices), x)) == relu(apply(matrices[chosen], x))


@dataclass(frozen=True)
class Mlp:
    """ReLU gates and what they write, as lowered; all weights are multiples of 1/2, and float64 holds their sums exactly."""

    w_in: np.ndarray
    b_in: np.ndarray
    w_out: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.w_out @ np.maximum(self.w_in @ x + self.b_in, 0)

    def halved_with(self, other: "Mlp") -> "Mlp":
        """Half the weights of each."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("w_in", "b_in", "w_out"))
        return Mlp(*((one + two) / 2 for one, two in pairs))

    def turned_over(self) -> "Mlp":
        """The same function, its gates in the opposite order."""
        return Mlp(self.w_in[::-1], self.b_in[::-1], self.w_out[:, ::-1])


def test_two_compiled_machines_mix_only_where_their_gates_are_the_same_and_in_the_same_place():
    """Machines of one size have gates for the same pairs, so half of each writes half of both; until units change places."""
    blocks, x = list[Mlp](), np.zeros(0)
    for line in ("1RB1LB_1LA1RZ", "0RB1LB_1LA1RZ"):
        weights = compile_machine(parse(line), "wei_ma", steps=6)
        table = weights.blocks[0].mlp
        blocks.append(Mlp(dense(table.w_in), dense(table.b_in)[:, 0], dense(table.w_out)))
        x = np.zeros(weights.layout.d_model)
        for name, value in (("state", 0), ("symbol", 0), ("step", 0)):
            x[weights.layout.spans[name][value]] = 1
    a, b = blocks
    of_outputs = (a(x) + b(x)) / 2
    assert (a(x) != b(x)).any()
    assert (a.w_in == b.w_in).all()
    assert (a.halved_with(b)(x) == of_outputs).all()
    assert (b.turned_over()(x) == b(x)).all()
    assert (a.halved_with(b.turned_over())(x) != of_outputs).any()
