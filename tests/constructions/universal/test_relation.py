"""Universal's simulation relation in both directions, what it refuses, and labels that it did not write."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.outcomes import stop_outcomes
from tmformer.constructions.universal.compiling import compile_machine
from tmformer.constructions.universal.labels import GOING
from tmformer.constructions.universal.relation import (
    check_labels,
    decode_configuration,
    encode_configuration,
    variables,
)
from tmformer.constructions.universal.sizes import CLAIMS, Sizes
from tmformer.constructions.universal.telling import sizes_of, symbols_of, tell
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import Configuration, Machine, Outcome, configuration, outcome, parse, step
from tmformer.program import Decoding, Flag, Labels, Program, Stream
from tmformer.strategies import configurations, machines

BB2 = parse("1RB1LB_1LA1RZ")
SHIFTS = st.sampled_from([0, 0, -7, 1000, -(10**12), 2**40 + 1])


def program_for(
    machine: Machine, now: Configuration, *, steps: int, left: int = 0, right: int = 0, more: int = 0
) -> Program:
    """With labels that tell of the machine; the prompt holds what `now` uses, and so many cells more on either side."""
    first, last = now.used
    origin = 0 if machine.one_way else first - left
    sizes = {"states": len(machine.states) + more, "symbols": len(machine.symbols) + more}
    cells = last - origin + 1 + right
    program = compile_machine(machine, steps=steps, cells=cells, head=now.head, origin=origin, options=sizes)
    labels = tell(program.labels, machine, origin=origin, head=now.head)
    return msgspec.structs.replace(program, labels=labels)


def shifted(machine: Machine, now: Configuration, by: int) -> Configuration:
    by = 0 if machine.one_way else by
    cells = {now.first + by + index: symbol for index, symbol in enumerate(now.tape)}
    return configuration(now.state, now.head + by, cells, now.blank)


# There and back ---------------------------------------------------------------------------------------------------------


@given(st.data(), SHIFTS, st.integers(0, 5), st.integers(0, 5), st.integers(0, 3))
def test_decoding_is_the_inverse_of_encoding(data: st.DataObject, by: int, left: int, right: int, more: int):
    machine = data.draw(machines(one_way=True))
    now = shifted(machine, data.draw(configurations(machine)), by)
    labels = program_for(machine, now, steps=3, left=left, right=right, more=more).labels
    stream = encode_configuration(labels, now)
    assert decode_configuration(labels, stream) == now
    assert stream.num_rows == labels.max_positions - 3
    check_labels(labels)


@given(st.data(), SHIFTS, st.integers(0, 3))
def test_every_machine_step_decodes_to_the_reference_interpreters(data: st.DataObject, by: int, more: int):
    """Cells are known mod 2**K only; their numbers come from the moves, however far from cell 0."""
    machine = data.draw(machines(one_way=True))
    now = shifted(machine, data.draw(configurations(machine)), by)
    program = program_for(machine, now, steps=9, more=more)
    decoding = Decoding(program, encode_configuration(program.labels, now))
    for _ in range(9):
        assert decode_configuration(program.labels, decoding.after()) == now
        if outcome(machine, now) is not Outcome.LIMIT:
            return
        now = step(machine, now)
        decoding.step()


@given(machines(min_states=1, min_symbols=1), st.booleans(), st.integers(0, 2))
def test_the_rules_of_the_prompt_are_those_of_the_machine(machine: Machine, rejects: bool, more: int):
    """Each pair at most once; a pair without a rule says how the run ends there, or has no row that could be found."""
    machine = replace(machine, undefined_rejects=rejects)
    now = configuration(machine.start, 0, {}, machine.blank)
    labels = program_for(machine, now, steps=2, more=more).labels
    stream, symbols = encode_configuration(labels, now), symbols_of(machine)
    rows = [stream.row(row) for row in range(stream.num_rows) if stream["rule"][row]]
    told = {(row["rule_state"], row["rule_symbol"]): row for row in rows}
    assert len(told) == len(rows) == sizes_of(labels).rules
    ends = {(state, symbol): end for state, symbol, end in stop_outcomes(machine)}
    for number, state in enumerate(machine.states):
        for code, symbol in enumerate(symbols):
            row = told.get((number, code))
            if machine.has_transition(state, symbol):
                rule = machine.transition(state, symbol)
                assert row is not None
                assert row["rule_verdict"] == GOING
                assert machine.states[int(row["rule_next_state"] or 0)] == rule.next_state
                assert (symbols[int(row["rule_write"] or 0)], row["rule_move"]) == (rule.write, rule.move.letter)
            else:
                assert ("undefined" if row is None else row["rule_verdict"]) == ends[state, symbol]
    known = {(number, code) for number in range(len(machine.states)) for code in range(len(symbols))}
    assert all(state >= sizes_of(labels).states for state, symbol in told if (state, symbol) not in known)


@given(st.data(), st.integers(-9, 6), st.integers(1, 12))
def test_what_the_prompt_does_not_hold_is_refused(data: st.DataObject, origin: int, records: int):
    machine = data.draw(machines())
    now = data.draw(configurations(machine))
    program = compile_machine(machine, steps=3, cells=records, head=origin, origin=origin)
    labels = tell(program.labels, machine, origin=origin, head=now.head)
    first, last = now.used
    if origin <= first and last < origin + records:
        assert decode_configuration(labels, encode_configuration(labels, now)) == now
        return
    with pytest.raises(WindowError, match="The prompt holds every cell") as caught:
        encode_configuration(labels, now)
    assert caught.value.found == f"cells {first} to {last} in use"
    assert caught.value.where == f"records of cells {origin} to {origin + records - 1}"


def test_labels_that_tell_of_no_machine_neither_encode_nor_decode():
    labels = compile_machine(BB2, steps=3, cells=4).labels
    now = configuration("A", 0, {}, "0")
    with pytest.raises(ConstructionError, match="the machine that its prompt tells of"):
        encode_configuration(labels, now)
    stream = encode_configuration(tell(labels, BB2, origin=0, head=0), now)
    with pytest.raises(ConstructionError, match="the machine that its prompt tells of"):
        decode_configuration(labels, stream)


# Damaged streams --------------------------------------------------------------------------------------------------------

NOW = configuration("B", -2, {-3: "1", -1: "1"}, "0")
PROGRAM = program_for(BB2, NOW, steps=9, left=1, more=1)
LABELS = PROGRAM.labels
START = sizes_of(LABELS).rules + sizes_of(LABELS).records + 1


def run_of(steps: int) -> Stream:
    decoding = Decoding(PROGRAM, encode_configuration(LABELS, NOW))
    for _ in range(steps):
        decoding.step()
    return decoding.after()


def refused(stream: Stream, row: int, **values: object) -> DecodeError:
    """The refusal of a sequence in one row of which registers hold other values."""
    columns = dict(stream.columns)
    for name, value in values.items():
        columns[name] = (*columns[name][:row], value, *columns[name][row + 1 :])
    with pytest.raises(DecodeError, match="A sequence is a prompt and machine steps") as caught:
        decode_configuration(LABELS, Stream(columns))
    return caught.value


@pytest.mark.parametrize("rows", [0, 1, START - 1, START])
def test_a_sequence_without_its_prompt_is_refused(rows: int):
    with pytest.raises(DecodeError) as caught:
        decode_configuration(LABELS, run_of(2).rows(0, rows))
    assert (caught.value.found, caught.value.where) == (f"{rows} rows", f"START not at row {START}")
    assert refused(run_of(2), START, step=False).where == f"START not at row {START}"


@pytest.mark.parametrize("wrong", [None, 2, 3, -1, True])
def test_a_record_or_a_step_that_wrote_no_symbol_is_refused(wrong: object):
    """Code 2 stands for a symbol of the network, but for none of this machine."""
    for row, where in ((START - 1, f"record {sizes_of(LABELS).records - 1}"), (START + 2, f"row {START + 2}")):
        error = refused(run_of(3), row, written=wrong)
        assert (error.found, error.where) == (f"the code {wrong!r}, which stands for nothing", where)


@pytest.mark.parametrize("wrong", [None, "X", 1])
def test_a_step_that_moved_nowhere_is_refused(wrong: object):
    error = refused(run_of(3), START + 1, moving=wrong)
    assert (error.found, error.where) == (f"the move {wrong!r}", f"row {START + 1}")


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_last_row_without_state_or_cell_or_at_another_cell_is_refused(steps: int):
    stream, last = run_of(steps), START + steps
    for wrong in (None, 3, -1):
        error = refused(stream, last, next_state=wrong)
        assert (error.found, error.where) == (f"the code {wrong!r}, which stands for nothing", f"row {last}")
    assert refused(stream, last, next_cell0=None).found == "no next_cell"
    if steps:
        wrong = 1 - int(stream["next_cell0"][last] or 0)
        assert refused(stream, last, next_cell0=wrong).found.startswith("next_cell not that of cell")
    symbol = 1 - int(stream["next_symbol"][last] or 0)
    assert refused(stream, last, next_symbol=symbol).found.startswith(f"next_symbol {symbol!r}, not that of cell")


@pytest.mark.parametrize("move", ["L", "S", "R"])
def test_a_move_that_its_cells_do_not_make_is_refused(move: str):
    stream = run_of(3)
    for row in range(START + 1, stream.num_rows):
        if stream["moving"][row] != move:
            assert "next_cell not that of cell" in refused(stream, row, moving=move).found


# Damaged labels ---------------------------------------------------------------------------------------------------------

PLAIN = compile_machine(BB2, steps=5, cells=4, options={"radix": 3}).labels


def other(**fields: object) -> Labels:
    return msgspec.structs.replace(PLAIN, **fields)


def not_ours(labels: Labels) -> ConstructionError:
    with pytest.raises(ConstructionError, match="those that the universal construction writes") as caught:
        check_labels(labels)
    return caught.value


@pytest.mark.parametrize("name", PLAIN.parameters)
def test_labels_need_every_size(name: str):
    left_out = {key: held for key, held in PLAIN.parameters.items() if key != name}
    for wrong in (left_out, PLAIN.parameters | {name: "3"}, PLAIN.parameters | {"form": "decoder-only"}):
        assert not_ours(other(parameters=wrong)).where == "parameters"


@pytest.mark.parametrize(
    "wrong",
    [
        {"states": 0},
        {"symbols": 0},
        {"records": 0},
        {"steps": -1},
        {"radix": 1},
        {"radix": 257},
        {"one_way": 2},
        {"states": 2**41},
        {"steps": 2**41},
    ],
    ids=str,
)
def test_sizes_that_are_none_are_refused(wrong: dict[str, int]):
    error = not_ours(other(parameters=PLAIN.parameters | wrong))
    assert error.where == "parameters"
    assert error.found.startswith("Sizes(")


@pytest.mark.parametrize(
    "wrong", [{"states": 4}, {"symbols": 3}, {"radix": 4}, {"records": 5}, {"steps": 6}, {"one_way": 1}], ids=str
)
def test_sizes_that_do_not_go_with_the_rest_are_refused(wrong: dict[str, int]):
    assert not_ours(other(parameters=PLAIN.parameters | wrong)).where != "parameters"


@pytest.mark.parametrize("name", ["registers", "feedback", "generators", "invariants", "admissible"])
def test_other_labels_are_refused(name: str):
    assert not_ours(other(**{name: getattr(PLAIN, name)[1:]})).where == name
    assert not_ours(other(**{name: getattr(PLAIN, name)[:-1]})).where == name


def test_another_stop_table_loop_or_length_is_refused():
    stop = msgspec.structs.replace(PLAIN.stop, outcomes=PLAIN.stop.outcomes[1:])
    registers = (*PLAIN.registers[:-1], msgspec.structs.replace(PLAIN.registers[-1], type=Flag()))
    for name, value in (("stop", stop), ("registers", registers), ("loops", 2), ("max_positions", 9)):
        assert not_ours(other(**{name: value})).where == name


@given(
    st.builds(
        Sizes,
        st.integers(1, 9),
        st.integers(1, 9),
        st.integers(1, 9),
        st.integers(0, 50),
        st.integers(2, 256),
        st.booleans(),
    )
)
def test_letters_and_sizes_are_those_asked_for(sizes: Sizes):
    machine = Machine(("A",), ("0",), "0", "A", (), one_way=sizes.one_way)
    options = {"states": sizes.states, "symbols": sizes.symbols, "radix": sizes.radix}
    labels = compile_machine(machine, steps=sizes.steps, cells=sizes.records, options=options).labels
    assert sizes_of(labels) == sizes
    check_labels(labels)
    letters = variables(labels)
    assert set(letters) == set(CLAIMS.letters)
    assert tuple(letters.values()) == (
        sizes.states,
        sizes.symbols,
        sizes.records,
        sizes.steps,
        sizes.radix,
        int(sizes.one_way),
    )
