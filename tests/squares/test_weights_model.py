"""exact weights = float model: every value after every block bit for bit, and softmax weights of exactly 0 and 1."""

import pytest
from hypothesis import given, settings

from tests.squares.checkers import (
    Run,
    compare_attention,
    compare_engine,
    compare_floats,
    compare_padding,
    dense,
    runs,
)

FEWER = settings(max_examples=settings().max_examples // 3)


@given(runs())
def test_float32_equals_exact_weights(case: Run):
    engine = dense(case.weights)
    assert compare_floats(case, engine) is None
    assert compare_engine(case, engine) is None


@pytest.mark.parametrize("format_name", ["float64", "bfloat16", "float16"])
@FEWER
@given(case=runs(max_steps=12))
def test_other_formats_equal_exact_weights(format_name: str, case: Run):
    engine = dense(case.weights, format_name)
    assert compare_floats(case, engine) is None
    assert compare_attention(case, engine) is None
    assert compare_engine(case, engine) is None


@given(runs(max_steps=12))
def test_softmax_weights_are_exactly_0_and_1(case: Run):
    assert compare_attention(case, dense(case.weights)) is None


@FEWER
@given(runs(max_steps=12))
def test_padding_stays_clean_and_pad_keys_never_win(case: Run):
    assert compare_padding(case, dense(case.weights)) is None


@pytest.mark.parametrize("format_name", ["float32", "bfloat16", "float16"])
@FEWER
@given(case=runs())
def test_the_graded_regime_decodes_after_every_block(format_name: str, case: Run):
    assert compare_engine(case, dense(case.weights, format_name, regime="graded")) is None
