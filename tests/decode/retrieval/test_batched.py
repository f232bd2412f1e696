"""The compiled loop of many networks: the dense engine's rows, messages, steps and outcomes, after any number of blocks."""

from functools import cache

import numpy as np
import pytest

from tests.decode.retrieval.test_many import prompt_of
from tests.verify.test_families import number_of
from tmformer.decode import Dense, Many, run_batch
from tmformer.pipeline import compile
from tmformer.verify import Family

BLOCKS, FAMILY = 9, Family(2)
TEXTS = (
    "1RB1LB_1LA1RH",  # BB(2), 6 machine steps
    "1RH0RA_1LA0LB",  # halts at once
    "0RA0RA_0LB0LB",  # goes right for ever
    "1LB1LA_1LA0RB",  # goes left for ever
    "1LB0RH_1RA1RH",  # turns, writes and halts
    "1RB0LA_0LA1RB",
)


@cache
def networks():
    return [compile(FAMILY.machine(number_of(FAMILY, text)), steps=BLOCKS) for text in TEXTS]


@cache
def many() -> Many:
    return Many(networks(), prompt_of(networks()[0]))


def numbers() -> np.ndarray:
    return many().join(np.tile(np.arange(len(TEXTS)), (len(many().gates), 1)))


@pytest.mark.parametrize("blocks", [1, 2, 5, 6, BLOCKS])
def test_it_is_the_dense_engine(blocks: int):
    engines = [Dense(weights) for weights in networks()]
    reached = many().run(numbers(), blocks)
    states = run_batch(engines, [prompt_of(weights) for weights in networks()], blocks)
    assert reached.on_grid.all()
    for index, (engine, state) in enumerate(zip(engines, states, strict=True)):
        spans, stream = engine.weights.layout.spans, engine.array(state)
        kept = np.unpackbits(reached.kept[..., index], axis=1, bitorder="little")
        assert (stream[:, list(spans["symbol"])] == kept[:, : len(stream)].T).all()
        assert (int(reached.steps[index]), bool(reached.ended[index])) == (state.steps, state.outcome == "halted")
        messages = [stream[:, list(spans[name])] for name in ("right", "left", "stay")]
        (found,) = np.argwhere(
            sum(np.roll(each, move, axis=0) for each, move in zip(messages, (1, -1, 0), strict=True))
        )
        assert (reached.row[index], reached.received[:, index].argmax()) == tuple(found)


def test_a_run_alone_is_that_run_in_a_batch():
    together = many().run(numbers(), 4)
    for index in range(len(TEXTS)):
        alone = many().run(numbers()[..., index : index + 1], 4)
        for ours, theirs in zip(alone, together, strict=True):
            assert (ours[..., 0] == theirs[..., index]).all()


def test_what_is_off_the_grid_is_said():
    written = numbers()
    written[many().kept.index(("symbol", "1")), 0, 0] += 0.5
    written[len(many().kept), :, 2] = 0.25
    on_grid = many().run(written, 4).on_grid.tolist()
    assert on_grid == [False, True, False, True, True, True]


def test_a_message_that_leaves_the_rows_is_no_number_of_a_row():
    """Faulty weights that move it a thousand rows on: what it finds there is not what another row holds."""
    written = numbers()
    written[-1, :, 2] *= 1000
    assert many().run(written, 4).on_grid.tolist() == [True, True, False, True, True, True]
