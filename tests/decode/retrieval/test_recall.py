"""The compiled loop: each block of the newest row, and why it ends."""

from itertools import product

import jax.numpy as jnp
import numpy as np
import pytest

from tests.decode.networks import BB3, ENCODER, TWO_TAPES, network, prompt_of_bb3
from tests.often import first_of
from tests.squares.growing import Case
from tmformer.decode import Cached, Recalling
from tmformer.decode.feedback import next_residual
from tmformer.decode.retrieval.network import fetched_of
from tmformer.decode.retrieval.recall import GOES_ON, IRREGULAR, next_row, recall
from tmformer.decode.retrieval.recalling import Run
from tmformer.decode.retrieval.searches import Searches, searches_of
from tmformer.program import FULL


def searches(engine: Recalling) -> Searches:
    found = searches_of(engine.weights)
    assert isinstance(found, Searches), found
    return found


@pytest.mark.parametrize(
    ("case", "options"),
    first_of(
        2,
        [
            (BB3, {"radix": 3}),
            (TWO_TAPES, ENCODER),
            *product([BB3, TWO_TAPES], [{}]),
            (BB3, ENCODER),
            (TWO_TAPES, {"radix": 3}),
        ],
    ),
)
def test_each_block_of_the_newest_row(case: Case, options: dict[str, str | int]):
    """After every block what the Flax transformer makes of the row, the answers of the searches aside, which are cleared."""
    weights = case.weights(options)
    engine, dense = Recalling(weights), Cached(weights)
    plan, steps = searches(engine), 5
    before = engine.advance(engine.start(case.prompt(weights)), steps - 1)
    assert isinstance(before.x, Run)
    now, network_ = before.x.now, before.x.network
    fetched = fetched_of(plan, len(weights.blocks))
    fed = next_residual(network_.feedback, now.last, now.rows)
    after = next_row(network_, now, fed, len(plan.searches), fetched)[1]
    # Each block of the searches writes down its own digit, and nothing else.
    digits, searched = [after[plan.first]], after[plan.first + 1]
    for founds in network_.digits.founds:
        digits.append(digits[-1].at[founds].set(searched[founds]))
    assert np.array_equal(digits[-1], searched)
    after[plan.first + 1 : plan.first + 2] = digits[1:]
    looked = dense.look(dense.advance(dense.start(case.prompt(weights)), steps))
    assert len(after) == len(looked) + 1
    assert np.array_equal(after[0], looked[0].before[-1])
    for found, block in zip(after[1:], looked, strict=True):
        assert np.array_equal(found, block.after[-1])


def test_a_search_that_finds_what_no_block_writes_is_irregular():
    """Planted: the digits of the time that a slot holds are those of no row."""
    weights = network()
    engine = Recalling(weights)
    state = engine.advance(engine.start(prompt_of_bb3(weights)), 3)
    now = state.x.now
    fetched, end = fetched_of(searches(engine), len(weights.blocks)), now.rows + 1
    assert int(recall(state.x.network, now, end, searches=1, fetched=fetched).status) == GOES_ON
    twice = now._replace(slots=(now.slots[0].at[:, 2].multiply(2),))
    assert int(recall(state.x.network, twice, end, searches=1, fetched=fetched).status) == IRREGULAR


def test_values_off_the_grid_are_irregular():
    weights = network()
    engine = Recalling(weights)
    state = engine.advance(engine.start(prompt_of_bb3(weights)), 3)
    place = weights.layout.coordinate("next_state", "A")
    now = state.x.now._replace(last=state.x.now.last.at[place].set(2))
    fetched = fetched_of(searches(engine), len(weights.blocks))
    assert int(recall(state.x.network, now, now.rows + 1, searches=1, fetched=fetched).status) == IRREGULAR


def test_it_ends_where_it_is_told():
    weights = network()
    engine = Recalling(weights)
    begun = engine.start(prompt_of_bb3(weights))
    assert int(begun.x.now.rows) == begun.x.stream.num_rows - 1
    now = recall(
        begun.x.network,
        begun.x.now,
        jnp.int32(9),
        searches=1,
        fetched=fetched_of(searches(engine), len(weights.blocks)),
    )
    assert (int(now.rows), int(now.status)) == (9, GOES_ON)
    assert engine.advance(begun, 99).outcome in ("halted", FULL)
