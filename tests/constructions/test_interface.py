"""What every construction offers: four names that work from labels alone, and letters for its formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import CONSTRUCTIONS, Construction, construction, construction_of
from tmformer.constructions.interface import check_one_tape, check_options, radix_of
from tmformer.errors import ConstructionError, ContextError, WindowError
from tmformer.machine import Configuration, Machine, format_machine, initial_configuration, load
from tmformer.pipeline import run
from tmformer.program import Decoding, Labels, check_program
from tmformer.strategies import configurations, machines, machines_with_inputs

FORMS: dict[str, dict[str, str]] = {
    "cellular": {},
    "wei_ma": {},
    "wei_ma encoder-decoder": {"form": "encoder-decoder"},
    "universal": {},
    "switchable": {},
}


def options_of(name: str, machine: Machine) -> dict[str, str | int]:
    """What a construction must be told besides: the other of two machines, here the machine itself."""
    return {"other": format_machine(machine)} if name == "switchable" else {}


def told(made: Construction, labels: Labels, machine: Machine, now: Configuration) -> Labels:
    """Labels that know the machine, also where it comes in the prompt."""
    if made.tell is None:
        return labels
    return made.tell(labels, machine, origin=0 if machine.one_way else now.used[0], head=now.head)


@pytest.mark.parametrize("form", FORMS)
@given(pair=machines_with_inputs(), steps=st.integers(0, 12))
def test_the_simulation_relation(form: str, pair: tuple[Machine, tuple[str, ...]], steps: int):
    """Encoded, and run by no machine step, a configuration is itself, also in labels of another one."""
    machine, symbols = pair
    name = form.split(maxsplit=1)[0]
    made = construction(name)
    program = made.compile(
        machine, steps=steps, head=0, input_length=len(symbols), options=FORMS[form] | options_of(name, machine)
    )
    check_program(program)
    start = initial_configuration(machine.start, symbols, machine.blank)
    labels = told(made, program.labels, machine, start)
    prompt = made.encode_configuration(labels, start)
    after = Decoding(program, prompt).after() if labels.feedback else prompt
    assert made.decode_configuration(labels, after) == start
    assert labels.construction == name
    assert made.compiled_steps(labels) == steps
    assert construction_of(labels) is made
    assert made.claims_of(labels).construction == form


def test_the_table_holds_constructions_by_their_own_names():
    for name, made in CONSTRUCTIONS.items():
        assert isinstance(made, Construction)
        assert {claims.construction.split()[0] for claims in made.claims.values()} == {name}
        assert made.holds in ("start", "visited")
    assert [name for name, made in CONSTRUCTIONS.items() if made.read_tokens] == ["wei_ma"]
    assert [name for name, made in CONSTRUCTIONS.items() if made.tell] == ["universal"]
    assert [name for name, made in CONSTRUCTIONS.items() if made.choose] == ["switchable"]


def test_all_forms_are_tried_here():
    assert {claims.construction for made in CONSTRUCTIONS.values() for claims in made.claims.values()} == set(FORMS)


@given(machines(), st.data(), st.integers(0, 3))
def test_a_larger_program_goes_on_from_any_configuration(machine: Machine, data: st.DataObject, times: int):
    """Each one that grows has room for where the run has got to; the second half of the relation holds at once."""
    now = data.draw(configurations(machine))
    for name, made in CONSTRUCTIONS.items():
        options = options_of(name, machine)
        program, sizes = made.grow(machine, now, None, options), []
        for _ in range(times):
            program = made.grow(machine, now, program.labels, options)
            sizes.append(program.labels.max_positions)
        labels = told(made, program.labels, machine, now)
        prompt = made.encode_configuration(labels, now)
        assert made.compiled_steps(labels) > 0
        assert sizes == sorted(sizes)
        if not labels.feedback:
            assert made.decode_configuration(labels, prompt) == now


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_outgrowing_is_said_in_four_parts(name: str):
    machine = load("bb2")
    made = CONSTRUCTIONS[name]
    labels = made.compile(machine, steps=3, options=options_of(name, machine)).labels
    error = made.outgrown(labels, initial_configuration("A", (), "0", 7), 3)
    assert type(error) is (WindowError if name == "cellular" else ContextError)
    assert error.rule.endswith("step 3")
    assert "cell 7" in error.found
    assert error.where
    assert error.remedy


def test_options_that_a_construction_has_not_are_refused():
    check_options("x", {"radix": 2}, ("form", "radix"))
    check_options("x", {}, ())
    for known, rule in (((), "x has no options"), (("form", "radix"), "x has form and radix")):
        with pytest.raises(ConstructionError) as caught:
            check_options("x", {"radics": 2}, known)
        assert (caught.value.rule, caught.value.found, caught.value.where) == (rule, "radics = 2", "x")
        assert ("did you mean 'radix'?" in caught.value.remedy) == bool(known)


@pytest.mark.parametrize("radix", [2, 3, 256])
def test_a_radix_is_2_if_not_said(radix: int):
    assert radix_of("x", {}) == 2
    assert radix_of("x", {"radix": radix}) == radix
    for wrong in (1, 257, "2"):
        with pytest.raises(ConstructionError, match="The radix of the search") as caught:
            radix_of("x", {"radix": wrong})
        assert (caught.value.found, caught.value.where) == (repr(wrong), "x, radix")


def test_tapes_that_a_construction_has_not_are_refused():
    two_way, several = load("bb2"), Machine(("A",), ("0",), "0", "A", (), tapes=2)
    one_way = Machine(("A",), ("0",), "0", "A", (), one_way=True)
    check_one_tape("x", two_way, one_way=False)
    check_one_tape("x", one_way, one_way=True)
    for machine, found in ((one_way, "a one-way tape"), (several, "2 tapes")):
        with pytest.raises(ConstructionError, match="x has one two-way tape") as caught:
            check_one_tape("x", machine, one_way=False)
        assert caught.value.found == found


def test_a_reference_is_no_construction():
    with pytest.raises(ConstructionError) as caught:
        construction("perez")
    assert "perez is a reference that is only run" in caught.value.remedy
    assert "Use cellular, wei_ma, universal, switchable" in caught.value.remedy


def test_a_name_that_is_none_is_refused_with_a_hint():
    with pytest.raises(ConstructionError, match="one of those the table knows") as caught:
        construction("celular")
    assert "cellular" in caught.value.remedy


TWO_TAPES = Machine(("A",), ("0", "1"), "0", "A", (), tapes=2, name="two")
ONE_WAY = Machine(("A",), ("0", "1"), "0", "A", (), one_way=True, name="edge")


@pytest.mark.parametrize("name", ["cellular", "perez"])
def test_several_tapes_are_refused_by_name_and_point_to_wei_ma(name: str):
    with pytest.raises(ConstructionError) as caught:
        run(TWO_TAPES, construction=name, max_steps=1)
    assert caught.value.rule.startswith(f"{name} has one ")
    assert (caught.value.found, caught.value.where) == ("2 tapes", "two")
    assert caught.value.remedy == "Use wei_ma (--construction), which has them."
    assert run(TWO_TAPES, construction="wei_ma").outcome == "undefined"


def test_one_way_tapes_are_refused_by_perez_alone():
    with pytest.raises(ConstructionError, match="perez has one two-way tape") as caught:
        run(ONE_WAY, construction="perez", max_steps=1)
    assert (caught.value.found, caught.value.where) == ("a one-way tape", "edge")
    assert caught.value.remedy == "Use wei_ma or cellular (--construction), which has them."
    for name in CONSTRUCTIONS:
        other = ONE_WAY if name == "switchable" else None
        assert run(ONE_WAY, construction=name, other=other, engine="exact").outcome == "undefined"
    check_one_tape("x", ONE_WAY, one_way=True)
    check_one_tape("x", load("bb2"), one_way=False)
