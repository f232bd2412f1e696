"""When a network passes one message on; the reasons against it are in test_passing.py, each with its network."""

import numpy as np
from hypothesis import given, settings

from tests.squares.checkers import Run, runs
from tests.squares.passing import networks, written
from tmformer.decode.retrieval.messages import Messages, messages_of
from tmformer.pipeline import compile

FEWER = settings(max_examples=settings().max_examples // 2)


@FEWER
@given(runs())
def test_every_network_of_one_tape_passes_one_message(case: Run):
    plan = messages_of(case.weights)
    assert isinstance(plan, Messages)
    assert [lookup.value for lookup in plan.lookups] == ["right", "left", "stay"]
    assert 0 < plan.units.reads <= len(plan.units.places)


def test_what_is_brought_is_what_is_said():
    """The coordinate of `arriving` receives that of `right`, `left` and `stay`."""
    case = networks()["two codes"]
    from tests.squares.passing import BB2

    plan, layout = messages_of(BB2.weights), BB2.weights.layout
    places = {place: index for index, place in enumerate(plan.units.places)}
    expected = np.zeros_like(plan.brings)
    for name in ("right", "left", "stay"):
        for source, target in zip(layout.spans[name], layout.spans["arriving"], strict=True):
            expected[places[target], places[source]] = 1
    assert (plan.brings == expected).all()
    assert messages_of(case.weights) == case.reason


def test_networks_of_several_blocks_have_no_one_message():
    from tests.squares.passing import BB2

    decoder = compile(BB2.machine, "wei_ma", steps=3)
    assert messages_of(decoder) == "attention is not the same in every block"
    gate = networks()["arriving"]
    assert messages_of(written(gate.weights, 0, "arriving", "B", 1)) == gate.reason
