"""dense = retrieval for weights that no construction made: an engine that knew what they are for would go wrong.

Entries of every matrix, labels and prompts are changed at random. Whatever comes of it, retrieval does what dense attention
does, to the bit, by following it or by leaving it to the dense engine; what one refuses, the other refuses.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planted.mutants import set_entry
from tests.squares.checkers import MADE, Run, runs
from tests.squares.passing import compare_passing, dense, eagerly, passing, with_labels, with_lookups, with_stop
from tmformer.errors import PrecisionError
from tmformer.program import Flag, Stream, stack
from tmformer.weights import Weights

Draw = Callable[[st.SearchStrategy[Any]], Any]
ENTRIES = [1, -1, 0, 2, -2, Fraction(1, 2)]
FEWER = settings(max_examples=settings().max_examples // 2)
CASES = runs(max_width=8, max_states=3, max_symbols=3, max_steps=10)
PORTIONS = st.one_of(st.just([0, *[1] * 8]), st.just([7]), st.lists(st.integers(0, 6), min_size=1, max_size=4))


def other_weights(draw: Draw, weights: Weights) -> Weights:
    """One entry anywhere, one that is not zero, or several of one unit."""
    matrices = weights.blocks[0].matrices()
    kind = draw(st.sampled_from(["any", "written", "written", "unit"]))
    if kind == "any":
        name = draw(st.sampled_from(["mlp.w_out", "mlp.w_in", "mlp.b_in", *sorted(matrices)]))
        rows, columns = matrices[name].shape
        place = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
        return set_entry(weights, name, place, draw(st.sampled_from(ENTRIES)))
    if kind == "written":
        name = draw(st.sampled_from(["mlp.w_out", "mlp.w_out", "mlp.w_in", "mlp.b_in"]))
        place = draw(st.sampled_from(sorted(matrices[name].items())))
        return set_entry(weights, name, place, draw(st.sampled_from(ENTRIES)))
    d_model, d_mlp = matrices["mlp.w_out"].shape
    unit = draw(st.integers(0, d_mlp - 1))
    for is_read in draw(st.lists(st.booleans(), min_size=1, max_size=3)):
        place = draw(st.integers(0, d_model - 1))
        name, where = ("mlp.w_in", (unit, place)) if is_read else ("mlp.w_out", (place, unit))
        weights = set_entry(weights, name, where, draw(st.sampled_from(ENTRIES)))
    return weights


def other_labels(draw: Draw, weights: Weights) -> Weights:
    """Another stop table, other position codes, other lookups whose matrices do what they say."""
    labels = weights.labels
    flags = [register.name for register in labels.registers if isinstance(register.type, Flag)]
    kind = draw(st.sampled_from(["offset", "where", "reads", "outcomes", "generator", "idle", "null", "into"]))
    match kind:
        case "offset":
            signals = list(labels.stop.signals)
            place = draw(st.integers(0, 2))
            signals[place] = msgspec.structs.replace(signals[place], offset=draw(st.integers(-2, 2)))
            return with_stop(weights, signals=tuple(signals))
        case "where":
            return with_stop(weights, where=draw(st.sampled_from(flags)))
        case "reads":
            return with_stop(weights, outcomes=(), reads=(draw(st.sampled_from(["symbol", "stay", "arriving"])),))
        case "outcomes":
            return with_stop(weights, outcomes=())
        case "generator":
            generators = list(labels.generators)
            place = draw(st.integers(0, len(generators) - 1))
            parts = st.sampled_from(
                [{"where": flag} for flag in flags] + [{"divisor": 2}, {"offset": -3}, {"offset": 1}]
            )
            generators[place] = msgspec.structs.replace(generators[place], **draw(parts))
            return with_labels(weights, generators=tuple(generators))
        case "idle":
            return with_lookups(weights, idle=draw(st.sampled_from([*((flag,) for flag in flags), tuple(flags), ()])))
        case "null":
            return with_lookups(weights, null=draw(st.sampled_from(flags)))
        case _:
            return with_lookups(weights, into=draw(st.sampled_from(["arriving", "left", "stay"])))


def other_prompts(draw: Draw, weights: Weights, prompt: Stream) -> Stream:
    """Rows in another order, fewer of them, or holding something else; position codes are generated anew."""
    codes = {generator.register for generator in weights.labels.generators}
    rows = [
        {name: held for name, held in prompt.row(row).items() if name not in codes} for row in range(prompt.num_rows)
    ]
    kind = draw(st.sampled_from(["order", "fewer", "values", "values"]))
    if kind == "order":
        return stack(weights.labels, draw(st.permutations(rows)))
    if kind == "fewer":
        return stack(weights.labels, rows[: draw(st.integers(1, len(rows)))])
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.sampled_from(rows))
        name = draw(st.sampled_from(sorted(row)))
        type_ = weights.labels.register(name).type
        row[name] = draw(st.booleans()) if isinstance(type_, Flag) else draw(st.sampled_from((None, *type_.values)))
    return stack(weights.labels, rows)


def refusal(make: Callable[[Weights], object], weights: Weights) -> str | None:
    try:
        make(weights)
    except PrecisionError as error:
        return str(error)
    return None


def check(weights: Weights, prompt: Stream, portions: list[int]):
    """What the dense engine refuses, this one refuses with the same words; what it runs, this one runs alike."""
    refused = refusal(dense, weights)
    if refused is not None:
        assert refusal(passing, weights) == refused
        return
    with eagerly():
        assert compare_passing(weights, prompt, portions, passing(weights)) is None


@given(case=CASES, changes=st.integers(1, 3), portions=PORTIONS, data=st.data())
def test_other_matrices(case: Run, changes: int, portions: list[int], data: st.DataObject):
    weights = case.weights
    for _ in range(changes):
        weights = other_weights(data.draw, weights)
    check(weights, MADE.encode_configuration(weights.labels, case.start), portions)


@FEWER
@given(case=CASES, portions=PORTIONS, data=st.data())
def test_other_prompts(case: Run, portions: list[int], data: st.DataObject):
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    check(case.weights, other_prompts(data.draw, case.weights, prompt), portions)


@FEWER
@given(case=CASES, portions=PORTIONS, data=st.data())
def test_other_labels_and_prompts(case: Run, portions: list[int], data: st.DataObject):
    weights = other_labels(data.draw, case.weights)
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    if data.draw(st.booleans()):
        prompt = other_prompts(data.draw, weights, prompt)
    check(weights, prompt, portions)


@FEWER
@given(case=CASES, portions=PORTIONS, data=st.data())
def test_rules_of_another_machine(case: Run, portions: list[int], data: st.DataObject):
    """What two units write is swapped: another machine, under the labels of the first."""
    matrix = case.weights.blocks[0].mlp.w_out
    one, other = data.draw(st.lists(st.integers(0, matrix.shape[1] - 1), min_size=2, max_size=2))
    swap = {one: other, other: one}
    weights = case.weights
    changed = {(row, swap.get(unit, unit)): value for (row, unit), value in matrix.items().items()}
    for place in matrix.items().keys() | changed.keys():
        if matrix.items().get(place, 0) != changed.get(place, 0):
            weights = set_entry(weights, "mlp.w_out", place, changed.get(place, 0))
    check(replace(weights), MADE.encode_configuration(weights.labels, case.start), portions)
