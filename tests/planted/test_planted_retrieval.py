"""Faults planted in the retrieval engine: each is seen as a difference from the dense engine, or as an untrue promise.

A fault is one piece of source replaced in a copy of a function, so that none can outlive the code that it is planted in.
"""

import inspect
import textwrap
from collections.abc import Callable

import pytest

from tests.squares.checkers import Run
from tests.squares.passing import (
    BB2,
    Witness,
    compare_passing,
    eagerly,
    jumping,
    late,
    networks,
    of_weights,
    passing,
    prompts,
    rows_of,
)
from tmformer.decode.retrieval import addresses, annotations, loop, messages, units
from tmformer.decode.retrieval import passing as passing_module
from tmformer.machine import Machine, Move, Transition, parse

STAYS = Machine(
    ("A", "B"), ("0", "1"), "0", "A", (Transition("A", "0", "1", Move.STAY, "B"), Transition("B", "1", "0", Move.RIGHT, "A"))
)
ENDS = Run(parse("1RB---_1LA0RB"), (), 0, -3, 7, 9)
FAR = Run(parse("1LA1LA"), (), 0, 0, 7, 6)
NETWORKS, PROMPTS, LATE = networks(), prompts(), late()
RUNS = {
    "bb2": of_weights("", BB2.weights),
    "it stays": of_weights("", (case := Run(STAYS, (), 0, -3, 7, 6)).weights, case),
    "it ends": of_weights("", ENDS.weights, ENDS),
    "far": Witness(
        "", jumping(FAR), rows_of(FAR, *({"cell": True, "symbol": "0"} | ({"stay": "A"} if not row else {}) for row in range(5)), {"bos": True})
    ),
    "a matrix": NETWORKS["a matrix"],
    "a bias": NETWORKS["a bias"],
    "a symbol in BOS": PROMPTS["a symbol in BOS"],
    "arriving": NETWORKS["arriving"],
    "no clearing": NETWORKS["no clearing"],
    "a symbol counts twice": LATE["a symbol counts twice"],
    "a cell without a symbol": LATE["a cell without a symbol"],
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
    "a message that stays is lost": (loop._pass, "jnp.where(stays, row, other)", "other", "it stays"),
    "an offset has the wrong sign": (loop.loop_of, "= -offset", "= offset", "bb2"),
    "the table of ends is transposed": (
        loop._counted, "arrived[:, None] * held[None, :]", "arrived[None, :] * held[:, None]", "it ends"
    ),
    "a row off its grid is left": (loop._is_regular, "(now[loop.tail + _HOLDS] == 1 + loop.unit) & ", "", "a symbol counts twice"),
    "a row without a symbol is passed": (
        loop._is_regular, " & (now[slice(*loop.symbols)].sum() == 1)", "", "a cell without a symbol"
    ),
    "no empty rows at the ends": (loop.loop_of, "reach = max(map(abs, offsets))", "reach = 1", "far"),
    "gates may open at rest": (units.are_closed, "return bool((bound <= 0).all())", "return True", "a bias"),
    "annotations are believed": (annotations.untrue, "if not is_true(weights.layout, head)", "if False", "a matrix"),
    "gates may write what attention brings": (messages._writes, "place not in open_to and weights.any()", "False", "arriving"),
    "messages may be cleared otherwise": (
        messages._rests, "!= ((1, -1) if place in cleared else (0, 0))", "== ()", "no clearing"
    ),
    "a target need not be one": (
        passing_module.Passing._run, "if not rows[live, layout.spans[labels.stop.where][0]].all():", "if False:", "a symbol in BOS"
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
        return compare_passing(witness.weights, witness.prompt, (7,), passing(witness.weights))


@pytest.mark.parametrize("name", RUNS)
def test_without_a_fault_it_is_the_dense_engine(name: str):
    assert difference(RUNS[name]) is None


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_seen(name: str, monkeypatch: pytest.MonkeyPatch):
    function, old, new, witness = FAULTS[name]
    planted(monkeypatch, function, old, new)
    assert difference(RUNS[witness]) is not None
