"""Fixed windows and contexts, and those that grow with the run; who follows a run sees every step of it once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import covering, first_of
from tmformer.constructions import Token, construction
from tmformer.constructions import contexts as contexts_module
from tmformer.constructions.cellular import compiling as cellular_compiling
from tmformer.constructions.universal import compiling as universal_compiling
from tmformer.errors import ConstructionError, ContextError, UsageError, WindowError
from tmformer.machine import Configuration, Machine, Outcome, Trace, initial_configuration, load, parse, trace
from tmformer.pipeline import ENGINES, How, Result, compile, growing, run
from tmformer.pipeline.growing import Follow, Progress, run_fixed, run_growing
from tmformer.program import RUNNING, Program
from tmformer.strategies import machines_with_inputs

RIGHT = parse("1RA1RA")
LEFT = parse("1LA1LA")
BB4 = load("bb4")
# Swings between two ends, each time one cell further apart: 1 step to the right, 2 to the left, 3 to the right, ...
WIDER = parse("1LB1RA_1RA1LB")


def reached(result: Result) -> tuple[int, Configuration, Outcome, bool | None]:
    return result.steps, result.configuration, result.outcome, result.accepted


def expected(machine: Machine, symbols: tuple[str, ...] = (), *, max_steps: int, head: int = 0):
    last = trace(machine, symbols, max_steps=max_steps, head=head)
    return last.steps, last.final, last.outcome, last.accepted


# Growing ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "machine"), covering(["exact", "dense"], [WIDER, RIGHT, LEFT]))
def test_the_window_grows_to_the_side_where_the_tape_head_leaves_it(machine: Machine, engine: str):
    for max_steps in (0, 8, 9, 60):
        result = run(machine, engine=engine, max_steps=max_steps)
        assert reached(result) == expected(machine, max_steps=max_steps)
        assert result.layers == result.steps == max_steps


def test_a_growing_run_halts_by_itself():
    result = run(BB4)
    assert reached(result) == expected(BB4, max_steps=200)
    assert result.layers == result.steps == 107


@pytest.mark.parametrize("room", [1, 2, 3])
@settings(max_examples=max(1, settings().max_examples // 4))
@given(drawn=machines_with_inputs(max_states=3, max_symbols=3))
def test_any_first_room_gives_the_same_result(room: int, drawn: tuple[Machine, tuple[str, ...]]):
    """With little room every run grows, on the side it leaves, and limits fall on every kind of machine step."""
    machine, symbols = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cellular_compiling, "_FIRST_ROOM", room)
        for max_steps in (0, 1, 2, 3, 7, 12):
            result = run(machine, symbols, engine="exact", max_steps=max_steps)
            assert reached(result) == expected(machine, symbols, max_steps=max_steps)
            assert result.layers == result.steps


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize(("construction", "max_steps"), [("cellular", 200), ("wei_ma", 9)])
def test_any_portion_gives_the_same_result(
    monkeypatch: pytest.MonkeyPatch, construction: str, max_steps: int, steps: int
):
    how = {"construction": construction, "engine": "exact", "max_steps": max_steps}
    whole = run(BB4, **how)
    monkeypatch.setattr(growing, "_STEPS", steps)
    assert run(BB4, **how) == whole
    assert reached(whole) == expected(BB4, max_steps=max_steps)


def test_a_halt_at_the_step_that_leaves_the_window_is_a_halt(monkeypatch: pytest.MonkeyPatch):
    """Room for one cell: the second step leaves it, and halts there, or is undefined there."""
    monkeypatch.setattr(cellular_compiling, "_FIRST_ROOM", 1)
    for line, outcome in (("1RB---_1RZ---", Outcome.HALTED), ("1RB---_1RC---_------", Outcome.UNDEFINED)):
        for max_steps in (2, 3, None):
            for engine in ("exact", "dense"):
                result = run(parse(line), engine=engine, max_steps=max_steps)
                assert (result.steps, result.outcome, result.configuration.head) == (2, outcome, 2)


@pytest.mark.parametrize("head", [-30, -9, -1, 0, 3, 40])
def test_the_tape_head_may_start_anywhere(head: int):
    machine = load("increment")
    symbols = ("1", "0", "1", "1")
    result = run(machine, symbols, engine="exact", max_steps=100, head=head)
    assert reached(result) == expected(machine, symbols, max_steps=100, head=head)


# Fixed ------------------------------------------------------------------------------------------------------------------


def leaving_step(machine: Machine, first: int, last: int) -> int:
    configurations = trace(machine, (), max_steps=1000).configurations
    return next(step for step, now in enumerate(configurations) if not first <= now.head <= last)


@pytest.mark.parametrize(
    ("engine", "cells", "machine"),
    covering(["exact", "exact-softmax", "dense"], [1, 2, 3, 4, 7, 8], [RIGHT, LEFT, WIDER], together=2),
)
def test_leaving_a_fixed_window_is_an_error_that_names_the_step(engine: str, cells: int, machine: Machine):
    """Windows of 2**m - 1 and 2**m cells, where codes wrap: nothing comes back on the other side."""
    origin = int(compile(machine, steps=1, cells=cells).labels.parameters["origin"])
    step = leaving_step(machine, origin, origin + cells - 1)
    with pytest.raises(WindowError) as caught:
        run(machine, engine=engine, cells=cells)
    assert caught.value.rule == f"The tape head left the window at step {step}"
    assert caught.value.where == f"a window of cells {origin} to {origin + cells - 1}"
    head = trace(machine, (), max_steps=step).final.head
    assert caught.value.found == f"the tape head at cell {head}"


def test_a_limit_before_the_step_that_leaves_is_a_limit_and_at_that_step_an_error():
    """Nothing is decoded from the step that leaves, not even a halt."""
    for machine in (RIGHT, parse("1RB---_1RC---_1RZ---")):
        inside = run(machine, engine="exact", cells=5, max_steps=2)
        assert reached(inside) == expected(machine, max_steps=2)
        with pytest.raises(WindowError) as caught:
            run(machine, engine="exact", cells=5, max_steps=3)
        assert caught.value.rule == "The tape head left the window at step 3"


def test_halting_exactly_at_the_edge_is_a_result():
    """BB(2) visits cells -2 to 1; a window of just these is enough."""
    bb2 = load("bb2")
    weights = compile(bb2, steps=6, cells=6)
    assert reached(run(weights)) == expected(bb2, max_steps=6)
    assert int(weights.labels.parameters["origin"]) == -2
    with pytest.raises(WindowError):
        run(bb2, engine="exact", cells=3)


def test_an_input_outside_the_window_is_refused():
    weights = compile(load("increment"), steps=2)
    with pytest.raises(WindowError) as caught:
        run(weights, "1" * 20)
    assert caught.value.where == "a window of cells -2 to 2"


# Watching ---------------------------------------------------------------------------------------------------------------


def watched(machine: Machine, **how: object) -> list[tuple[int, Configuration]]:
    seen: list[tuple[int, Configuration]] = []
    result = run(machine, watch=lambda steps, now: seen.append((steps, now)), **how)
    assert seen[-1] == (result.steps, result.configuration)
    return seen


@pytest.mark.parametrize("engine", ["exact", "dense"])
@pytest.mark.parametrize("max_steps", [0, 1, 7, 8, 9, 10, 16, 17, 50, 107, None])
def test_a_watcher_sees_the_run_in_order(engine: str, max_steps: int | None):
    """Steps strictly increase, first and last included, each with the reference's configuration; growth shows nothing twice."""
    seen = watched(BB4, engine=engine, max_steps=max_steps)
    reference = trace(BB4, (), max_steps=107).configurations
    steps = [step for step, _ in seen]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert all(now == reference[step] for step, now in seen)


def test_a_watcher_sees_every_step_at_first_and_fewer_later():
    steps = [step for step, _ in watched(RIGHT, engine="exact", cells=300, max_steps=120)]
    assert steps[1:17] == list(range(1, 17))
    assert all(later - step <= max(1, step // 8) for step, later in pairwise(steps))
    assert len(steps) < 60


def test_watching_changes_no_result():
    with_watcher, without = run(BB4, engine="exact", watch=lambda *_: None), run(BB4, engine="exact")
    assert with_watcher == without


def test_who_follows_is_asked_for():
    assert not Follow().is_wanted
    assert Follow(watch=lambda *_: None).is_wanted
    assert Follow(emit=lambda *_: None).is_wanted


@pytest.mark.parametrize(("construction", "every"), covering(["cellular", "wei_ma", "universal"], [1, 7, 1000]))
def test_every_multiple_is_seen_exactly(monkeypatch: pytest.MonkeyPatch, construction: str, every: int):
    """Also where the network is outgrown in between; and nothing else of a run changes."""
    monkeypatch.setattr(cellular_compiling, "_FIRST_ROOM", 1)
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", 5)
    last = 60 if construction == "cellular" else 17
    how = {"construction": construction, "engine": "exact", "max_steps": last}
    seen = watched(WIDER, every=every, **how)
    steps = [step for step, _ in seen]
    assert steps == sorted(set(steps))
    assert set(range(0, last + 1, every)) <= set(steps)
    configurations = trace(WIDER, (), max_steps=last).configurations
    assert all(now == configurations[step] for step, now in seen)
    assert run(WIDER, every=every, **how) == run(WIDER, **how)


def test_who_saves_is_given_the_multiples_and_nothing_else():
    saved: list[Progress] = []
    follow = Follow(every=20, save=saved.append)
    weights = compile(BB4, steps=107)
    start = Progress(trace(BB4, (), max_steps=0).final, 0, RUNNING, 0)
    for limit, last in ((None, 100), (60, 60), (59, 40)):
        saved.clear()
        run_fixed(weights, weights.labels, start, How("exact", "exact"), limit, follow)
        assert [(each.steps, each.layers) for each in saved] == [(step, step) for step in range(20, last + 1, 20)]
        assert all(each.configuration == trace(BB4, (), max_steps=each.steps).final for each in saved)


def test_a_portion_never_passes_a_multiple():
    assert [Follow(every=10).portion(steps, 0, 0) for steps in (0, 3, 9, 10, 19)] == [10, 7, 1, 10, 1]
    assert [Follow(lambda *_: None, every=10).portion(steps, 0, 0) for steps in (0, 16, 18, 800)] == [1, 2, 2, 10]
    assert [Follow(lambda *_: None).portion(steps, 0, 0) for steps in (0, 16, 800)] == [1, 2, 100]
    assert Follow().portion(5, 0, 0) == growing._STEPS


# Contexts that grow -----------------------------------------------------------------------------------------------------

FORMS = ("decoder-only", "encoder-decoder")
FIRST = (2, 3, 5, 17)
FEWER = settings(max_examples=max(1, settings().max_examples // 3))
BB2 = load("bb2")


@dataclass(frozen=True)
class Context:
    """A network of a run that grows: the machine step that it begins with, its cells, its machine steps, its layers."""

    begun: int
    first: int
    records: int
    room: int
    layers: int


def contexts(run_of: Trace, first_positions: int, form: str, radix: int) -> Iterator[Context]:
    """The networks that a run needs, by hand: each has twice the positions of the last one."""
    begun, positions = 0, 0
    while True:
        first, last = run_of.configurations[begun].used
        records = last - first + 1
        positions = 2 * positions or max(first_positions, 2 * records)
        room = positions - records
        digits = next(n for n in range(1, 99) if radix**n >= (positions if form == "decoder-only" else room))
        yield Context(begun, first, records, room, digits + 3)
        begun += room
        if begun >= run_of.steps:
            return


def layers(run_of: Trace, networks: list[Context]) -> int:
    """The last row of a prompt and each machine step pass all layers, of the network that they are in."""
    return sum((min(each.room, run_of.steps - each.begun) + 1) * each.layers for each in networks)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Trace, int, dict[str, str | int], Machine, tuple[str, ...]]:
    """A run of the reference from a tape head anywhere, and a way to make it."""
    machine, symbols = draw(machines_with_inputs(max_states=3, max_symbols=3))
    head, max_steps = draw(st.integers(-5, 9)), draw(st.integers(0, 24))
    options = {"form": draw(st.sampled_from(FORMS)), "radix": draw(st.sampled_from([2, 3, 8]))}
    how = options | {"construction": "wei_ma", "head": head, "max_steps": max_steps}
    run_of = trace(machine, symbols, max_steps=max_steps, head=head)
    return run_of, draw(st.sampled_from(FIRST)), how, machine, symbols


@FEWER
@given(cases())
def test_any_first_context_gives_the_same_result(case: tuple):
    """And the layers of all networks add up."""
    run_of, first, how, machine, symbols = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts_module, "_FIRST_POSITIONS", first)
        result = run(machine, symbols, engine="exact", **how)
    assert reached(result) == (run_of.steps, run_of.final, run_of.outcome, run_of.accepted)
    assert (result.construction, result.engine, result.warning) == ("wei_ma", "exact", None)
    assert result.layers == layers(run_of, list(contexts(run_of, first, how["form"], how["radix"])))


@pytest.mark.parametrize(("first", "form", "machine"), covering(FIRST, FORMS, [BB2, WIDER]))
def test_a_limit_may_fall_on_any_step(monkeypatch: pytest.MonkeyPatch, machine: Machine, form: str, first: int):
    """Also on the one at which a context is full: then it is a limit, and no larger one is needed."""
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", first)
    for max_steps in range(10):
        result = run(machine, construction="wei_ma", form=form, engine="exact", max_steps=max_steps)
        run_of = trace(machine, (), max_steps=max_steps)
        assert reached(result) == expected(machine, max_steps=max_steps)
        assert result.layers == layers(run_of, list(contexts(run_of, first, form, 2)))


def test_a_run_without_a_limit_grows_until_it_halts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", 5)
    result = run(BB4, construction="wei_ma", form="encoder-decoder", radix=3, engine="exact")
    assert reached(result) == expected(BB4, max_steps=200)
    assert len(list(contexts(trace(BB4, (), max_steps=200), 5, "encoder-decoder", 3))) > 4


def test_the_graded_regime_grows_as_well(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", 3)
    hard, soft = (run(BB2, construction="wei_ma", engine=engine) for engine in ("exact", "exact-softmax"))
    assert (reached(hard), hard.layers) == (reached(soft), soft.layers)


@pytest.mark.parametrize(
    ("form", "radix", "first"), first_of(1, [("encoder-decoder", 8, 64), ("decoder-only", 2, 1024)])
)
def test_dense_decoding_grows_as_exact_decoding_does(
    monkeypatch: pytest.MonkeyPatch, form: str, radix: int, first: int
):
    """BB(4) takes 107 machine steps: one context, or two."""
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", first)
    result = run(BB4, construction="wei_ma", form=form, radix=radix, engine="dense")
    exact = run(BB4, construction="wei_ma", form=form, radix=radix, engine="exact")
    assert reached(result) == reached(exact) == expected(BB4, max_steps=200)
    assert (result.layers, result.engine, result.format) == (exact.layers, "dense", "float32")


@pytest.mark.parametrize("line", ["1RB0LB_1LA1RZ", "1RB0LA_0LA1RZ", "1LB---_0RA1LC_------", "0RA1RZ_1RB0RA"])
def test_dense_decoding_of_one_shape(line: str):
    """Machines of one shape, which share the compiled function, on an input with the tape head in it."""
    machine = parse(line)
    how = {"max_steps": 40, "head": 2}
    found = run(machine, "1011", construction="wei_ma", engine="dense", **how)
    assert reached(found) == expected(machine, tuple("1011"), **how)


# Contexts that do not ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_context_is_an_error_where_the_machine_goes_on(engine: str):
    for steps in (4, 5):
        weights = compile(BB2, "wei_ma", steps=steps)
        assert reached(run(weights, engine=engine)) == expected(BB2, max_steps=steps)
        with pytest.raises(ContextError) as caught:
            run(weights, engine=engine, max_steps=steps + 1)
        now = trace(BB2, (), max_steps=steps).final
        assert caught.value.rule == f"The context is full after machine step {steps}"
        assert caught.value.found == f"a machine that goes on from state {now.state!r} at cell {now.head}"
        assert caught.value.where == f"a network for {steps} machine steps, {steps + 3} positions"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_machine_that_halts_before_its_context_is_full_has_a_result(engine: str):
    for steps in (6, 7):
        weights = compile(BB2, "wei_ma", steps=steps)
        for max_steps in (6, 7, 1000, None):
            assert reached(run(weights, engine=engine, max_steps=max_steps)) == expected(BB2, max_steps=100)
        assert reached(run(weights, engine=engine, max_steps=3)) == expected(BB2, max_steps=3)


def test_a_context_for_no_machine_step():
    weights = compile(BB2, "wei_ma", steps=0)
    assert reached(run(weights, engine="exact")) == expected(BB2, max_steps=0)
    with pytest.raises(ContextError, match="after machine step 0"):
        run(weights, engine="exact", max_steps=1)


def test_a_machine_may_be_decoded_with_a_fixed_number_of_cells():
    """So many that the prompt holds; the machine steps must be said."""
    how = {"construction": "wei_ma", "engine": "exact"}
    assert reached(run(BB2, cells=9, max_steps=100, **how)) == expected(BB2, max_steps=100)
    assert reached(run(BB2, cells=1, max_steps=6, **how)) == expected(BB2, max_steps=6)
    with pytest.raises(UsageError, match="compiled for a number of machine steps"):
        run(BB2, cells=9, **how)
    with pytest.raises(ConstructionError, match="the prompt holds every cell of the input"):
        run(BB2, "111", cells=2, max_steps=9, **how)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
def test_what_the_records_do_not_hold_is_refused(engine: str, form: str):
    weights = compile(load("increment"), "wei_ma", steps=2, input_length=3, form=form)
    for word, head in (("1011", 0), ("101", -1), ("101", 3), ("", 9)):
        with pytest.raises(WindowError) as caught:
            run(weights, word, engine=engine, head=head)
        assert caught.value.where == "records of cells 0 to 2, 1 tapes"
    assert run(weights, "11", engine="exact", head=2).steps == 2


def test_a_start_cell_away_from_the_input_has_records_for_the_gap():
    machine = load("increment")
    for head in (-4, 7):
        weights = compile(machine, "wei_ma", steps=30, head=head, input_length=3)
        assert reached(run(weights, "101", engine="exact")) == expected(
            machine, ("1", "0", "1"), max_steps=30, head=head
        )
        assert weights.labels.parameters["records"] == max(head, 2) - min(head, 0) + 1


# What is emitted --------------------------------------------------------------------------------------------------------


def emitted(machine: Machine, symbols: tuple[str, ...] = (), **how: object) -> list[tuple[int, int, Token]]:
    tokens: list[tuple[int, int, Token]] = []
    run(machine, symbols, emit=lambda *token: tokens.append(token), **how)
    return tokens


def last_writer(run_of: Trace, network: Context, step: int) -> tuple[str, int] | None:
    """What last wrote the cell of the tape head: a step of this network, its prompt, or nothing."""
    cell = run_of.configurations[step].head
    for earlier in range(step, network.begun, -1):
        if run_of.configurations[earlier - 1].head == cell:
            return "step", earlier - network.begun
    return ("cell", cell) if network.first <= cell < network.first + network.records else None


def time_found(found: tuple[str, int] | None, network: Context, form: str) -> int:
    """The number that the digits of a search spell: 0 if it found nothing."""
    if found is None or (found[0] == "cell" and form == "encoder-decoder"):
        return 0
    kind, number = found
    before = network.records if form == "decoder-only" else 0
    return number - network.first if kind == "cell" else before + number - 1


def check_token(token: Token, machine: Machine, run_of: Trace, step: int):
    """A step is the reference's transition."""
    now = run_of.configurations[step]
    (at,) = token.tapes
    assert (token.next_state, at.cell, at.next_symbol) == (now.state, now.head, now.read(now.head))
    did = (token.state, at.symbol, at.written, at.move)
    if step == 0:
        assert did == (None,) * 4
        return
    before = run_of.configurations[step - 1]
    rule = machine.transition(before.state, before.read(before.head))
    assert did == (rule.state, rule.symbol, rule.write, {1: "R", -1: "L", 0: "S"}[rule.move.value])


@FEWER
@given(cases())
def test_a_token_is_a_transition_and_what_its_search_found(case: tuple):
    """Every machine step once, across growth; `found` is what last wrote the cell."""
    run_of, first, how, machine, symbols = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts_module, "_FIRST_POSITIONS", first)
        tokens = emitted(machine, symbols, engine="exact", **how)
    networks = list(contexts(run_of, first, how["form"], how["radix"]))
    assert [step for step, _, _ in tokens] == list(range(run_of.steps + 1))
    for step, begun, token in tokens:
        network = next(each for each in reversed(networks) if each.begun < step or each.begun == 0)
        assert begun == network.begun
        check_token(token, machine, run_of, step)
        found = last_writer(run_of, network, step)
        (at,) = token.tapes
        assert at.found == found
        if found is None or (found[0] == "cell" and how["form"] == "encoder-decoder"):
            assert at.digits == ""
            continue
        assert len(at.digits) == network.layers - 3
        assert int(at.digits, how["radix"]) == time_found(found, network, how["form"])


def test_digits_of_a_large_radix_are_numbers_with_gaps():
    *_, (step, _, token) = emitted(BB2, construction="wei_ma", radix=16, engine="exact")
    assert (step, token.tapes[0].digits) == (6, "0 0 3")


def test_dense_decoding_emits_what_exact_decoding_does():
    how = {"construction": "wei_ma", "form": "encoder-decoder", "radix": 8}
    assert emitted(BB2, engine="dense", **how) == emitted(BB2, engine="exact", **how)


def test_weights_emit_as_the_machine_does():
    tokens: list[tuple[int, int, Token]] = []
    run(compile(BB2, "wei_ma", steps=9), engine="exact", emit=lambda *token: tokens.append(token))
    found = [[tape.found for tape in token.tapes] for _, _, token in tokens]
    assert found == [
        [tape.found for tape in token.tapes] for _, _, token in emitted(BB2, construction="wei_ma", engine="exact")
    ]


def test_a_run_may_be_watched_and_emitted_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts_module, "_FIRST_POSITIONS", 3)
    seen: list[int] = []
    emits: list[int] = []
    how = {"construction": "wei_ma", "engine": "exact", "max_steps": 30}
    followed = run(WIDER, watch=lambda step, _: seen.append(step), emit=lambda step, *_: emits.append(step), **how)
    assert followed == run(WIDER, **how)
    assert emits == list(range(31))
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1]) == (0, 30)
    assert len(seen) < len(emits)


# Machines in the prompt -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", first_of(2, [WIDER, replace(WIDER, one_way=True), RIGHT, BB4]))
def test_a_machine_in_the_prompt_goes_on_in_a_larger_network(monkeypatch: pytest.MonkeyPatch, machine: Machine):
    """Every limit, over several networks: from 4 machine steps and 2 cells on."""
    monkeypatch.setattr(universal_compiling, "_FIRST_STEPS", 4)
    monkeypatch.setattr(universal_compiling, "_FIRST_RECORDS", 2)
    for max_steps in (0, 3, 4, 5, 12, 40):
        result = run(machine, construction="universal", engine="exact", max_steps=max_steps)
        assert reached(result) == expected(machine, max_steps=max_steps)


def test_a_machine_in_the_prompt_runs_longer_than_its_first_network():
    """1,100 machine steps, of which the first network has 960."""
    result = run(WIDER, construction="universal", max_steps=1100)
    assert reached(result) == expected(WIDER, max_steps=1100)
    first = run(WIDER, construction="universal", max_steps=9)
    assert first.weights_hash != result.weights_hash
    assert first.weights_hash == run(RIGHT, construction="universal", max_steps=9, states=2).weights_hash


@pytest.mark.parametrize(("construction_name", "grows"), [("wei_ma", False), ("universal", True)])
def test_a_context_by_retrieval_grows_no_further_than_it_needs(
    monkeypatch: pytest.MonkeyPatch, construction_name: str, grows: bool
):
    """A network whose lookups are no search runs dense, where a context costs what it is long: it doubles."""
    sizes: list[int] = []
    made = construction(construction_name)

    def grow(*given: object, **named: object) -> Program:
        program = made.grow(*given, **named)
        sizes.append(program.labels.max_positions)
        return program

    monkeypatch.setitem(growing._ROOM, "start", 1100)
    begun = Progress(initial_configuration("A", (), "0"), 0, RUNNING, 0)
    how, machine = How("retrieval", "float32"), load("bb5")
    _, _, reached = run_growing(machine, replace(made, grow=grow), {}, begun, how, 4000, Follow())
    assert reached.configuration == trace(machine, (), max_steps=4000).final
    assert (max(sizes) > 2000) is grows
