"""Faults planted in wei_ma, each caught by a named square, which is shown to say nothing without the fault.

Squares that see configurations alone (`compare_program`, `compare_engine`, `compare_end`) and those that see every register
(`compare_exact`, `compare_blocks`, `compare_cached`) are told apart where it matters: some faults hide from the first.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise, product

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
import pytest

import tests.squares.growing as squares
from tests.constructions.test_claims import with_sharpness
from tests.often import covering, first_of
from tests.planted.mutants import Mutant, mutants, replace_matrix, set_entry
from tests.squares.growing import (
    MADE,
    Case,
    compare_attention,
    compare_blocks,
    compare_cached,
    compare_end,
    compare_engine,
    compare_program,
    finished,
    name_of,
)
from tests.squares.test_growing import COUNT, SWING, nested
from tmformer.constructions import records
from tmformer.constructions.claims import bits
from tmformer.constructions.wei_ma.relation import sizes_of
from tmformer.constructions.wei_ma.sizes import Sizes
from tmformer.decode import Cached, ExactRows, dense, rows
from tmformer.errors import ConstructionError, TmformerError, WindowError
from tmformer.machine import Machine, Move, Transition, configuration, initial_configuration, load
from tmformer.model import Attention
from tmformer.program import Block, Decoding, Feedback, Generator, Labels, Program, Stream, sequence_of
from tmformer.program.lookup import Finder, Row
from tmformer.weights import Weights, decoding, lower, semantics, table
from tmformer.weights import trace as exact_trace

DECODER, ENCODER = {}, {"form": "encoder-decoder"}
BOTH = pytest.mark.parametrize("options", [DECODER, ENCODER], ids=name_of)
DECODER_OFTEN = pytest.mark.parametrize("options", first_of(1, [DECODER, ENCODER]), ids=name_of)


def name_or_value(given: object) -> str:
    return name_of(given) if isinstance(given, dict) else str(given)


def machine_of(rules: str) -> Machine:
    """Two symbols; a rule is state, symbol, what is written, move, next state. A state without rules halts."""
    moves = {"L": Move.LEFT, "R": Move.RIGHT, "S": Move.STAY}
    made = tuple(Transition(*rule[:3], moves[rule[3]], rule[4]) for rule in rules.split())
    return Machine(
        tuple(sorted({state for rule in made for state in (rule.state, rule.next_state)})), ("0", "1"), "0", "A", made
    )


MIXED = machine_of("A01RB A10SB B01LA B10RA")
WALK = machine_of("A01RA")
"""Writes to the right, up to a cell that is written already."""
READ = machine_of("A11RA")
"""Goes to the right, up to a cell that is not written."""
SLOW = Machine(
    states=tuple("ABCD"),
    symbols=tuple("012"),
    blank="0",
    start="A",
    transitions=tuple(
        Transition(state, symbol, str((int(symbol) + 1) % 3), move, following)
        for state, move, following in zip("ABCD", (Move.STAY, Move.RIGHT, Move.STAY, Move.LEFT), "BCDA", strict=True)
        for symbol in "012"
    ),
)
"""Two cells, written twice each in turn."""

BB2 = Case(load("bb2"), records=2, steps=6)
STAY = Case(COUNT, records=1, steps=5)
TURN = Case(SLOW, records=1, steps=24)
INPUT = Case(MIXED, tuple("101"), records=3, steps=8)


@pytest.mark.parametrize(("case", "options"), covering([BB2, STAY, TURN, INPUT], [DECODER, ENCODER, {"radix": 8}]))
def test_without_a_fault_the_squares_agree(options: dict[str, str | int], case: Case):
    program, weights = case.program(options), case.weights(options)
    assert compare_program(case, program) is None
    assert compare_exact(case, program, weights) is None
    assert compare_exact(case, program, weights, "base-2") is None
    assert compare_engine(case, ExactRows(weights)) is None


def compare_exact(case: Case, program: Program, weights: Weights, softmax: str = "hard") -> str | None:
    """As the square; a prompt that the weights cannot take is a difference too."""
    try:
        return squares.compare_exact(case, program, weights, softmax)
    except TmformerError as error:
        return str(error)


def with_blocks(program: Program, blocks: tuple[Block, ...]) -> Program:
    return Program(program.labels, blocks)


def with_labels(weights: Weights, **changed: object) -> Weights:
    return replace(weights, labels=msgspec.structs.replace(weights.labels, **changed))


def searches(program: Program) -> range:
    """The numbers of the search blocks."""
    return range(2, len(program.blocks) - 1)


# The null key ---------------------------------------------------------------------------------------------------------------


def without_null_key(weights: Weights, block: int, head: int = 0) -> Weights:
    """The key matrix no longer tells the row that answers by default."""
    last = weights.blocks[block].heads[head].key.shape[0] - 1
    return replace_matrix(
        weights, f"head.{head}.key", lambda items: {at: value for at, value in items.items() if at[0] != last}, block
    )


@BOTH
def test_search_layers_without_null_key(options: dict[str, str | int]):
    """Of a cell never written, wrong digits are found. The fetch comes to the blank all the same: registers show it alone."""
    program, weights = BB2.program(options), BB2.weights(options)
    for block in searches(program):
        faulty = without_null_key(weights, block)
        assert compare_exact(BB2, program, faulty)
    for block in searches(program):
        weights = without_null_key(weights, block)
    assert compare_exact(BB2, program, weights)


def test_a_fetch_without_null_key():
    """A cell never written then holds what is written elsewhere."""
    case = Case(READ, tuple("11"), records=2, steps=6)
    weights = case.weights({})
    faulty = without_null_key(weights, len(weights.blocks) - 1)
    assert compare_end(case, Cached(weights)) is None
    assert compare_exact(case, case.program({}), faulty)
    assert compare_engine(case, ExactRows(faulty))
    assert compare_end(case, Cached(faulty))


@pytest.mark.parametrize("head", [0, 1], ids=["fetch", "read"])
def test_a_fetch_without_null_key_behind_an_encoder(head: int):
    weights = INPUT.weights(ENCODER)
    faulty = without_null_key(weights, len(weights.blocks) - 1, head)
    assert compare_exact(INPUT, INPUT.program(ENCODER), faulty)
    assert compare_engine(INPUT, ExactRows(faulty))


# The own position -----------------------------------------------------------------------------------------------------------
# Strictly causal: a row sees earlier rows only, BOS itself. It shows where the tape head stays, and nowhere else.


def test_the_own_position_out_of_the_mask_of_programs(monkeypatch: pytest.MonkeyPatch):
    assert compare_program(STAY, STAY.program({})) is None
    add, held = Finder.add, dict[int, Row]()

    def add_the_row_before(self: Finder, row: Row) -> None:
        if row.is_null:
            add(self, row)
            return
        if id(self) in held:
            add(self, held[id(self)])
        held[id(self)] = row

    monkeypatch.setattr(Finder, "add", add_the_row_before)
    assert compare_program(STAY, STAY.program({}))
    held.clear()
    assert compare_program(BB2, BB2.program({})) is None


def test_the_own_position_out_of_the_mask_of_exact_weights(monkeypatch: pytest.MonkeyPatch):
    visible = semantics.visible

    def strictly(mask: str, encoded: np.ndarray, first: int = 0) -> np.ndarray:
        numbers = np.arange(encoded.size)
        return visible(mask, encoded, first) & ((numbers[first:, None] != numbers) | (numbers == 0))

    program, weights = STAY.program({}), STAY.weights({})
    assert compare_exact(STAY, program, weights) is None
    monkeypatch.setattr(decoding, "visible", strictly)
    assert compare_exact(STAY, program, weights)
    assert compare_engine(STAY, ExactRows(weights))
    assert compare_exact(BB2, BB2.program({}), BB2.weights({})) is None
    monkeypatch.setattr(decoding, "visible", visible)
    monkeypatch.setattr(semantics, "visible", strictly)
    blocks = compare_blocks(STAY, program, Cached(weights))
    assert blocks
    assert blocks.startswith("exact")


@pytest.fixture
def fresh() -> Iterator[Callable[[], None]]:
    """Forgets compiled functions: they hold the code that was there when they were compiled."""

    def forget():
        rows.decode_rows.clear_cache()
        dense.look_into.clear_cache()

    forget()
    yield forget
    forget()


def test_the_own_position_out_of_the_mask_of_the_cached_engine(
    monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]
):
    sees = rows._Scoring._sees

    def strictly(self: rows._Scoring, mask: str, x: jax.Array, keys: jax.Array) -> jax.Array:
        numbers = jnp.arange(keys.shape[1], dtype=jnp.int32)
        return sees(self, mask, x, keys) & ((numbers != self._row) | (numbers == 0))

    assert compare_end(STAY, Cached(STAY.weights({}))) is None
    monkeypatch.setattr(rows._Scoring, "_sees", strictly)
    fresh()
    assert compare_end(STAY, Cached(STAY.weights({})))
    assert compare_cached(STAY, STAY.program({}), Cached(STAY.weights({})))
    assert compare_end(BB2, Cached(BB2.weights({}))) is None


def test_the_own_position_out_of_the_mask_of_the_model(monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]):
    sees = Attention._sees

    def strictly(self: Attention, x: jax.Array, keep: jax.Array) -> jax.Array:
        numbers = jnp.arange(keep.shape[0])
        return sees(self, x, keep) & ((numbers[:, None] != numbers[None, :]) | (numbers[None, :] == 0))[None]

    engine, program = Cached(STAY.weights({})), STAY.program({})
    assert compare_blocks(STAY, program, engine) is None
    assert compare_attention(STAY, engine) is None
    monkeypatch.setattr(Attention, "_sees", strictly)
    fresh()
    blocks = compare_blocks(STAY, program, engine)
    assert blocks
    assert blocks.startswith("model")
    assert compare_attention(STAY, engine)


# Search layers --------------------------------------------------------------------------------------------------------------


def without_search(program: Program, block: int, *, asked: bool) -> Program:
    """The program without one search block; the later lookups ask for its digit still, or do not."""
    digit = program.blocks[block].lookups[0].name.removeprefix("search")

    def changed(block_: Block) -> Block:
        lookups = tuple(
            msgspec.structs.replace(
                lookup, matches=tuple(each for each in lookup.matches if asked or each.query != f"found{digit}")
            )
            for lookup in block_.lookups
        )
        return msgspec.structs.replace(block_, lookups=lookups)

    blocks = (*program.blocks[:block], *program.blocks[block + 1 :])
    return with_blocks(program, tuple(map(changed, blocks)))


@pytest.mark.parametrize(
    ("options", "asked", "which"), covering([DECODER, ENCODER], [True, False], [0, 2, -1]), ids=name_or_value
)
def test_one_search_layer_removed(options: dict[str, str | int], which: int, asked: bool):
    program = TURN.program(options)
    faulty = without_search(program, searches(program)[which], asked=asked)
    assert len(faulty.blocks) == len(program.blocks) - 1
    assert compare_program(TURN, faulty)
    assert compare_exact(TURN, program, lower(faulty))
    assert compare_engine(TURN, ExactRows(lower(faulty)))
    assert compare_engine(TURN, Cached(lower(faulty)))


def test_the_least_significant_digit_first():
    """It finds a record of the cell, but not the latest."""
    program = TURN.program({})
    sizes = sizes_of(program.labels)

    def search(digit: int) -> Block:
        idle = ("bos", "input")
        block = records.search("", sizes.cell_digits, sizes.time_digits, digit, sizes.radix, idle)
        matches = records.matches("", sizes.cell_digits, sizes.time_digits, 0)
        decided = (*matches[: sizes.cell_digits], *matches[sizes.cell_digits :][:digit])
        return msgspec.structs.replace(block, lookups=(msgspec.structs.replace(block.lookups[0], matches=decided),))

    blocks = tuple(search(digit) for digit in range(sizes.time_digits))
    faulty = with_blocks(program, (*program.blocks[:2], *blocks, program.blocks[-1]))
    assert compare_program(TURN, faulty)
    assert compare_exact(TURN, program, lower(faulty))
    assert compare_end(TURN, Cached(lower(faulty)))


# Latest ---------------------------------------------------------------------------------------------------------------------


def with_prefer(weights: Weights, weigh: Callable[[int, int], int]) -> Weights:
    """Digit i of b of the code to prefer by weighs `weigh(i, b)` in all search layers, where it should weigh 2**i."""
    where = weights.layout.spans["step"][0]
    for block, each in enumerate(weights.blocks):
        for head in each.heads:
            width = len(weights.layout.spans[head.lookup.prefer]) if head.lookup.prefer else 0
            first = head.query.shape[0] - 1 - width
            for digit in range(width):
                weights = set_entry(weights, "head.0.query", (first + digit, where), weigh(digit, width), block)
    return weights


@pytest.mark.parametrize(
    ("radix", "weigh"),
    [(2, lambda *_: 0), (2, lambda *_: -1), (8, lambda *_: 0), (8, lambda *_: 1), (8, lambda i, b: 2 ** (b - 1 - i))],
    ids=["none", "the smallest", "none, radix 8", "equal weights, radix 8", "weights turned round, radix 8"],
)
def test_a_wrong_weight_of_the_digit_to_prefer(radix: int, weigh: Callable[[int, int], int]):
    program, weights = TURN.program({"radix": radix}), TURN.weights({"radix": radix})
    assert with_prefer(weights, lambda i, _: 2**i) == weights
    assert compare_exact(TURN, program, with_prefer(weights, weigh))
    assert compare_engine(TURN, ExactRows(with_prefer(weights, weigh)))


def test_the_smallest_digit_preferred_finds_the_earliest_record():
    """In words: with the fault each machine step finds the record of the prompt, or the first step that wrote its cell."""
    weights = TURN.weights({})
    found: list[list[object]] = []
    for each in (weights, with_prefer(weights, lambda *_: -1)):
        state = finished(replace(TURN, steps=8), ExactRows(each))
        found.append([token.tapes[0].found for token in MADE.read_tokens(each.labels, ExactRows(each).stream(state))])
    assert found[0] == [("cell", 0), ("step", 1), None, *(("step", step) for step in (3, 2, 5, 4, 7, 6))]
    of_cells = {0: ("cell", 0), 1: ("step", 3)}
    assert found[1] == [of_cells[0], of_cells[0], None, *(of_cells[cell] for cell in (1, 0, 0, 1, 1, 0))]


# The row that answers by default --------------------------------------------------------------------------------------------


def without_default(program: Program, block: int) -> Program:
    old = program.blocks[block]
    lookups = tuple(msgspec.structs.replace(lookup, default=None) for lookup in old.lookups)
    new = msgspec.structs.replace(old, lookups=lookups)
    return with_blocks(program, (*program.blocks[:block], new, *program.blocks[block + 1 :]))


@BOTH
def test_bos_without_a_default(options: dict[str, str | int]):
    """Of a search layer, no digit is found; of the fetch, no symbol: the program refuses, the weights leave registers empty."""
    program = BB2.program(options)
    for block in range(2, len(program.blocks)):
        faulty = without_default(program, block)
        assert compare_program(BB2, faulty)
        assert compare_exact(BB2, program, lower(faulty))


# Times ----------------------------------------------------------------------------------------------------------------------


@DECODER_OFTEN
def test_feedback_of_moved_missing(options: dict[str, str | int]):
    """Records of steps then have no time."""
    program, weights = TURN.program(options), TURN.weights(options)
    feedback = tuple(each for each in weights.labels.feedback if each != Feedback("step", "moved"))
    assert len(feedback) == len(weights.labels.feedback) - 1
    faulty = with_labels(weights, feedback=feedback)
    assert compare_program(TURN, Program(faulty.labels, program.blocks))
    assert compare_exact(TURN, program, faulty)
    assert compare_engine(TURN, ExactRows(faulty))
    assert compare_end(TURN, Cached(faulty))


def shifted(labels: Labels, where: str, by: int) -> tuple[Generator, ...]:
    return tuple(
        msgspec.structs.replace(each, offset=each.offset + by) if each.where == where else each
        for each in labels.generators
    )


@pytest.mark.parametrize(("where", "by"), [("moved", -1), ("input", 1)], ids=["steps early", "records late"])
def test_time_offset_off_by_one(where: str, by: int):
    """The first step has the time of the last record, whose cell it writes: two records answer."""
    program = TURN.program({})
    labels = msgspec.structs.replace(program.labels, generators=shifted(program.labels, where, by))
    faulty = Program(labels, program.blocks)
    difference = compare_program(TURN, faulty)
    assert difference
    assert "promises unique ties" in difference
    assert compare_exact(TURN, program, lower(faulty))


def test_times_that_do_not_fit_their_digits():
    """Steps late by one: with N = 2**D positions the last step has time 0, and reads what the step before it wrote."""
    case = Case(COUNT, records=1, steps=7)
    program = case.program({})
    labels = msgspec.structs.replace(program.labels, generators=shifted(program.labels, "moved", 1))
    late = Program(labels, program.blocks)
    right, wrong = (next_symbols(each, case.prompt(each), case.steps) for each in (program, late))
    assert right == list("01201201")
    assert wrong == list("01201200")


def next_symbols(program: Program, prompt: Stream, steps: int) -> list[object]:
    """What each machine step reads, in a run that does not end."""
    run = Decoding(program, prompt)
    for _ in range(steps):
        run.step()
    return list(run.after(prompt.num_rows - 1)["next_symbol"])


# Rows of the prompt ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Misflagged(Case):
    """A case whose prompt has one flag turned over."""

    row: int = 0
    flag: str = ""

    def prompt(self, weights: Weights | Program) -> Stream:
        stream = super().prompt(weights)
        flags = list(stream[self.flag])
        flags[self.row] = not flags[self.row]
        return Stream({**stream.columns, self.flag: tuple(flags)})


@pytest.mark.parametrize(
    ("options", "row", "flag"),
    [
        (ENCODER, 0, "encoder"),
        (ENCODER, 1, "encoder"),
        (ENCODER, 3, "encoder"),
        (ENCODER, 4, "encoder"),
        (ENCODER, 5, "encoder"),
        (ENCODER, 2, "input"),
        (ENCODER, 2, "bos"),
        (DECODER, 0, "bos"),
        (DECODER, 2, "bos"),
        (DECODER, 2, "input"),
        (DECODER, 2, "step"),
        (DECODER, 4, "input"),
    ],
    ids=str,
)
def test_a_row_flagged_wrongly_is_refused(options: dict[str, str | int], row: int, flag: str):
    """Rows: BOS, three records, behind an encoder another BOS, START."""
    program = INPUT.program(options)
    difference = compare_program(Misflagged(**vars(INPUT), row=row, flag=flag), program)
    assert difference
    assert difference.startswith("step 0: ")


@pytest.mark.parametrize("row", [1, 3])
def test_a_record_of_the_encoder_without_its_flag(row: int):
    """In the weights: what it holds is not read; in floats as in rationals."""
    weights, case = INPUT.weights(ENCODER), Misflagged(**vars(INPUT), row=row, flag="encoder")
    assert compare_engine(case, ExactRows(weights))
    assert compare_engine(case, Cached(weights))


@dataclass(frozen=True)
class Gapless(Case):
    """Records of the input alone, N counted without the gap between it and the tape head's cell, START in that cell."""

    def program(self, options: dict[str, str | int]) -> Program:
        return MADE.compile(self.machine, steps=self.steps, cells=self.records, head=0, origin=0, options=options)

    def prompt(self, weights: Weights | Program) -> Stream:
        labels = weights.labels
        stream = MADE.encode_configuration(labels, replace(self.start, tapes=(replace(self.start.tapes[0], head=0),)))
        digits = sizes_of(labels).cell_digits
        columns = {
            f"next_cell{digit}": (*stream[f"next_cell{digit}"][:-1], self.head >> digit & 1) for digit in range(digits)
        }
        return Stream(stream.columns | columns)


def test_a_start_cell_outside_the_input_without_records_for_the_gap():
    """The tape head goes on to a cell that is the input's mod 2**K, and reads the input there; with records it does not."""
    wrong: dict[tuple[int, int], str] = {}
    tried = list(product(range(1, 9), range(1, 9)))
    for head, steps in tried:
        whole = Case(WALK, ("1",), head, 0, records=head + 1, steps=steps)
        assert compare_program(whole, whole.program({})) is None
        case = Gapless(WALK, ("1",), head, 0, records=1, steps=steps)
        difference = compare_program(case, case.program({}))
        if difference:
            wrong[head, steps] = difference
    assert set(wrong) == {(head, steps) for head, steps in tried if head + steps >= 2 ** max(2, bits(1 + steps))}
    assert wrong[1, 3].startswith("step 3: ")
    assert "next_symbol '1', not that of cell 4" in wrong[1, 3]
    case = Gapless(WALK, ("1",), 2, 0, records=1, steps=3)
    assert compare_engine(case, ExactRows(case.weights({})))
    assert compare_end(case, Cached(case.weights({})))


def test_the_compiler_and_the_encoder_refuse_a_gap():
    """What stands before the fault above."""
    with pytest.raises(ConstructionError, match="the prompt holds every cell of the input and of the start"):
        MADE.compile(WALK, steps=3, cells=1, head=2, input_length=1)
    labels = MADE.compile(WALK, steps=3, cells=1, head=0, input_length=1).labels
    with pytest.raises(WindowError, match="every cell that is not blank, and the tape heads'"):
        MADE.encode_configuration(labels, initial_configuration("A", ("1",), "0", 2))
    assert MADE.compile(WALK, steps=3, head=2, input_length=1).labels.parameters["records"] == 3


# K --------------------------------------------------------------------------------------------------------------------------


@DECODER_OFTEN
def test_k_one_too_small(options: dict[str, str | int], monkeypatch: pytest.MonkeyPatch):
    """A walk to the right over all N cells reads its first one again, for each N: K is the least number of digits."""
    cases = [Case(WALK, records=1, steps=steps) for steps in range(4, 16)]
    assert [compare_program(case, case.program(options)) for case in cases] == [None] * len(cases)
    digits = Sizes.cell_digits.fget
    monkeypatch.setattr(Sizes, "cell_digits", property(lambda self: digits(self) - 1))
    for case in cases:
        difference = compare_program(case, case.program(options))
        assert difference
        assert difference.startswith(f"step {4 if case.steps < 8 else 8}: ")
        assert "not that of cell" in difference  # decoding compares what was found with what was written last
    assert compare_exact(cases[0], cases[0].program(options), cases[0].weights(options)) is None
    assert compare_end(cases[0], Cached(cases[0].weights(options)))


# Sharpness ------------------------------------------------------------------------------------------------------------------


def rivals(times: int) -> Case:
    """So many records of one cell, then the first look at its neighbour, one digit off: all with digit 1 are rivals."""
    names = [f"q{index:03}" for index in range(times)]
    rules = [Transition(one, "0", "0", Move.STAY, other) for one, other in pairwise(names)]
    rules.append(Transition(names[-1], "0", "0", Move.RIGHT, "end"))
    return Case(Machine((*names, "end"), ("0", "1"), "0", names[0], tuple(rules)), records=1, steps=times)


@pytest.mark.parametrize("digits", first_of(1, [4, 5]))
def test_sharpness_c_minus_2_in_exact_base_2_softmax(digits: int):
    """N = 2**D - 1; of the first digit 2**(D - 1) - 1 rivals weigh 2**-c each, and a gate bears 1/4: c - 1 just passes."""
    case = rivals(2**digits - 2)
    program, weights = case.program({}), case.weights({})
    c = weights.labels.sharpness
    found = [compare_exact(case, program, with_sharpness(weights, c - less), "base-2") for less in range(3)]
    assert found[:2] == [None, None]
    assert found[2]
    assert compare_exact(case, program, with_sharpness(weights, c - 2)) is None  # hard attention does not see it
    assert compare_engine(case, Cached(weights, regime="graded")) is None


# Snap -----------------------------------------------------------------------------------------------------------------------
# The published implementation normalises softmax before the values and never snaps: m ties give m * (1/m), not 1.


def plain_gate(layout: object, _scratch: object, table_: object, rule: object) -> Iterator[object]:
    """A plain AND, also of what attention leaves."""
    reads: dict[int, int] = {}
    slack = 0
    for literal in rule.when:
        weights, held = table._literal(layout, literal)
        reads |= weights
        slack += held
    yield table._Unit(reads, Fraction(1 - slack), table._effect(layout, table_, rule))


def unsnapped(case: Case, options: dict[str, str | int]) -> Weights:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "_gate", plain_gate)
        return case.weights(options)


def find_normalised_first(
    self: rows._Scoring, head: object, asks: jax.Array, x: jax.Array, keys: jax.Array, values: jax.Array
) -> jax.Array:
    """As `_Scoring.find`, but attention weights p / total are rounded, and then multiplied with the values and summed."""
    scores = self._advance(head, rows.row_sum(asks, x, self._accumulation), keys).astype(x.dtype)
    logits = jnp.where(self._sees(head.mask, x, keys), scores * self._beta, jnp.finfo(x.dtype).min)
    powers = jnp.exp(logits - logits.max()).astype(self._accumulation)
    shares = jax.lax.optimization_barrier((powers / powers.sum()).astype(x.dtype))
    return rows.row_sum(values, shares.astype(self._accumulation), self._accumulation).astype(x.dtype)


@pytest.fixture
def normalised_first(monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]) -> Iterator[None]:
    monkeypatch.setattr(rows._Scoring, "find", find_normalised_first)
    fresh()
    yield
    monkeypatch.undo()
    fresh()


def first_off_grid(case: Case, engine: Cached) -> int | None:
    """The machine step whose row first holds a value that is no integer."""
    state = finished(case, engine)
    array = engine.array(state).astype(np.float64)
    off = np.flatnonzero((array != np.rint(array)).any(axis=1))
    return int(off[0]) - case.prompt(engine.weights).num_rows + 1 if off.size else None


SWINGS = Case(SWING, records=1, steps=600)


@pytest.mark.parametrize("format_name", first_of(1, ["float32", "bfloat16"]))
@pytest.mark.usefixtures("normalised_first")
def test_ties_left_unsnapped_where_softmax_is_normalised_first(format_name: str):
    """It leaves the exact run at machine step 84 in float32; with snap it never does."""
    engine = Cached(unsnapped(SWINGS, {}), format_name=format_name)
    difference = compare_end(SWINGS, engine)
    assert difference
    assert "After each block every register lies on its grid, exactly" in difference
    left = first_off_grid(SWINGS, engine)
    assert left is not None
    assert left < 250
    snapped = Cached(SWINGS.weights({}), format_name=format_name)
    assert compare_end(SWINGS, snapped) is None
    assert first_off_grid(SWINGS, snapped) is None


@pytest.mark.long
def test_ties_left_unsnapped_where_softmax_is_normalised_last():
    """Then m ties give exactly 1, so that this fault alone does not show in the saturated regime: hence the fixture above."""
    assert compare_end(SWINGS, Cached(unsnapped(SWINGS, {}))) is None


@pytest.mark.long
@pytest.mark.usefixtures("normalised_first")
def test_parentheses_nested_deep_with_snap_and_softmax_normalised_first():
    for regime in ("saturated", "graded"):
        engine = Cached(nested(8).weights({}), regime=regime)
        assert [compare_end(nested(depth), engine) for depth in (8, 12, 20)] == [None] * 3


@pytest.mark.parametrize(("depth", "lost"), first_of(1, [(8, 13), (12, 17), (20, 17)]))
def test_parentheses_nested_deep_in_the_graded_regime_without_snap(depth: int, lost: int):
    """What leaks is fed back, and grows: the machine is lost within so many machine steps."""
    case = nested(depth)
    difference = compare_engine(case, Cached(unsnapped(case, {}), regime="graded"))
    assert difference
    assert abs(int(difference.split(":")[0].removeprefix("step ")) - lost) <= 3
    assert compare_end(case, Cached(case.weights({}), regime="graded")) is None


def test_exact_base_2_softmax_without_snap():
    program, faulty = INPUT.program({}), unsnapped(INPUT, {})
    assert compare_exact(INPUT, program, faulty) is None
    assert compare_exact(INPUT, program, faulty, "base-2")


# One wrong weight, one wrong bias -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A whole sequence, and what the right weights compute of it."""

    encoded: np.ndarray
    blocks: tuple[semantics.BlockTrace, ...]


@cache
def sequences(machine: Machine, form: str) -> tuple[Seen, ...]:
    """Six machine steps from every state on every tape of two cells, the tape head at either, at some places mod 2**K."""
    found: list[Seen] = []
    places = [(0, 0), (0, 1), (-2, -2), (-1, 0), (-4, -3), (3, 3)]
    for (origin, head), tape, state in product(places, product("01", repeat=2), machine.states):
        program = MADE.compile(machine, steps=6, cells=2, head=head, origin=origin, options={"form": form})
        cells = dict(enumerate(tape, start=origin))
        prompt = MADE.encode_configuration(program.labels, configuration(state, head, cells, "0"))
        run = Decoding(program, prompt)
        for _ in range(6):
            run.step()
        sequence = sequence_of(program.labels, prompt, run.after())
        weights = lower(program)
        encoded = semantics.encoder_rows(weights.labels, sequence)
        found.append(Seen(encoded, tuple(exact_trace(weights, sequence))))
    return tuple(found)


def caught_by(mutant: Mutant, seen: tuple[Seen, ...]) -> str:
    """What the block with the fault first does otherwise. If nothing, the run is the same, row by row.

    Registers are compared before the MLP, where attention has written, and after it.
    """
    block, is_mlp = mutant.weights.blocks[mutant.block], mutant.matrix.startswith("mlp")
    for each in seen:
        right = each.blocks[mutant.block]
        attention = right.attention
        if not is_mlp:
            attention = semantics._attention(mutant.weights, block, right.before, each.encoded, "hard")
        found = semantics.apply_block(block, right.before, attention)
        if differs(found.after, right.after):
            return "registers after the block"
        if any(map(differs, attention, right.attention)):
            return "softmax weights"
        if differs(found.attended, right.attended):
            return "registers before the MLP"
    return "nothing"


def differs(one: semantics.Rational, other: semantics.Rational) -> bool:
    return bool((one.array() != other.array()).any())


def why_harmless(mutant: Mutant) -> str:
    """The changes that leave every register and every attention weight as it was, and why; "" for all others."""
    block, (row, column) = mutant.weights.blocks[mutant.block], mutant.place
    reads = {place: name for name, span in mutant.weights.layout.spans.items() for place in span}[column]
    kind, *path = mutant.matrix.split(".")
    if kind == "head" and path[1] == "query" and reads in ("bos", "input"):
        mask = block.heads[int(path[0])].lookup.mask
        if reads == "bos" and mask == "causal":
            return "BOS sees itself alone"
        return "a row that is idle asks for BOS with any weight above 0" if mutant.change != "removed" else ""
    if path == ["w_in"] and reads == "fetched" and block.mlp.w_in.items().get(mutant.place, 0) < 0:  # a literal: empty
        if mutant.change == "- 1":
            return "what is fetched turns off the gate that reads the input, with any weight from 2 on"
        return "its second unit is turned off by half of it" if mutant.change == "+ 1" and row % 2 else ""
    return ""


@pytest.mark.parametrize(
    ("machine", "options"), first_of(1, [(MIXED, ENCODER), (BB2.machine, DECODER)]), ids=["encoder-decoder", "bb2"]
)
def test_every_wrong_weight_and_every_wrong_bias_is_caught_or_harmless(machine: Machine, options: dict[str, str | int]):
    """Each one that is not zero, of all blocks: none is left out."""
    form = str(options.get("form", "decoder-only"))
    seen = sequences(machine, form)
    weights = Case(machine, records=2, steps=6).weights(options)
    every = [mutant for block in range(len(weights.blocks)) for mutant in mutants(weights, block)]
    found = {str(mutant): (caught_by(mutant, seen), why_harmless(mutant)) for mutant in every}
    assert [(name, *each) for name, each in found.items() if (each[0] == "nothing") != bool(each[1])] == []
    counts = Counter(by for by, _ in found.values())
    assert counts["nothing"] < 0.05 * len(found)
    assert set(counts) == {"registers after the block", "softmax weights", "registers before the MLP", "nothing"}
