"""Faults planted in the retrieval engine: each is seen as a difference from the dense engine, or as an untrue promise.

A fault is one piece of source replaced in a copy of a function, so that none can outlive the code that it is planted in.
"""

import inspect
import textwrap
from collections.abc import Callable

import pytest

from tests.planted.mutants import set_entry
from tests.squares.checkers import Run
from tests.squares.passing import (
    BB2,
    LEFT,
    Witness,
    compare_passing,
    eagerly,
    late,
    networks,
    of_weights,
    passing,
    prompts,
    unit_of,
)
from tmformer.decode.retrieval import addresses, annotations, loop, messages, units
from tmformer.decode.retrieval import passing as passing_module
from tmformer.machine import Machine, Move, Transition, parse
from tmformer.weights import Weights

STAYS = Machine(
    ("A", "B"),
    ("0", "1"),
    "0",
    "A",
    (Transition("A", "0", "1", Move.STAY, "B"), Transition("B", "1", "0", Move.RIGHT, "A")),
)
INPUT = Run(parse("1RB1LB_1LA1RZ"), ("1", "1", "1"), 0, -3, 7, 6)
STAYING = Run(STAYS, (), 0, -3, 7, 6)
ENDS = Run(parse("1RB---_1LA0RB"), (), 0, -3, 7, 9)
NETWORKS, PROMPTS, LATE = networks(), prompts(), late()


def _with_a_closed_gate() -> Weights:
    """A rule that does not apply where the message that arrives is still there: one that stays."""
    weights = STAYING.weights
    gate = unit_of(weights, ("arriving", "B"), ("symbol", "1"))
    return set_entry(weights, "mlp.w_in", (gate, weights.layout.coordinate("stay", "B")), -2)


def _with_a_symbol_that_fades() -> Weights:
    """The unit that clears a message which nobody sends clears a symbol, in every row."""
    weights, layout = INPUT.weights, INPUT.weights.layout
    unit, message, symbol = (
        unit_of(weights, ("right", "A")),
        layout.coordinate("right", "A"),
        layout.coordinate("symbol", "1"),
    )
    for place, entry in ((message, 0), (symbol, 1)):
        weights = set_entry(weights, "mlp.w_in", (unit, place), entry)
        weights = set_entry(weights, "mlp.w_out", (place, unit), -entry)
    return weights


RUNS = {
    "bb2": of_weights("", BB2.weights),
    "a message that stays closes a gate": of_weights("", _with_a_closed_gate(), STAYING),
    "it leaves": of_weights("", LEFT.weights, LEFT),
    "where": PROMPTS["where"],
    "it ends": of_weights("", ENDS.weights, ENDS),
    "a matrix": NETWORKS["a matrix"],
    "a bias": NETWORKS["a bias"],
    "arriving": NETWORKS["arriving"],
    "a symbol fades": of_weights("", _with_a_symbol_that_fades(), INPUT),
    "a symbol counts twice": LATE["a symbol counts twice"],
}
FAULTS: dict[str, tuple[Callable[..., object], str, str, str]] = {
    "the row that is left is not written": (
        loop._pass, "rows = jax.lax.dynamic_update_slice(", "jax.lax.dynamic_update_slice(", "bb2"
    ),
    "the row that is left keeps its message": (
        loop._pass, "(row - jax.nn.relu(row) * cleared[:size])[None]", "row[None]", "bb2"
    ),
    "to and from are swapped": (
        loop._pass, "there, left = after[tail + _TO].astype(jnp.int32), now[tail + _TO]",
        "there, left = after[tail + _FROM].astype(jnp.int32), now[tail + _TO]", "bb2",
    ),
    "a message that stays is lost": (loop._pass, "jnp.where(stays, row, other)", "other", "a message that stays closes a gate"),
    "an offset has the wrong sign": (loop.loop_of, "= -offset", "= offset", "bb2"),
    "the table of ends is transposed": (
        loop._counted, "arrived[:, None] * held[None, :]", "arrived[None, :] * held[:, None]", "it ends"
    ),
    "a row off its grid is left": (loop._is_regular, "(now[loop.tail + _HOLDS] == 1 + loop.unit) & ", "", "a symbol counts twice"),
    "a row without a symbol is passed": (
        loop._is_regular, " & (now[slice(*loop.symbols)].sum() == 1)", "", "it leaves"
    ),
    "gates may open at rest": (units.are_closed, "return bool((bound <= 0).all())", "return True", "a bias"),
    "annotations are believed": (annotations.untrue, "if not is_true(weights.layout, head)", "if False", "a matrix"),
    "gates may write what attention brings": (messages._writes, "place not in open_to and weights.any()", "False", "arriving"),
    "messages may be cleared otherwise": (
        messages._rests, "!= ((1, -1) if place in cleared else (0, 0))", "in ()", "a symbol fades"
    ),
    "a target need not be one": (
        addresses.offsets_of, "if not rows[live, layout.spans[labels.stop.where][0]].all():", "if False:", "where"
    ),
}  # fmt: skip


def planted(monkeypatch: pytest.MonkeyPatch, function: Callable[..., object], old: str, new: str):
    """Plant a fault in a function or method, wherever it was imported."""
    function = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, old
    names = dict(function.__globals__)
    exec(compile(source.replace(old, new), "a fault", "exec"), names)  # noqa: S102
    owners = (loop, messages, passing_module, addresses, annotations, units, passing_module.Passing)
    for owner in owners:
        if inspect.unwrap(vars(owner).get(function.__name__)) is function:
            monkeypatch.setattr(owner, function.__name__, names[function.__name__])


def difference(witness: Witness) -> str | None:
    with eagerly():
        compared = (
            compare_passing(witness.weights, witness.prompt, portions, passing(witness.weights))
            for portions in ((7,), (1, 1))
        )
        return next((found for found in compared if found), None)


@pytest.mark.parametrize("name", RUNS)
def test_without_a_fault_it_is_the_dense_engine(name: str):
    assert difference(RUNS[name]) is None


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_seen(name: str, monkeypatch: pytest.MonkeyPatch):
    function, old, new, witness = FAULTS[name]
    planted(monkeypatch, function, old, new)
    assert difference(RUNS[witness]) is not None
