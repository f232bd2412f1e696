"""The page's own numbers: what it unpacks and computes is what the Flax model computed, and the trace has."""

import base64
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import tmformer
from tests.browser.runs import PARENTHESES, dense, evaluated, graded, parentheses, streams, two_tapes, universal
from tmformer.show.explorer.windows import digits
from tmformer.weights import trace

pytestmark = pytest.mark.browser

RUNS = {
    "cellular": parentheses,
    "wei_ma": lambda: parentheses("wei_ma"),
    "wei_ma, radix 3": lambda: parentheses("wei_ma", 3),
    "universal": universal,
    "two tapes": two_tapes,
    "graded": graded,
    "graded wei_ma": lambda: graded("wei_ma"),
}
EXACT = [name for name in RUNS if "graded" not in name]

UNPACK = """
const bytes = (array) => {
  const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let at = 0; at < all.length; at += 8192) text += String.fromCharCode(...all.subarray(at, at + 8192));
  return btoa(text);
};
"""
"""Numbers go from the page to Python as bytes, so that nothing is rounded on the way."""


def numbers(text: str) -> np.ndarray:
    """The float64 numbers of bytes in base 64."""
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


def unpacked(page: Any) -> list[list[np.ndarray]]:
    """The three residual streams of every block, as the page has them."""
    body = """
    const all = [];
    for (let number = 0; number < run.blocks; number += 1) {
      const { before, attended, after } = await run.block(number);
      all.push([before, attended, after].map(bytes));
    }
    return all;"""
    return [[numbers(each) for each in block] for block in evaluated(page, UNPACK + body)]


def attention(page: Any) -> list[list[dict[str, Any]]]:
    """Whom each row attends to in every attention head of every block, as the page computes it."""
    body = """
    const all = [];
    for (let number = 0; number < run.blocks; number += 1) {
      const { before, found } = await run.block(number);
      all.push(run.parts(number).heads.map((head, index) => ({
        recorded: [...found[index].winners],
        recordedShares: bytes(found[index].shares),
        rows: Array.from({ length: run.rows }, (_, row) => {
          const { scores, shares, winner } = run.attention(head, before, row);
          return { scores: bytes(scores), shares: bytes(shares), winner };
        }),
      })));
    }
    return all;"""
    return evaluated(page, UNPACK + body)


@pytest.mark.parametrize("name", RUNS)
def test_every_number_of_every_residual_stream_is_that_of_the_recording(opened: Any, name: str):
    """Equal as float64, before each block, after attention and after the MLP; a negative zero counts as zero."""
    recording = RUNS[name]()
    found = unpacked(opened(recording))
    assert len(found) == len(recording.blocks)
    for block, ours in zip(streams(recording), found, strict=True):
        for whole, own in zip((block.before, block.attended, block.after), ours, strict=True):
            assert np.array_equal(own, whole.reshape(-1))


@pytest.mark.parametrize("name", ["cellular", "wei_ma", "wei_ma, radix 3"])
def test_it_is_what_the_trace_has(opened: Any, name: str):
    """The same weights traced apart from any recording: the streams, the winners and the shares in float32."""
    recording = RUNS[name]()
    weights = recording.weights
    traced = tmformer.trace(weights, PARENTHESES, format="float32", max_steps=recording.steps)
    page = opened(recording)
    found, looked = unpacked(page), attention(page)
    assert len(traced) == len(found)
    for block, ours, heads in zip(traced, found, looked, strict=True):
        for whole, own in zip((block.before, block.attended, block.after), ours, strict=True):
            assert np.array_equal(own, whole.astype(np.float64).reshape(-1))
        for shares, head in zip(block.attention.values(), heads, strict=True):
            assert [row["winner"] for row in head["rows"]] == shares.argmax(axis=1).tolist()
            assert np.array_equal(np.array([numbers(row["shares"]) for row in head["rows"]], dtype=np.float32), shares)


@pytest.mark.parametrize("name", EXACT)
def test_winners_and_shares_computed_in_the_page_are_those_of_the_model(opened: Any, name: str):
    """For every row and attention head; shares to the last bit of a float32."""
    recording = RUNS[name]()
    for block, heads in zip(recording.blocks, attention(opened(recording)), strict=True):
        for found, head in zip(block.found, heads, strict=True):
            own = [row["winner"] for row in head["rows"]]
            assert own == head["recorded"] == found.winners.tolist()
            shares = np.array([numbers(row["shares"])[row["winner"]] for row in head["rows"]], dtype=np.float32)
            assert np.array_equal(shares, found.shares.astype(np.float32))
            assert np.array_equal(numbers(head["recordedShares"]), found.shares)


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_graded_shares_are_the_exact_ones(opened: Any, construction: str):
    """A share, rounded to float32, is that of the softmax to the base 2**c in rationals, rounded; the model's own stands beside it."""
    recording = graded(construction)
    c = recording.labels.sharpness
    for block, heads in zip(recording.blocks, attention(opened(recording)), strict=True):
        for found, head in zip(block.found, heads, strict=True):
            assert [row["winner"] for row in head["rows"]] == found.winners.tolist()
            assert np.array_equal(numbers(head["recordedShares"]), found.shares)
            for row in head["rows"]:
                scores, shares = numbers(row["scores"]), numbers(row["shares"])
                seen = np.flatnonzero(~np.isnan(scores))
                powers = [Fraction(2) ** int(c * (scores[each] - scores[row["winner"]])) for each in seen]
                exact = [float(power / sum(powers)) for power in powers]
                largest = powers.index(max(powers))
                assert np.float32(shares[seen[largest]]) == np.float32(exact[largest])


@pytest.mark.parametrize("name", RUNS)
def test_scores_are_exact(opened: Any, name: str):
    """Scores in the page are those of the exact weights on the same stream; margins are drawn from them."""
    recording = RUNS[name]()
    for number, (heads, block) in enumerate(zip(attention(opened(recording)), streams(recording), strict=True)):
        own = recording.weights.blocks[number % len(recording.weights.blocks)]
        for head, each in zip(own.heads, heads, strict=True):
            query, key = (dense(matrix) for matrix in (head.query, head.key))
            scores = (block.before @ query.T) @ (block.before @ key.T).T
            for row, found in enumerate(each["rows"]):
                mine = numbers(found["scores"])
                seen = ~np.isnan(mine)
                assert np.array_equal(mine[seen], scores[row][seen])


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_where_a_float_is_not_exact_the_page_has_the_exact_number(opened: Any, construction: str):
    """The exact run of the same weights, base-2 softmax: its numbers stand in the page wherever the float is another one."""
    recording = graded(construction)
    body = """
    const all = [];
    for (let number = 0; number < run.blocks; number += 1) {
      const { attendedApart, afterApart } = await run.block(number);
      all.push([attendedApart, afterApart].map((apart) => [...apart].map(([place, { exact, ulps }]) => [place, exact, ulps])));
    }
    return all;"""
    seen = 0
    for block, pair in zip(recording.blocks, evaluated(opened(recording), body), strict=True):
        for apart, found in zip((block.attended_apart, block.after_apart), pair, strict=True):
            assert found == [[each.place, digits(each.exact), digits(each.ulps, 4)] for each in apart]
            seen += len(found)
    assert seen > 0


def test_what_the_page_says_of_the_exact_run_is_the_exact_run(opened: Any):
    """Every coordinate after attention: either the float is the exact rational, or the page says which one it is."""
    recording = graded()
    prompt = tmformer.constructions.construction_of(recording.labels).encode_configuration(
        recording.labels, recording.configurations[0]
    )
    exact = [each.attended.array().reshape(-1) for each in trace(recording.weights, prompt, "base-2", recording.steps)]
    body = """
    const all = [];
    for (let number = 0; number < run.blocks; number += 1) {
      const { attended, attendedApart } = await run.block(number);
      all.push(Array.from(attended, (value, place) => attendedApart.get(place)?.exact ?? String(value)));
    }
    return all;"""
    for ours, theirs in zip(evaluated(opened(recording), body), exact, strict=True):
        from_floats = [digits(each) for each in theirs]
        assert [float(each) for each in ours] == [float(each) for each in from_floats]


@pytest.mark.parametrize("name", RUNS)
def test_configurations_are_those_of_the_run(opened: Any, name: str):
    """The state, the tape heads and all cells after every machine step, and the transition that is used next."""
    recording = RUNS[name]()
    body = """
    return Array.from({ length: run.steps + 1 }, (_, step) => ({
      state: run.states[step],
      heads: run.heads.map((heads) => heads[step]),
      tapes: run.tapes.map((_, number) => [...run.tape(number, step)]),
      transition: run.transition(step),
    }));"""
    found = evaluated(opened(recording), body)
    machine = recording.machine
    for now, own in zip(recording.configurations, found, strict=True):
        assert own["state"] == now.state
        assert own["heads"] == [tape.head for tape in now.tapes]
        for tape, cells in zip(now.tapes, own["tapes"], strict=True):
            written = {tape.first + at: symbol for at, symbol in enumerate(tape.symbols) if symbol != now.blank}
            assert dict(map(tuple, cells)) == written
        reads = tuple(tape.read(tape.head) for tape in now.tapes)
        used = (
            [at for at, each in enumerate(machine.transitions) if (each.state, tuple(each.reads)) == (now.state, reads)]
            if machine
            else []
        )
        assert own["transition"] == (used[0] if used else None)


def test_a_winner_that_is_off_by_one_is_caught(opened: Any):
    """Planted: the page computes another winner for one row; the comparison must see it."""
    recording = parentheses()
    page = opened(recording)
    evaluated(
        page,
        """const honest = run.attention.bind(run);
        run.attention = (head, before, row, rows) => {
          const found = honest(head, before, row, rows);
          return row === 3 ? { ...found, winner: found.winner + 1 } : found;
        };""",
    )
    heads = attention(page)[0]
    assert any([row["winner"] for row in head["rows"]] != head["recorded"] for head in heads)
