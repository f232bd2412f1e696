"""An annotation is true if the matrices do what it says: every single entry counts."""

import pytest

from tests.planted.mutants import mutants
from tests.squares.passing import BB2, with_lookups
from tmformer.decode.retrieval.annotations import is_true, untrue
from tmformer.program import Match

WEIGHTS = BB2.weights


def test_what_was_compiled_is_true():
    assert untrue(WEIGHTS) == ()
    assert untrue(with_lookups(WEIGHTS, matches=(Match("own_cell", "left_cell"),))) == ()


@pytest.mark.parametrize("matrix", ["query", "key", "value", "output"])
def test_every_mutant_of_an_attention_head_is_untrue(matrix: str):
    changed = [each for each in mutants(WEIGHTS) if each.matrix == f"head.1.{matrix}"]
    assert changed
    for mutant in changed:
        assert untrue(mutant.weights) == ("from_right",), str(mutant)


def test_the_annotation_of_another_lookup_is_untrue():
    first, second, _ = WEIGHTS.blocks[0].heads
    assert is_true(WEIGHTS.layout, first)
    from dataclasses import replace

    assert not is_true(WEIGHTS.layout, replace(first, lookup=second.lookup))
