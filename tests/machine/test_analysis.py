"""What is seen of a machine, against brute force: all paths, all pairs, and what runs do."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tmformer.machine import Machine, Outcome, analyse, gaps, parse, trace
from tmformer.strategies import inputs, machines

ANY = st.one_of(machines(max_states=6), machines(max_states=3, max_symbols=2, tapes=2))


def by_paths(machine: Machine) -> set[str]:
    """The states at the ends of all paths of at most as many transitions as there are states."""
    steps = {(rule.state, rule.next_state) for rule in machine.transitions}
    ends = {machine.start}
    for _ in machine.states:
        ends |= {after for before, after in steps if before in ends}
    return ends


@given(ANY)
def test_reachable_states_are_the_ends_of_paths(machine: Machine):
    found, paths = analyse(machine), by_paths(machine)
    assert found.reachable == tuple(state for state in machine.states if state in paths)
    assert found.unreachable == tuple(state for state in machine.states if state not in paths)
    assert found.dead == tuple(rule for rule in machine.transitions if rule.state not in paths)


@given(ANY)
def test_gaps_are_the_pairs_without_a_rule(machine: Machine):
    running = [state for state in by_paths(machine) if state not in machine.halting]
    pairs = [
        (state, read)
        for state in running
        for read in itertools.product(machine.symbols, repeat=machine.tapes)
        if not machine.has_transition(state, *read)
    ]
    assert sorted(gaps(machine)) == sorted(pairs)
    assert analyse(machine).num_gaps == len(pairs)


@given(st.data())
def test_no_run_belies_the_analysis(data: st.DataObject):
    machine = data.draw(machines())
    symbols = data.draw(inputs(machine))
    found, run = analyse(machine), trace(machine, symbols, max_steps=50)
    assert {now.state for now in run.configurations} <= set(found.reachable)
    assert run.outcome is not Outcome.UNDEFINED or (run.final.state, run.final.here) in set(gaps(machine))
    for before, now in itertools.pairwise(run.configurations):
        rule = machine.transition(before.state, *before.here)
        assert rule not in found.dead
        assert rule.symbol not in found.never_read
        assert rule.write in (rule.symbol, machine.blank) or rule.write not in found.never_written
        assert not set(now.tape) & set(found.never_written) - set(symbols)


def test_symbols_that_are_never_written_or_read():
    found = analyse(
        parse("{blank: _, start state: a, symbols: [_, x, y, z], table: {a: {x: R, y: {write: z, R}}, b: {z: R}}}")
    )
    assert (found.never_written, found.never_read) == (("x", "y"), ("_", "z"))
    assert (found.unreachable, [rule.symbol for rule in found.dead], found.num_gaps) == (("b",), ["z"], 2)


def test_a_very_large_table_has_its_gaps_counted_not_listed():
    machine = parse(
        "{blank: _, start state: a, tapes: 9, symbols: [_, a, b, c, d, e, f, g, h, i], table: {a: {}}, halt states: []}"
    )
    assert analyse(machine).num_gaps == 10**9
    assert next(gaps(machine)) == ("a", ("_",) * 9)
