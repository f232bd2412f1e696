"""The squares of two machines in one network: machine = program = exact weights = Flax model, by either token."""

from dataclasses import dataclass, replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.constructions.switchable.pairs import CHOICES, both, compile_pair, pairs
from tests.often import first_of
from tests.squares import growing
from tests.squares.growing import (
    RECORDS,
    compare_blocks,
    compare_cached,
    compare_engine,
    compare_exact,
    compare_program,
    padded,
)
from tmformer.constructions import construction
from tmformer.decode import Cached, ExactRows
from tmformer.machine import Machine
from tmformer.precision import POLICIES, certify, format_named, policy_named
from tmformer.program import Program, Stream
from tmformer.strategies import inputs
from tmformer.weights import Weights, lower

STEPS = 24
MADE = construction("switchable")
FEW = settings(max_examples=max(3, settings().max_examples // 8), deadline=None)
FEWER = settings(max_examples=max(3, settings().max_examples // 4), deadline=None)


@dataclass(frozen=True)
class Case(growing.Case):
    """A run of one of two machines, beside the other; `machine` is the one that the token names."""

    pair: tuple[Machine, Machine] | None = None
    choice: str = "a"

    def program(self, options: dict[str, str | int]) -> Program:
        assert self.pair is not None
        program = compile_pair(
            *self.pair, steps=self.steps, cells=self.records, head=self.head, origin=self.origin, **options
        )
        return msgspec.structs.replace(program, labels=MADE.choose(program.labels, self.choice))

    def prompt(self, weights: Weights | Program) -> Stream:
        return MADE.encode_configuration(MADE.choose(weights.labels, self.choice), self.start)


@st.composite
def cases(draw: st.DrawFn, *, steps: int = STEPS) -> Case:
    """Runs of either machine, padded to one size, over the symbols of both."""
    a, b = draw(pairs(max_symbols=3))
    b = replace(b, name="other")
    pair = (padded(a, 7, 4), padded(b, 7, 4))
    choice = draw(st.sampled_from(CHOICES))
    machine = both(*pair)[choice]
    symbols = draw(
        inputs(replace(machine, symbols=tuple({**dict.fromkeys(a.symbols), **dict.fromkeys(b.symbols)})), max_size=5)
    )
    origin = 0 if machine.one_way else draw(st.integers(max(len(symbols), 1) - RECORDS, 0))
    head = draw(st.integers(origin, origin + RECORDS - 1))
    return Case(machine, symbols, head, origin, steps=steps, pair=pair, choice=choice)


@pytest.mark.parametrize("radix", [2, 3])
@given(case=cases())
def test_machine_equals_program(radix: int, case: Case):
    assert compare_program(case, case.program({"radix": radix})) is None


@FEWER
@given(case=cases(steps=12))
def test_program_equals_exact_weights(case: Case):
    program, weights = case.program({}), case.weights({})
    assert compare_exact(case, program, weights) is None
    assert compare_exact(case, program, weights, "base-2") is None


@pytest.mark.parametrize("format_name", first_of(1, ["bfloat16", "float32"]))
@FEW
@given(case=cases())
def test_program_equals_cached_engine_equals_model(format_name: str, case: Case):
    """Every register of every row after every block."""
    program, engine = case.program({}), Cached(case.weights({}), format_name=format_name)
    assert compare_cached(case, program, engine) is None
    assert compare_blocks(case, program, engine) is None


@FEWER
@given(case=cases())
def test_machine_equals_engine_after_every_machine_step(case: Case):
    assert compare_engine(case, Cached(case.weights({}))) is None
    assert compare_engine(case, ExactRows(case.weights({}))) is None
    assert compare_engine(case, Cached(case.weights({}), regime="graded")) is None


@FEWER
@given(case=cases())
def test_any_two_machines_are_certified_and_the_choice_is_no_part_of_it(case: Case):
    """The judge admits any token and any state of each machine, also those that no run of this pair brings together."""
    policy = policy_named(POLICIES[0], format_named("float32"))
    certificate = certify(case.weights({}), policy)
    other = next(each for each in CHOICES if each != case.choice)
    program = case.program({})
    turned = lower(msgspec.structs.replace(program, labels=MADE.choose(program.labels, other)))
    assert certify(turned, policy).lookups == certificate.lookups
