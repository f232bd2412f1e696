"""What the squares of the retrieval engine check: `Passing` does what `Dense` does, to the byte, also of what it refuses.

And networks and prompts for which it must not answer by address, each with the reason that it gives.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction

import jax.numpy as jnp
import msgspec
import pytest

from tests.planted.mutants import set_entry
from tests.squares.checkers import MADE, Run, padded
from tmformer.decode import Dense, Passing, State
from tmformer.decode.retrieval import loop as loops
from tmformer.errors import DecodeError
from tmformer.machine import parse
from tmformer.precision import Uncertified
from tmformer.program import Count, Lookup, Match, Stream, stack
from tmformer.weights import Weights, lower_lookup

WHY = Uncertified(reason="the weights were changed")
BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
LEFT = Run(parse("1LA1LA"), (), 0, 0, 7, 6)


@contextmanager
def eagerly() -> Iterator[None]:
    """The loop of the engine in single operations: XLA compiles none for each machine. All its sums are exact."""

    def uncompiled(loop: loops.Loop):
        numbers = {name: jnp.asarray(loop.array(name)) for name, _, _ in loop.arrays}

        def run(place: loops.Place, limit: object) -> loops.Place:
            while bool(loops._goes_on(loop, numbers, limit, place)):
                place = loops._pass(loop, numbers, place)
            return place

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops, "_compiled", uncompiled)
        yield


def dense(weights: Weights, format_name: str = "float32") -> Dense:
    return Dense(weights, format_name=format_name, shape=padded(), certificate=WHY)


def passing(weights: Weights, format_name: str = "float32") -> Passing:
    """What it leaves to the dense engine runs in the common shape."""
    return Passing(weights, format_name=format_name, shape=padded(), certificate=WHY)


def said(engine: Dense | Passing, prompt: Stream, portions: Sequence[int]) -> list[object]:
    """Everything that a run says, portion by portion: the bits of all rows, steps, outcome, layers, or the refusal."""
    state, heard = engine.start(prompt), []
    for portion in portions:
        try:
            state = engine.advance(state, portion)
        except DecodeError as error:
            return [*heard, (error.rule, error.found, error.where, error.remedy)]
        heard.append(all_of(engine, state))
    return heard


def all_of(engine: Dense | Passing, state: State) -> tuple[object, ...]:
    array = engine.array(state)
    return array.tobytes(), array.shape, array.dtype.name, *state[1:]


def compare_passing(
    weights: Weights, prompt: Stream, portions: Sequence[int], engine: Passing, format_name: str = "float32"
) -> str | None:
    """The first portion after which the two engines say different things."""
    expected, found = (said(each, prompt, portions) for each in (dense(weights, format_name), engine))
    for number, (wanted, got) in enumerate(zip(expected, found, strict=False)):
        if wanted != got:
            return f"portion {number} of {list(portions)}: {wanted[1:]}, {got[1:]}; {engine.why_dense}"
    return None if len(expected) == len(found) else "one goes on"


# Networks and prompts that must be left to the dense engine ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Witness:
    """A network and a prompt, and why no row of it is found by address; None where the run is refused before."""

    reason: str | None
    weights: Weights
    prompt: Stream
    portions: tuple[int, ...] = (7,)
    format_name: str = "float32"


def of_weights(reason: str | None, weights: Weights, case: Run = BB2, **more: object) -> Witness:
    return Witness(reason, weights, MADE.encode_configuration(weights.labels, case.start), **more)


def with_labels(weights: Weights, **parts: object) -> Weights:
    return replace(weights, labels=msgspec.structs.replace(weights.labels, **parts))


def with_stop(weights: Weights, **parts: object) -> Weights:
    return with_labels(weights, stop=msgspec.structs.replace(weights.labels.stop, **parts))


def with_generators(weights: Weights, **parts: dict[str, object]) -> Weights:
    """Other position codes: for each register what is different."""
    generators = weights.labels.generators
    return with_labels(
        weights, generators=tuple(msgspec.structs.replace(each, **parts.get(each.register, {})) for each in generators)
    )


def with_lookups(weights: Weights, **parts: object) -> Weights:
    """Other lookups, and the matrices that do what they say."""
    (block,) = weights.blocks
    heads = tuple(_with_lookup(weights, head.lookup, parts) for head in block.heads)
    return replace(weights, blocks=(replace(block, heads=heads),))


def _with_lookup(weights: Weights, lookup: Lookup, parts: dict[str, object]):
    return lower_lookup(weights.layout, msgspec.structs.replace(lookup, **parts))


def unit_of(weights: Weights, *literals: tuple[str, str]) -> int:
    """The first unit that reads all of these."""
    read = weights.blocks[0].mlp.w_in.items()
    columns = [weights.layout.coordinate(*literal) for literal in literals]
    return next(
        unit for unit in range(weights.blocks[0].mlp.w_in.shape[0]) if all((unit, each) in read for each in columns)
    )


def written(weights: Weights, unit: int, register: str, value: str, entry: Fraction | int) -> Weights:
    """The weights with another entry of W_out: what `unit` writes there."""
    return set_entry(weights, "mlp.w_out", (weights.layout.coordinate(register, value), unit), entry)


def rows_of(case: Run, *rows: dict[str, object]) -> Stream:
    return stack(case.weights.labels, rows)


def jumping(case: Run) -> Weights:
    """A network whose messages go two rows at once."""
    weights = with_generators(case.weights, left_cell={"offset": -3}, right_cell={"offset": 1})
    signals = weights.labels.stop.signals
    far = tuple(msgspec.structs.replace(signal, offset=2 * signal.offset) for signal in signals)
    return with_stop(weights, signals=far)


def networks() -> dict[str, Witness]:
    """Networks that do not pass one message on, or may not."""
    w = BB2.weights
    gate, message = unit_of(w, ("arriving", "A"), ("symbol", "0")), unit_of(w, ("right", "A"))
    cell, digit = w.layout.spans["cell"][0], w.layout.spans["left_cell"][0]
    lying = set_entry(w, "head.0.query", (0, digit), -1)
    twice = with_lookups(w, matches=(Match("own_cell", "own_cell"), Match("left_cell", "own_cell")))
    silent = with_stop(w, signals=w.labels.stop.signals[:2])
    far = with_labels(w, tally=(Count(("A", "0"), 2**22 + 1),))
    return {
        "a matrix": of_weights("the matrices of the attention head 'from_left' are not those of its annotation", lying),
        "a flag": of_weights("attention is not the same in every block", set_entry(w, "mlp.w_out", (cell, gate), 1)),
        "two codes": of_weights("a lookup asks for more than one code", twice),
        "a signal": of_weights("what attention heads read is not the one signal of the stop table", silent),
        "no scratch": of_weights(
            "what attention brings does not stay within one block", with_lookups(w, into="stay"), portions=(1,)
        ),
        "reads": of_weights(
            "the stop table reads something else than one symbol", with_stop(w, reads=("arriving",), outcomes=())
        ),
        "a bias": of_weights("a row that receives nothing may change", set_entry(w, "mlp.b_in", (gate, 0), 0)),
        "two symbols": of_weights(
            "a row that receives nothing may change",
            set_entry(w, "mlp.w_in", (gate, w.layout.coordinate("symbol", "0")), 4),
        ),
        "no clearing": of_weights("a block clears something else than messages", written(w, message, "right", "A", -2)),
        "arriving": of_weights(
            "a gate writes something else than messages and symbols", written(w, gate, "arriving", "B", 1)
        ),
        "rounding": of_weights(
            "sums of this MLP may round in bfloat16",
            written(w, gate, "symbol", "1", Fraction(1, 512)),
            format_name="bfloat16",
        ),
        "a tally": of_weights("a block counts more than 4194304 steps", far, portions=(0,)),
    }


def prompts() -> dict[str, Witness]:
    """Prompts whose rows are not found by address, or not all of them."""
    w, cells = LEFT.weights, [{"cell": True, "symbol": "0"} for _ in range(4)]
    begun = [{**cells[0], "stay": "A"}, *cells[1:]]
    other = tuple(msgspec.structs.replace(signal, offset=-signal.offset) for signal in w.labels.stop.signals)
    idle_asks = with_labels(
        w, generators=(*w.labels.generators, msgspec.structs.replace(w.labels.generators[0], where="bos"))
    )
    distance = "'from_left' does not find the row at one and the same distance"
    speaks = "the stop table does not speak of every row that may hold a message"
    partial = "not every row asks 'from_left' or leaves it to one null row"
    return {
        "a symbol in BOS": Witness(speaks, w, rows_of(LEFT, {"bos": True, "symbol": "0"}, *begun)),
        "where": of_weights(speaks, with_stop(w, where="bos"), LEFT),
        "a row without flags": Witness(partial, w, rows_of(LEFT, {"bos": True}, {}, *begun)),
        "two BOS": Witness(partial, w, rows_of(LEFT, {"bos": True}, {"bos": True}, *begun)),
        "BOS that asks": Witness(partial, w, rows_of(LEFT, {"bos": True, "cell": True}, *begun)),
        "a message in BOS": Witness(speaks, w, rows_of(LEFT, {"bos": True, "stay": "A"}, *cells)),
        "a code of BOS": of_weights("a code of 'from_left' is set in part", idle_asks, LEFT),
        "one code twice": of_weights(
            "two rows hold the same code of 'from_left'", with_generators(w, own_cell={"modulus": 2}), LEFT
        ),
        "distances": of_weights(distance, with_generators(w, left_cell={"modulus": 2}), LEFT),
        "one cell": of_weights(distance, Run(LEFT.machine, (), 0, 0, 1, 3).weights),
        "another row": of_weights(
            "the stop table reads another row than 'from_left' brings the message to", with_stop(w, signals=other), LEFT
        ),
        "two messages": Witness("the prompt holds 2 messages", w, rows_of(LEFT, {"bos": True}, *begun, *begun[:1])),
        "no message": Witness("the prompt holds 0 messages", w, rows_of(LEFT, {"bos": True}, *cells)),
        "a message arrived": Witness(
            "the prompt holds 1 messages", w, rows_of(LEFT, {"bos": True}, {**begun[0], "arriving": "A"}, *cells)
        ),
    }


def late() -> dict[str, Witness]:
    """Networks that pass one message on until a row holds something off its grid, or none or several messages."""
    w = BB2.weights
    gate = unit_of(w, ("arriving", "A"), ("symbol", "0"))
    reason = "after step {} the rows are not those of one message"
    blank = rows_of(BB2, {"bos": True}, {"cell": True}, *({"cell": True, "symbol": "0"} for _ in range(2)))
    empty = Stream({**blank.columns, "stay": (None, None, "A", None)})
    return {
        "a symbol counts twice": of_weights(reason.format(1), written(w, gate, "symbol", "0", 1)),
        "half a symbol": of_weights(reason.format(1), written(w, gate, "symbol", "1", Fraction(1, 2))),
        "half a message": of_weights(None, written(w, gate, "right", "B", Fraction(1, 2))),
        "a message and a half": of_weights(reason.format(1), written(w, gate, "right", "B", Fraction(3, 2))),
        "two symbols": of_weights(reason.format(1), written(w, gate, "symbol", "0", 0)),
        "a second message": of_weights(None, written(w, gate, "left", "A", 1)),
        "a negative message": of_weights(reason.format(1), written(w, gate, "left", "A", -1)),
        "a cell without a symbol": Witness(reason.format(3), w, empty),
    }
