"""One block compared: planted bits are marked, lookups are blamed, and what leaks is measured against the gates."""

from dataclasses import replace

import numpy as np
import pytest

from tests.squares.checkers import MADE, Run
from tmformer.decode import BlockRegisters, Dense, Exact
from tmformer.machine import parse
from tmformer.precision import FORMATS, policy_named
from tmformer.verify import LookupUse
from tmformer.verify.differences import GATE, Block, Marks

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
POLICY = policy_named("accumulate-float32", FORMATS["float32"])


def looked(regime: str = "saturated") -> tuple[Block, BlockRegisters, BlockRegisters]:
    """A block, exactly and in floats."""
    weights, prompt = BB2.weights, MADE.encode_configuration(BB2.weights.labels, BB2.start)
    engines = Exact(weights), Dense(weights, regime=regime)
    exact, found = (engine.look(engine.start(prompt))[0] for engine in engines)
    return Block(weights.layout, weights.blocks[0], POLICY, regime), exact, found


def planted(array: np.ndarray, row: int, column: int, value: float) -> np.ndarray:
    changed = array.copy()
    changed[row, column] = value
    return changed


def test_no_bit_differs_in_the_saturated_regime():
    block, exact, found = looked()
    assert block.marks(exact, found).first() is None
    assert block.marks(exact, found).first_row() is None
    different = block.difference(exact, found, loop=3, block=0, rows=len(exact.after))
    assert (different.loop, different.block, different.rows) == (3, 0, len(exact.after))
    assert set(different.registers) == set(BB2.weights.layout.spans)
    assert set(different.registers.values()) == {0}
    assert set(different.lookups) == {"from_left", "from_right", "from_self"}
    assert set(different.lookups.values()) == {LookupUse(0.0, 0.0, 0.0)}


@pytest.mark.parametrize("place", ["attended", "after"])
def test_a_planted_bit_is_marked_where_it_stands(place: str):
    block, exact, found = looked()
    found = replace(found, **{place: planted(getattr(found, place), 5, 2, np.float32(1) + np.float32(2**-23))})
    if place == "after":
        found = replace(found, after=planted(found.after, 4, 7, np.float32(-0.0)))
    marks = block.marks(exact, found)
    assert marks.first() == ((0, 5, 2) if place == "attended" else (1, 4, 7))
    assert marks.first_row() == (5 if place == "attended" else 4)
    assert marks.of_row(5).first() == (int(place == "after"), 5, 2)
    assert marks.of_row(3).first() is None


def test_the_first_bit_is_of_attention_before_it_is_of_a_row():
    bits = np.zeros((2, 4, 3), dtype=bool)
    bits[0, 3, 1] = bits[1, 2, 0] = True
    assert Marks(bits).first() == (0, 3, 1)
    assert Marks(bits).first_row() == 2


def test_only_the_rows_asked_for_are_compared():
    block, exact, found = looked()
    found = replace(found, after=planted(found.after, 5, 2, 1e9))
    assert set(block.difference(exact, found, loop=0, block=0, rows=5).registers.values()) == {0}
    assert set(block.difference(exact, found, loop=0, block=0, rows=6).registers.values()) != {0}
    assert block.difference(exact, found, loop=0, block=0, rows=0).lookups == {}


def test_scratch_is_no_difference_in_the_graded_regime():
    block, exact, found = looked("graded")
    assert block.marks(exact, found).first() is None
    assert replace(block, regime="saturated").marks(exact, found).first() is not None


def test_what_leaks_is_measured():
    """The carrier's own message leaks 2**-c and what its neighbours' keys take; gates read it as it is."""
    block, exact, found = looked("graded")
    use = block.difference(exact, found, loop=0, block=0, rows=len(exact.after)).lookups["from_self"]
    shares = np.asarray(found.attention["from_self"], np.float64)
    row = int(np.flatnonzero(exact.before[:, block.layout.spans["stay"].start :][:, :3].any(axis=1))[0])
    assert use.leak == pytest.approx(1 - shares[row, row], abs=1e-6)
    assert use.off == pytest.approx(use.leak, abs=1e-6)
    assert use.used == pytest.approx(use.off)
    assert use.left == GATE - use.used > 0


def test_a_lookup_that_went_astray_is_blamed():
    block, exact, found = looked()
    row = int(np.flatnonzero(exact.before[:, block.layout.spans["stay"].start :][:, :3].any(axis=1))[0])
    shares = planted(found.attention["from_self"], row, row, 0.5)
    found = replace(found, attention={**found.attention, "from_self": shares})
    assert block.blamed(exact, found, row, 0, "arriving") == "from_self"
    assert block.blamed(exact, found, row, 1, "symbol") == "from_self"
    assert block.blamed(exact, found, row - 1, 1, "symbol") is None
    shares[row] = np.nan
    assert block.blamed(exact, found, row, 1, "symbol") == "from_self"
    assert block.use("from_self", exact, found, slice(row, row + 1)).leak is None


def test_the_most_of_two_uses():
    one, other = LookupUse(0.1, 0.5, 0.0), LookupUse(0.2, 0.3, None)
    assert one | other == LookupUse(0.2, 0.5, None)
    assert (one | other).left is None
    assert one.to_json() == {"leak": 0.1, "off": 0.5, "used": 0.0, "left": 0.25}
