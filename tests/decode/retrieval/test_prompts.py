"""Prompts: rows through all blocks as the engine of all rows computes them, and each reason why they cannot be retrieved."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from tests.decode.networks import (
    ENCODER,
    network,
    place_of,
    prompt_of_bb3,
    with_labels,
    with_values,
)
from tests.planted.mutants import set_entry
from tmformer.decode import Cached, Recalling
from tmformer.decode.cached import Position
from tmformer.decode.retrieval.prompts import Prompt, kept_of, prompt_of, times_of
from tmformer.decode.retrieval.searches import Searches, searches_of
from tmformer.program import Stream
from tmformer.weights import Weights


def searches(weights: Weights) -> Searches:
    found = searches_of(weights)
    assert isinstance(found, Searches), found
    return found


def made(weights: Weights, prompt: Stream | None = None) -> Prompt | str:
    rows = weights.layout.encode(prompt_of_bb3(weights) if prompt is None else prompt)
    return prompt_of(weights, searches(weights), rows)


@pytest.mark.parametrize("options", [{}, {"radix": 3}, ENCODER, ENCODER | {"radix": 3}])
def test_rows_that_do_not_ask_go_through_all_blocks(options: dict[str, str | int]):
    weights = network(**options)
    prompt = made(weights)
    assert isinstance(prompt, Prompt)
    engine = Cached(weights)
    state = engine.advance(engine.start(prompt_of_bb3(weights)), 0)
    assert np.array_equal(engine.array(state)[:-1], prompt.after)
    assert prompt.is_aside.tolist() == ([True] * 6 + [False] * 2 if options.get("form") else [False] * 7)


def test_what_is_answered_where_nothing_is_found():
    weights = network(**ENCODER)
    prompt = made(weights)
    assert isinstance(prompt, Prompt)
    (digits, values), (none, blank) = prompt.nothing
    assert (set(digits.tolist()), values.any(), len(none)) == ({-1.0}, False, 0)
    assert blank.tolist() == [1, 0, 0, 0]


def test_times_and_codes():
    weights = network(radix=3)
    (search,) = searches(weights).searches
    rows = weights.layout.encode(prompt_of_bb3(weights))
    assert kept_of(weights, search.codes, rows).tolist() == [False, *[True] * 5, False]
    assert times_of(weights, search, rows).tolist() == [0, 1, 2, 3, 4]


def with_two(weights: Weights, row: int, like: int) -> Stream:
    """The prompt with the cell of one record in another."""
    prompt = prompt_of_bb3(weights)
    cells = {name: prompt[name][like] for name in prompt.columns if name.startswith("cell")}
    return with_values(weights, prompt, row, **cells)


def changed(row: int, **values: object) -> Callable[[Weights], Stream]:
    return lambda weights: with_values(weights, prompt_of_bb3(weights), row, **values)


def turned(weights: Weights) -> Stream:
    """The rows of the decoder first, but for START."""
    prompt = prompt_of_bb3(weights)
    last = prompt.num_rows - 1
    return prompt.rows(last - 1, last) + prompt.rows(0, last - 1) + prompt.rows(last, last + 1)


def generating(**fields: object) -> Weights:
    """The first digit of a row's time is generated in another way."""
    weights = network()
    first = [
        msgspec.structs.replace(each, **fields) if (each.register, each.where) == ("time0", "moved") else each
        for each in weights.labels.generators
    ]
    return with_labels(weights, generators=tuple(first))


def of_top(**fields: object) -> Weights:
    weights = network()
    first = [
        msgspec.structs.replace(each, **fields) if (each.register, each.where) == ("time4", "moved") else each
        for each in weights.labels.generators
    ]
    return with_labels(weights, generators=tuple(first))


def untimed() -> Weights:
    """Records have no times."""
    weights = network()
    return with_labels(weights, generators=tuple(each for each in weights.labels.generators if each.where != "input"))


def fed(*left_out: str) -> Weights:
    weights = network()
    return with_labels(weights, feedback=tuple(each for each in weights.labels.feedback if each.target not in left_out))


def fed_idle() -> Weights:
    """A row that is fed back asks, and is idle too."""
    weights = network()
    more = msgspec.structs.replace(weights.labels.feedback[1], target="input")
    return with_labels(weights, feedback=(*weights.labels.feedback, more))


def open_unit() -> Weights:
    """A unit of the first block that is open in every row, and writes."""
    weights = network()
    place = place_of(weights, "right")
    unit = weights.blocks[0].mlp.b_in.shape[0] - 1
    return set_entry(set_entry(weights, "mlp.b_in", (unit, 0), 5), "mlp.w_out", (place, unit), 1)


def asking() -> Weights:
    """The same, and it writes a digit that is asked for."""
    weights = open_unit()
    unit = weights.blocks[0].mlp.b_in.shape[0] - 1
    weights = set_entry(weights, "mlp.b_in", (unit, 0), 1)
    for name in weights.layout.spans:
        weights = set_entry(weights, "mlp.w_in", (unit, place_of(weights, name)), 0)
    return set_entry(weights, "mlp.w_out", (place_of(weights, "next_cell0"), unit), 1)


REASONS: dict[str, tuple[Callable[[], Weights], Callable[[Weights], Stream], str]] = {
    "a record that asks": (network, changed(2, step=True), "a row of the prompt asks"),
    "a record that neither asks nor is idle": (network, changed(2, input=False), "a row of the prompt asks"),
    "no START": (network, lambda weights: prompt_of_bb3(weights).rows(0, 6), "a row of the prompt asks"),
    "no BOS": (network, lambda weights: prompt_of_bb3(weights).rows(1, 7), "is not its null row, or not alone"),
    "two BOS": (network, changed(2, bos=True), "is not its null row, or not alone"),
    "half a code": (network, changed(2, cell0=None), "a row holds part of a code of"),
    "no time": (untimed, prompt_of_bb3, "a row holds part of a code of 'search4'"),
    "BOS with a code": (network, changed(0, cell0=1), "the null row of 'search4' holds a code"),
    "no row asks after START": (lambda: fed("step"), prompt_of_bb3, "a row that is fed back does not ask"),
    "rows that ask and are idle": (fed_idle, prompt_of_bb3, "a row that is fed back does not ask"),
    "the encoder second": (lambda: network(**ENCODER), turned, "the rows of the encoder are not the first"),
    "START with a code": (
        network,
        changed(-1, moved=True, **{f"cell{digit}": 0 for digit in range(5)}),
        "the last row of the prompt holds a code",
    ),
    "an encoder with two records of a cell": (
        lambda: network(**ENCODER),
        lambda weights: with_two(weights, 2, 3),
        "two rows hold the same code of 'read'",
    ),
    "no time of steps": (lambda: fed("moved"), prompt_of_bb3, "the digits of a time are not those of a position"),
    "another offset": (
        lambda: generating(offset=-3),
        prompt_of_bb3,
        "the digits of a time are not those of a position",
    ),
    "another divisor": (
        lambda: generating(divisor=2),
        prompt_of_bb3,
        "the digits of a time are not those of a position",
    ),
    "a longer digit": (lambda: of_top(modulus=4), prompt_of_bb3, "a time has digits that its registers do not hold"),
    "more positions than times": (
        lambda: with_labels(network(), max_positions=2**5 + 3),
        prompt_of_bb3,
        "the times of rows do not grow",
    ),
    "a record that asks for a cell": (network, changed(2, next_cell0=1), "holds a code to ask 'search4' for"),
    "a block that makes records ask": (asking, prompt_of_bb3, "holds a code to ask"),
    "a block that writes twos": (open_unit, prompt_of_bb3, "a row of the prompt leaves its grid"),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_is_not_retrieved(case: str):
    make, prompt, reason = REASONS[case]
    weights = make()
    assert reason in str(made(weights, prompt(weights)))


def test_two_records_of_one_cell_are_in_order_of_time():
    """The later one is kept."""
    weights = network()
    prompt = with_two(weights, 2, 4)
    assert isinstance(made(weights, prompt), Prompt)
    engine = Recalling(weights)
    state = engine.start(prompt)
    assert (engine.why_dense, len(engine.array(engine.advance(state, 0)))) == (None, 7)


def test_an_engine_says_why_of_each_prompt_anew():
    weights = network()
    engine = Recalling(weights)
    assert isinstance(engine.start(changed(2, next_cell0=1)(weights)).x, Position)
    assert engine.why_dense == "a row of the prompt holds a code to ask 'search4' for"
    engine.start(prompt_of_bb3(weights))
    assert engine.why_dense is None
