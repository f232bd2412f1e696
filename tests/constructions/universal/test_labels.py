"""Universal's labels: registers, times, the prompts it admits, and the invariants that make every lookup's answer one."""

from hypothesis import given

from tests.constructions.universal.test_sizes import SIZES
from tmformer.constructions.outcomes import ENDS
from tmformer.constructions.records import names
from tmformer.constructions.universal.labels import GOING, MOVES, RULE, labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.machine import Move
from tmformer.program import Code, Feedback, Flag, Invariant, OneHot, generate, stack


@given(SIZES)
def test_registers_follow_from_the_sizes(sizes: Sizes):
    labels = labels_of(sizes, {})
    types = {register.name: register.type for register in labels.registers}
    assert len(types) == len(labels.registers)
    states, symbols = Code(sizes.state_digits), Code(sizes.symbol_digits)
    assert {types[name] for name in ("rule_state", "rule_next_state", "next_state", "state")} == {states}
    assert {types[name] for name in ("rule_symbol", "rule_write", "written", "next_symbol", "write")} == {symbols}
    assert types["rule_move"] == types["moving"] == types["move"] == OneHot(MOVES)
    assert types["rule_verdict"] == types["verdict"] == OneHot((GOING, *ENDS))
    assert ("edge" in types) == sizes.one_way
    assert {types[name] for name in names("next_cell", sizes.cell_digits)} == {Code(1)}
    assert {types[name] for name in names("time", sizes.time_digits)} == {Code(sizes.digit_bits)}
    scratch = [register.name for register in labels.registers if register.scratch]
    assert scratch == ["answer", "fetched", *(f"fetched_{name}" for name in RULE)]
    for name, value in RULE.items():
        assert types[name] == types[value] == types[f"fetched_{name}"]
    assert types["bos"] == types["rule"] == Flag()


def test_moves_are_those_of_machines():
    assert set(MOVES) == {move.letter for move in Move}


@given(SIZES)
def test_records_are_numbered_in_the_order_of_time(sizes: Sizes):
    """Of BOS, rules and START no time is known."""
    labels = labels_of(sizes, {})
    rows = [{"bos": True}, *[{"rule": True}] * sizes.rules, *[{"input": True}] * sizes.records, {"step": True}]
    rows += [{"step": True, "moved": True}] * sizes.steps
    stream = generate(labels, stack(labels, rows))
    assert stream.num_rows == labels.max_positions
    digits = [stream[name] for name in names("time", sizes.time_digits)]
    times = [
        None if None in row else sum(int(digit) * sizes.radix**place for place, digit in enumerate(row))
        for row in zip(*digits, strict=True)
    ]
    records = range(sizes.records)
    later = range(sizes.records, sizes.records + sizes.steps)
    assert times == [None] * (1 + sizes.rules) + [*records, None, *later]


@given(SIZES)
def test_a_step_hands_on_what_the_next_one_begins_with(sizes: Sizes):
    labels = labels_of(sizes, {})
    cells = {Feedback(f"next_cell{digit}", f"cell{digit}") for digit in range(sizes.cell_digits)}
    named = {("step", "step"), ("step", "moved"), ("write", "written"), ("state", "next_state"), ("move", "moving")}
    assert {(each.source, each.target) for each in labels.feedback} == named | {
        (each.source, each.target) for each in cells
    }


@given(SIZES)
def test_admissible_prompts_are_rules_records_and_a_start(sizes: Sizes):
    labels = labels_of(sizes, {})
    segments = {segment.name: segment.rows for segment in labels.admissible}
    assert segments == {"bos": 1, "rules": sizes.rules, "records": sizes.records, "start": 1}
    assert sum(segments.values()) + sizes.steps == labels.max_positions
    assert Invariant("distinct keys", ("rule_state", "rule_symbol"), where="rule") in labels.invariants
    assert Invariant("distinct keys", names("time", sizes.time_digits)) in labels.invariants


def test_the_stop_table_reads_the_verdict_of_the_newest_step():
    stop = labels_of(Sizes(2, 2, 1, 4, 2, one_way=False), {}).stop
    assert [signal.register for signal in stop.signals] == ["verdict"]
    assert (stop.reads, stop.where) == ((), "step")
    assert stop.outcomes == tuple((end, end) for end in ENDS)
    assert GOING not in ENDS
