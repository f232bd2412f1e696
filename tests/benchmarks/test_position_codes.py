"""Positions as codes and as coordinates of their own: the same network otherwise, the same rows after every block."""

import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.position_codes import Plain, after, kept_coordinates, with_codes, with_one_hot
from tests.often import first_of
from tmformer.constructions import construction
from tmformer.decode import Dense
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile
from tmformer.program import Stream
from tmformer.weights import Weights


def network(name: str, cells: int) -> tuple[Weights, Stream]:
    machine = load(name)
    weights = compile(machine, steps=30, cells=cells)
    start = initial_configuration(machine.start, (), machine.blank)
    return weights, construction("cellular").encode_configuration(weights.labels, start)


@pytest.mark.parametrize(("name", "cells"), first_of(2, [("bb2", 7), ("bb4", 5), ("bb3", 9), ("bb4", 16)]))
def test_both_are_the_run_of_the_dense_engine(name: str, cells: int):
    weights, prompt = network(name, cells)
    codes, one_hot, kept = with_codes(weights, prompt), with_one_hot(weights, prompt), kept_coordinates(weights)
    engine = Dense(weights)
    state = engine.start(prompt)
    for blocks in (0, 1, 2, 5):
        rows = engine.array(engine.advance(state, blocks))
        if engine.advance(state, blocks).steps == blocks:
            assert after(codes, blocks).tobytes() == rows.tobytes()
            assert (after(one_hot, blocks)[:, : len(kept)] == rows[:, kept]).all()


def test_one_is_as_wide_as_the_tape_and_the_other_is_not():
    widths = [[made(*network("bb2", cells)).x.shape[1] for cells in (31, 63)] for made in (with_codes, with_one_hot)]
    assert np.diff(widths[0]) == 3
    assert np.diff(widths[1]) == 3 * 32


def test_a_key_at_another_place_is_seen():
    weights, prompt = network("bb2", 7)
    good, kept = with_one_hot(weights, prompt), len(kept_coordinates(weights))
    planted = good._replace(key=jnp.roll(good.key, 1, axis=1))
    assert isinstance(planted, Plain)
    assert (after(planted, 3)[:, :kept] != after(good, 3)[:, :kept]).any()
