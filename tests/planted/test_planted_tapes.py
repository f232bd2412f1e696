"""Faults of several tapes and of one-way tapes, each caught by a named square, which says nothing without the fault."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pytest

from tests.often import covering
from tests.squares.checkers import Run
from tests.squares.checkers import compare_program as compare_cells
from tests.squares.growing import Case, Kind, compare_engine, compare_exact, compare_program
from tmformer.constructions import unrolling
from tmformer.constructions.wei_ma import blocks
from tmformer.constructions.wei_ma.labels import on
from tmformer.constructions.wei_ma.sizes import Sizes
from tmformer.decode import Cached
from tmformer.machine import Machine, Move, Transition
from tmformer.program import Block, Feedback, Literal, Lookup, Match, Program, Rule, Write
from tmformer.weights import lower

BUMP = Machine(
    states=("A", "B", "C"),
    symbols=("0", "1"),
    blank="0",
    start="A",
    transitions=tuple(
        Transition(state, symbol, "10"[int(symbol)], move, following)
        for state, move, following in (("A", Move.LEFT, "B"), ("B", Move.LEFT, "C"), ("C", Move.RIGHT, "A"))
        for symbol in "01"
    ),
    one_way=True,
)
"""Two cells to the left and one to the right: soon at the edge, again and again."""

CROSS = Machine(
    states=("A", "B"),
    symbols=("0", "1"),
    blank="0",
    start="A",
    transitions=tuple(
        Transition(state, (one, two), ("10"[int(one)], two if state == "A" else "1"), moves, following)
        for state, following, moves in (
            ("A", "B", (Move.RIGHT, Move.LEFT)),
            ("B", "A", (Move.LEFT, Move.STAY)),
        )
        for one in "01"
        for two in "01"
        if (state, one, two) != ("B", "1", "1")
    ),
    tapes=2,
)
"""The first tape head swings between two cells, the second walks to the left; they write different symbols."""

EDGE = Case(BUMP, ("1", "1"), head=1, records=3, steps=12)
APART = Case(CROSS, ("1",), records=2, steps=8, further=(("0", "1"),))
KINDS = (Kind({}), Kind({"form": "encoder-decoder", "radix": 3}))
EACH = pytest.mark.parametrize("kind", KINDS, ids=str)


@pytest.mark.parametrize(("kind", "case"), covering(KINDS, [EDGE, APART]))
def test_without_a_fault_the_squares_agree(kind: Kind, case: Case):
    program, weights = case.program(kind.options), case.weights(kind.options)
    assert compare_program(case, program) is None
    assert compare_exact(case, program, weights) is None
    assert compare_engine(case, Cached(weights)) is None


def check_caught(case: Case, kind: Kind, faulty: Program):
    """Symbols show it, numbers show it, and a run shows it."""
    assert compare_program(case, faulty)
    assert compare_exact(case, case.program(kind.options), lower(faulty))
    assert compare_engine(case, Cached(lower(faulty)))


@EACH
def test_a_left_move_that_flips_digits_at_the_edge(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    flips = blocks._flips

    def without_edge(tape: int, sizes: Sizes) -> Iterator[Rule]:
        return flips(tape, replace(sizes, one_way=False))

    monkeypatch.setattr(blocks, "_flips", without_edge)
    faulty = EDGE.program(kind.options)
    monkeypatch.undo()
    check_caught(EDGE, kind, faulty)
    assert compare_program(replace(EDGE, steps=1), faulty) is None


@EACH
def test_the_edge_at_every_cell_whose_last_digit_is_0(kind: Kind):
    """Cell 2 is not the beginning of the tape."""
    program = EDGE.program(kind.options)

    def changed(rule: Rule) -> Rule:
        is_edge = rule.then == (Write("edge", "1"),)
        return msgspec.structs.replace(rule, when=rule.when[:2]) if is_edge else rule

    first = program.blocks[0]
    table = msgspec.structs.replace(first.table, rules=tuple(map(changed, first.table.rules)))
    faulty = Program(program.labels, (msgspec.structs.replace(first, table=table), *program.blocks[1:]))
    walk = replace(EDGE, head=2)
    assert compare_program(walk, walk.program(kind.options)) is None
    assert compare_program(walk, faulty)


@EACH
def test_decoding_that_walks_off_a_one_way_tape(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    program = EDGE.program(kind.options)
    monkeypatch.setattr(unrolling, "moved", lambda head, by, **_: head + by)
    assert compare_program(EDGE, program)
    assert compare_engine(EDGE, Cached(EDGE.weights(kind.options)))
    assert compare_program(APART, APART.program(kind.options)) is None


@EACH
def test_each_tape_gets_what_is_meant_for_the_other(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    def swapped(rule: Transition) -> Iterator[Write]:
        for tape, (write, move) in enumerate(zip(rule.writes, rule.moves, strict=True)):
            yield Write(on(1 - tape, "written"), write)
            yield from (Write(on(1 - tape, flag), "1") for flag in blocks._FLAGS[move])

    monkeypatch.setattr(blocks, "_effects", swapped)
    faulty = APART.program(kind.options)
    monkeypatch.undo()
    check_caught(APART, kind, faulty)


def with_lookups(program: Program, change: Callable[[Lookup], Lookup]) -> Program:
    def changed(block: Block) -> Block:
        return msgspec.structs.replace(block, lookups=tuple(map(change, block.lookups)))

    return Program(program.labels, tuple(map(changed, program.blocks)))


@EACH
@pytest.mark.parametrize("name", ["tape2.search0", "tape2.fetch"])
def test_a_lookup_asks_for_the_cell_of_the_other_tape(kind: Kind, name: str):
    def asks(lookup: Lookup) -> Lookup:
        matches = (
            Match(each.query.removeprefix("tape2.") if "cell" in each.query else each.query, each.key)
            for each in lookup.matches
        )
        return msgspec.structs.replace(lookup, matches=tuple(matches)) if lookup.name == name else lookup

    check_caught(APART, kind, with_lookups(APART.program(kind.options), asks))


@EACH
def test_a_fetch_of_what_the_other_tape_wrote(kind: Kind):
    def fetches(lookup: Lookup) -> Lookup:
        return msgspec.structs.replace(lookup, value="written") if lookup.name == "tape2.fetch" else lookup

    check_caught(APART, kind, with_lookups(APART.program(kind.options), fetches))


@EACH
def test_the_symbol_fed_back_to_the_other_tape(kind: Kind):
    program = APART.program(kind.options)
    other = {"next_symbol": "tape2.symbol", "tape2.next_symbol": "symbol"}
    feedback = tuple(Feedback(each.source, other.get(each.source, each.target)) for each in program.labels.feedback)
    faulty = Program(msgspec.structs.replace(program.labels, feedback=feedback), program.blocks)
    assert compare_program(APART, faulty)


def test_cellular_sends_the_tape_head_over_the_edge():
    """A rule for both: what leaves at the left never comes back."""
    case = Run(BUMP, ("1",), 1, 0, 4, 8)
    program = case.program
    assert compare_cells(case) is None
    table = program.blocks[0].table
    rules = tuple(
        msgspec.structs.replace(rule, when=tuple(each for each in rule.when if each.register != "edge"))
        for rule in table.rules
        if Literal("edge", "1") not in rule.when
    )
    block = msgspec.structs.replace(program.blocks[0], table=msgspec.structs.replace(table, rules=rules))
    assert compare_cells(case, Program(program.labels, (block,)))
    turned = tuple(rule for rule in table.rules if Literal("edge", "0") not in rule.when)
    block = msgspec.structs.replace(block, table=msgspec.structs.replace(table, rules=turned))
    assert compare_cells(case, Program(program.labels, (block,)))
