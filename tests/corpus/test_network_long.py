"""The runs of the corpus that take 1,000 to 2,000 machine steps, through the network in float32, as a user runs them."""

import pytest

from tests.corpus.corpus import Expectation, expectations
from tests.corpus.test_network import check
from tmformer.pipeline import run
from tmformer.verify import verify

LONG = expectations(min_steps=1_000, max_steps=2_000)


@pytest.mark.long
@pytest.mark.parametrize("item", LONG, ids=str)
def test_the_network_gives_what_is_documented(item: Expectation):
    case = item.case
    check(item, run(item.machine, case.input, max_steps=case.max_steps, head=case.start_head))


@pytest.mark.long
@pytest.mark.parametrize("item", [item for item in LONG if item.case.max_steps > 1_000], ids=str)
def test_verify_agrees(item: Expectation):
    case = item.case
    agreement = verify(item.machine, [case.input], max_steps=case.max_steps, head=case.start_head)
    assert agreement.agreement, str(agreement.first_difference)
    assert "model float32" in agreement.rungs


def test_there_are_some():
    assert len(LONG) >= 2
