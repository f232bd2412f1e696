"""Every expectation of the corpus with at most 1,000 machine steps, by wei_ma: what is documented, and what the machine does.

XLA compiles for each shape. The first network of a run has 1,024 positions whatever the input, so its shape depends on the
machine's states and symbols alone: machines are given some that they never use, up to one of four sizes, which share a
compiled function for each form, radix and number format. The last tests run without that, as a user would.
"""

from functools import cache
from itertools import islice, pairwise

import pytest

from tests.corpus.corpus import Expectation, expectations
from tests.corpus.test_network import padded_engine
from tests.often import long
from tests.squares.growing import padded
from tmformer.constructions import construction
from tmformer.decode import Cached
from tmformer.machine import Configuration, Machine, accepted, outcome, starting_configuration
from tmformer.machine import run as run_machine
from tmformer.pipeline import growing, run
from tmformer.pipeline.result import Result
from tmformer.weights import lower

ITEMS = expectations(max_steps=1_000, tapes=None)
ONE_TAPE = [item for item in ITEMS if item.machine.tapes == 1]
CASES = [item for item in ITEMS if item.source]
SHORT = [item for item in ONE_TAPE if item.case.max_steps <= 200]
LONG = expectations(min_steps=1_001, max_steps=5_000, tapes=None)
AS_A_USER = [item for item in ITEMS if item.name.startswith(("bb4", "own balanced parentheses [(((("))][:2]
SIZES = ((8, 5), (12, 7), (20, 11), (24, 18))
"""States and symbols."""


def often(items: list[Expectation], begin: int = 0, each: int = 2) -> list[object]:
    """Every second one every time, so that each file of machines/ is seen, or fewer; the others are long."""
    seen = range(begin, len(items), each)
    return [*(items[at] for at in seen), *long(item for at, item in enumerate(items) if at not in seen)]


def fits(item: Expectation, size: tuple[int, int]) -> bool:
    return len(item.machine.states) <= size[0] and len(item.machine.symbols) <= size[1]


SMALL = [item for item in ITEMS if fits(item, SIZES[0])]


def machine_of(item: Expectation) -> Machine:
    return padded(item.machine, *next(size for size in SIZES if fits(item, size)))


def result_of(item: Expectation, **options: str | int) -> Result:
    return run_item(item, machine_of(item), **options)


def run_item(item: Expectation, machine: Machine, **options: str | int) -> Result:
    case = item.case
    words = case.input if machine.tapes == 1 else case.words
    return run(machine, words, construction="wei_ma", max_steps=case.max_steps, head=case.start_head, **options)


def start_of(item: Expectation) -> Configuration:
    case = item.case
    return starting_configuration(item.machine, case.input, case.further, head=case.start_head)


@cache
def last_configuration(name: str) -> tuple[Configuration, int]:
    """Where the reference interpreter ends, and after how many machine steps."""
    item = next(item for item in (*ITEMS, *LONG) if item.name == name)
    *_, (steps, last) = islice(enumerate(run_machine(item.machine, start_of(item))), item.case.max_steps + 1)
    return last, steps


def fields(result: Result) -> dict[str, object]:
    last = result.configuration
    return {
        "outcome": result.outcome,
        "steps": result.steps,
        "state": last.state,
        "tape": last.tape,
        "head": last.head,
        "accepted": result.accepted,
        "further_tapes": tuple(tape.symbols for tape in last.tapes[1:]),
    }


def check(item: Expectation, result: Result):
    """Every field that the expectation says; and all of the configuration that the reference interpreter ends with."""
    found = fields(result)
    said = {name: getattr(item.case, name) for name in found}
    expected = {name: value for name, value in said.items() if value is not None}
    assert {name: found[name] for name in expected} == expected
    last, steps = last_configuration(item.name)
    assert (result.configuration, result.steps) == (last, steps)
    assert result.outcome == outcome(item.machine, last)
    assert result.accepted == (accepted(item.machine, last) if result.outcome != "limit" else None)
    item.check_tape(result.configuration)


@pytest.mark.parametrize("item", often(ITEMS), ids=str)
def test_wei_ma_gives_what_is_documented(item: Expectation):
    check(item, result_of(item))


@pytest.mark.parametrize("item", often(CASES, 1), ids=str)
def test_every_decoding_step_is_a_machine_step_of_the_reference_interpreter(item: Expectation):
    """State, cells, the symbols found there and those written, on each tape, after each machine step."""
    made, start = construction("wei_ma"), start_of(item)
    engine = Cached(lower(made.grow(machine_of(item), start, None, {})))
    labels = engine.weights.labels
    state = engine.advance(engine.start(made.encode_configuration(labels, start)), item.case.max_steps)
    tokens = list(made.read_tokens(labels, engine.stream(state))) if made.read_tokens else []
    configurations = list(islice(run_machine(item.machine, start), item.case.max_steps + 1))
    assert [(token.next_state, *((tape.cell, tape.next_symbol) for tape in token.tapes)) for token in tokens] == [
        (now.state, *((tape.head, tape.here) for tape in now.tapes)) for now in configurations
    ]
    for (before, after), token in zip(pairwise(configurations), tokens[1:], strict=True):
        assert token.state == before.state
        for old, new, tape in zip(before.tapes, after.tapes, token.tapes, strict=True):
            assert (tape.symbol, tape.written) == (old.here, new.read(old.head))


@pytest.mark.parametrize("item", often(SMALL[:: len(SMALL) // 40], each=4), ids=str)
def test_the_encoder_decoder_of_radix_3(item: Expectation):
    check(item, result_of(item, form="encoder-decoder", radix=3))


@pytest.mark.parametrize("format_name", ["bfloat16", "float16"])
@pytest.mark.parametrize("item", SMALL[3 :: len(SMALL) // 12], ids=str)
def test_16_bit_formats(item: Expectation, format_name: str):
    check(item, result_of(item, format=format_name))


@pytest.mark.long
@pytest.mark.parametrize("item", SHORT[:: len(SHORT) // 12], ids=str)
def test_wei_ma_equals_cellular(item: Expectation, monkeypatch: pytest.MonkeyPatch):
    """Side by side for a few; cellular's own test compares all of `SHORT` with the same expectations as the first one here."""
    wei_ma, case = fields(result_of(item)), item.case
    monkeypatch.setattr(growing, "make_engine", padded_engine)
    assert fields(run(item.machine, case.input, max_steps=case.max_steps, head=case.start_head)) == wei_ma


# As a user, without padding ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", AS_A_USER, ids=str)
def test_as_a_user_without_padding(item: Expectation):
    check(item, run_item(item, item.machine))


@pytest.mark.long
@pytest.mark.parametrize(
    "options", [{}, {"form": "encoder-decoder", "radix": 3}], ids=["decoder-only", "encoder-decoder"]
)
@pytest.mark.parametrize("item", LONG, ids=str)
def test_long_runs(item: Expectation, options: dict[str, str | int]):
    """Their context grows once or more."""
    check(item, result_of(item, **options))


def test_there_are_many_items():
    assert len(ITEMS) > 200
    assert {item.machine.name for item in ITEMS[::2]} >= {item.machine.name for item in ITEMS if item.source is None}
    assert len(SMALL) > 150
    assert len(SHORT) > 150
    assert len(CASES) >= 58
    assert {item.machine.tapes for item in CASES} == {item.machine.tapes for item in CASES[1::2]} == {1, 2}
    assert len(LONG) > 5
    assert len(AS_A_USER) == 2
