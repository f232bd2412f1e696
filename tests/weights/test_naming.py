"""Names of heads, key dimensions and units."""

import pytest

import tmformer
from tmformer.weights import Weights, name_blocks, name_registers

_MACHINES = ("bb2", "balanced_parentheses", "increment", "palindrome")


def _compiled(name: str, construction: str) -> Weights:
    return tmformer.compile(tmformer.load_machine(name), construction, steps=12, input_length=4)


@pytest.mark.parametrize("construction", ["cellular", "wei_ma", "universal", "switchable"])
def test_every_row_of_every_matrix_has_a_name(construction: str) -> None:
    machine = tmformer.load_machine("bb2")
    options = {"other": tmformer.load_machine("bb3")} if construction == "switchable" else {}
    weights = tmformer.compile(machine, construction, steps=6, **options)
    for block, names in zip(weights.blocks, name_blocks(weights), strict=True):
        assert len(names["units"]) == block.mlp.w_in.shape[0]
        assert all(names["units"])
        for head, own in zip(block.heads, names["heads"], strict=True):
            assert own["name"] == head.lookup.name
            assert len(own["keys"]) == head.key.shape[0]
            assert len(own["values"]) == head.value.shape[0]


@pytest.mark.parametrize("name", _MACHINES)
def test_each_transition_is_a_gate_of_two_units_that_says_so(name: str) -> None:
    machine = tmformer.load_machine(name)
    units = name_blocks(_compiled(name, "cellular"))[0]["units"]
    for each in machine.transitions:
        (read,), (written,), (move,) = each.reads, each.writes, each.moves
        sent = move.name.lower()
        begin = f"symbol={read} and arriving={each.state}, 1st half:"
        found = [unit for unit in units if unit.startswith(begin)]
        assert len(found) == 1
        assert f"+{sent}={each.next_state}" in found[0]
        assert (f"+symbol={written}" in found[0]) == (written != read)


def test_digits_that_follow_one_another_are_one_condition() -> None:
    heads = [head for block in name_blocks(_compiled("bb2", "wei_ma")) for head in block["heads"]]
    said = {head["name"]: head["sentence"] for head in heads}
    assert (
        "cell0 to cell3 equal its next_cell0 to next_cell3, of several those with the largest time3," in said["search3"]
    )
    assert said["fetch"].endswith("where none does, the row flagged bos answers with written 0.")


def test_what_a_search_head_shows_of_the_row_that_answers_by_default() -> None:
    heads = [head for block in name_blocks(_compiled("bb2", "wei_ma")) for head in block["heads"]]
    assert heads[0]["values"] == ["-bos + time3[0]"]


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_registers_share_the_coordinates_out(construction: str) -> None:
    weights = _compiled("bb2", construction)
    named = name_registers(weights)
    assert [each["name"] for each in named] == [register.name for register in weights.labels.registers]
    assert [range(each["first"], each["first"] + each["width"]) for each in named] == [*weights.layout.spans.values()]
    assert {each["kind"] for each in named} == {"one-hot", "code", "flag"}
    assert all(("values" in each) == (each["kind"] == "one-hot") for each in named)
