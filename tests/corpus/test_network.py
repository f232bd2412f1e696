"""Every expectation of the corpus with at most 200 machine steps: the network gives it in three formats; verify agrees.

Every time each file in some format, the formats in turn, and on all rungs; all expectations in all of them in `make test-long`.

XLA compiles for each shape, and a window that grows has many: here all arrays are padded to one of three shapes. That
this changes no answer is a square of its own (tests/squares/); the last test runs without it, as a user would.
"""

from itertools import product

import pytest

from tests.corpus.corpus import Expectation, expectations
from tests.often import covering, long
from tmformer.decode import Dense
from tmformer.model import Shape, common_shape, shape_of
from tmformer.pipeline import How, growing, make_engine, run
from tmformer.pipeline.result import Result
from tmformer.verify import verify, verifying
from tmformer.weights import Weights

ITEMS = expectations(max_steps=200)
SHORTEST = {item.machine.name: item for item in sorted(ITEMS, key=lambda item: -item.case.max_steps) if not item.source}
OFTEN = [
    item
    for at, item in enumerate(ITEMS)
    if (at % 2 == 0 and item.case.max_steps <= 60) or item == SHORTEST.get(item.machine.name)
]
"""What verify compares on every rung every time: of every file of machines/ an expectation at least, its shortest."""
FORMATS = ("float32", "bfloat16", "float16")
SHAPES = (Shape(34, 64, 7, 8, 100, 8), Shape(34, 128, 7, 20, 520, 20), Shape(150, 64, 9, 8, 100, 8))


def padded_shape(weights: Weights) -> Shape:
    own = shape_of(weights)
    return next((shape for shape in SHAPES if common_shape([own, shape]) == shape), own)


def padded_dense(weights: Weights, **options: str) -> Dense:
    return Dense(weights, shape=padded_shape(weights), **options)


def padded_engine(weights: Weights, how: How):
    return padded_dense(weights, format_name=how.format) if how.engine == "dense" else make_engine(weights, how)


@pytest.fixture(autouse=True)
def few_shapes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    if "as_a_user" not in request.node.name:
        monkeypatch.setattr(growing, "make_engine", padded_engine)
        monkeypatch.setattr(verifying, "make_engine", padded_engine)


def check(item: Expectation, result: Result):
    """Every field that the expectation says; what it does not say is not compared."""
    case, last = item.case, result.configuration
    found = {
        "outcome": result.outcome,
        "steps": result.steps,
        "state": last.state,
        "tape": last.tape,
        "head": last.head,
        "accepted": result.accepted,
    }
    expected = {name: getattr(case, name) for name in found}
    assert {name: found[name] for name in found if expected[name] is not None} == {
        name: value for name, value in expected.items() if value is not None
    }
    assert result.layers == result.steps


def result_of(item: Expectation, format_name: str) -> Result:
    case = item.case
    return run(item.machine, case.input, format=format_name, max_steps=case.max_steps, head=case.start_head)


@pytest.mark.parametrize(
    ("item", "format_name"), [*covering(ITEMS[1::2], FORMATS), *long(product(ITEMS[::2], FORMATS))], ids=str
)
def test_the_network_gives_what_is_documented(item: Expectation, format_name: str):
    check(item, result_of(item, format_name))


@pytest.mark.parametrize("item", [*OFTEN, *long(item for item in ITEMS if item not in OFTEN)], ids=str)
def test_verify_agrees(item: Expectation):
    case = item.case
    agreement = verify(item.machine, [case.input], max_steps=case.max_steps, head=case.start_head)
    assert agreement.agreement, str(agreement.first_difference)
    assert {"program", "exact", "model float32"} <= set(agreement.rungs)
    assert agreement.steps_compared == case.max_steps


AS_A_USER = [item for item in ITEMS if item.machine.name in ("bb3", "divisible_by_3") and item.case.max_steps > 3][:3]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("item", AS_A_USER, ids=str)
def test_as_a_user_without_padding(item: Expectation, format_name: str):
    check(item, result_of(item, format_name))


def test_there_are_many_items():
    assert len(ITEMS) > 150
    for often in (OFTEN, ITEMS[1::2]):
        assert {item.machine.name for item in often} >= {item.machine.name for item in ITEMS if item.source is None}
    assert sum(item.source is not None for item in ITEMS) >= 50
    assert {item.machine.tapes for item in ITEMS} == {1}
    assert AS_A_USER
