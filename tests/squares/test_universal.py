"""universal: machine = program = exact weights = model, for machines that all run through the same weights."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.often import first_of
from tests.squares.universal import (
    MADE,
    RECORDS,
    STEPS,
    Case,
    cases,
    compare_engine,
    compare_program,
    compare_values,
    network,
)
from tmformer.decode import Cached, ExactRows, run_batch
from tmformer.errors import ProgramError
from tmformer.machine import Machine, load, parse
from tmformer.precision import certify
from tmformer.program import Stream
from tmformer.strategies import machines
from tmformer.weights import lower, to_bytes

FEWER = settings(max_examples=max(1, settings().max_examples // 8))
ODD = parse(
    "blank: b\nstart state: 'q 0'\nsymbols: [aa, b]\nundefined rejects: true\ntable: {'q 0': {b: {write: aa, L: q 0}}}"
)
"""A blank that is not the first symbol, a symbol of two letters, a state with a blank, and a run that rejects."""


@given(cases(), st.sampled_from([2, 3, 8]))
@example(Case(ODD, ("b", "aa")), 2)
@example(Case(parse("0LA---")), 2)
def test_machine_equals_program(case: Case, radix: int):
    assert compare_program(case, network(one_way=case.machine.one_way, radix=radix)) is None


@FEWER
@given(cases(), st.sampled_from([2, 3]))
@example(Case(ODD, ("b", "aa")), 2)
def test_program_equals_exact_weights(case: Case, radix: int):
    """Every register of every row; and the configuration after every machine step."""
    made = network(one_way=case.machine.one_way, radix=radix)
    assert compare_values(case, made, made.exact) is None
    assert compare_engine(case, made, made.exact) is None


@FEWER
@given(cases())
def test_program_equals_base_2_softmax(case: Case):
    made = network(one_way=case.machine.one_way)
    assert compare_engine(case, made, ExactRows(made.weights, softmax="base-2")) is None


@pytest.mark.parametrize("radix", first_of(1, [2, 8]))
@given(case=cases())
@example(case=Case(ODD, ("b", "aa")))
def test_program_equals_model(case: Case, radix: int):
    made = network(one_way=case.machine.one_way, radix=radix)
    assert compare_values(case, made, made.floats) is None
    assert compare_engine(case, made, made.floats) is None


@FEWER
@given(cases(), st.sampled_from([0, 1, 9]), st.sampled_from([0, 1, 4]))
def test_a_larger_network_runs_it_too(case: Case, states: int, symbols: int):
    """To the last state and symbol of the network, and far from it."""
    machine = case.machine
    sizes = {"states": len(machine.states) + states, "symbols": len(machine.symbols) + symbols}
    made = network(one_way=machine.one_way, **sizes)
    assert compare_program(case, made) is None
    assert compare_engine(case, made, made.exact) is None


@FEWER
@given(machines(one_way=True), machines(one_way=True))
def test_the_weights_depend_on_the_sizes_alone(one: Machine, other: Machine):
    """Byte for byte: nothing of a machine but its numbers of states and symbols, and its kind of tape, gets in."""
    files = [to_bytes(lower(MADE.compile(each, steps=5, cells=4, head=2))) for each in (one, other)]
    sizes = [(len(each.states), len(each.symbols), each.one_way) for each in (one, other)]
    assert (files[0] == files[1]) == (sizes[0] == sizes[1])
    larger: dict[str, str | int] = {"states": 9, "symbols": 5}
    same = [to_bytes(lower(MADE.compile(each, steps=5, cells=4, head=2, options=larger))) for each in (one, other)]
    assert (same[0] == same[1]) == (one.one_way == other.one_way)


@FEWER
@given(st.lists(cases().filter(lambda case: not case.machine.one_way), min_size=3, max_size=3))
def test_a_batch_of_machines_equals_each_alone(drawn: list[Case]):
    """Three machines through one and the same weights, in one call: every row of each, bit for bit."""
    made = network()
    engine = made.floats
    prompts = [MADE.encode_configuration(case.labels(made), case.start) for case in drawn]
    states = run_batch([engine] * len(drawn), prompts, STEPS)
    for case, prompt, state in zip(drawn, prompts, states, strict=True):
        alone = engine.advance(engine.start(prompt), STEPS)
        assert (state.steps, state.outcome) == (alone.steps, alone.outcome)
        assert (engine.array(state) == engine.array(alone)).all()
        *_, (now, said) = case.reference()
        assert (MADE.decode_configuration(case.labels(made), engine.stream(state)), state.outcome) == (now, said)


@pytest.mark.parametrize("register", ["rule_state", "rule_symbol"])
def test_a_prompt_with_two_rules_for_one_pair_is_refused_where_a_certificate_vouches(register: str):
    """Two rules of one key have no one answer: `run` never makes such a prompt, and an engine does not begin with it."""
    made, case = network(), Case(load("bb3"))
    engine = Cached(made.weights, certificate=certify(made.weights))
    prompt = MADE.encode_configuration(case.labels(made), case.start)
    rows = [row for row in range(prompt.num_rows) if prompt["rule"][row]]
    values, pairs = prompt[register], list(zip(prompt["rule_state"], prompt["rule_symbol"], strict=True))
    same = 1 if register == "rule_state" else 0  # the part of the key that stays
    other = next(row for row in rows[1:] if pairs[row][same] == pairs[rows[0]][same])
    forged = (*values[:other], values[rows[0]], *values[other + 1 :])
    engine.start(prompt)
    with pytest.raises(ProgramError, match="A prompt is one of those that the network admits") as caught:
        engine.start(Stream({**prompt.columns, register: forged}))
    assert caught.value.where.startswith("the invariant 'distinct keys', the key")


def test_shipped_machines_of_one_network():
    made = network(states=6, symbols=4)
    for name, word in (("bb2", ""), ("bb3", ""), ("increment", "1011"), ("balanced_parentheses", "(())")):
        case = Case(load(name), tuple(word))
        assert len(word) <= RECORDS
        assert compare_engine(case, made, made.floats) is None
