"""The ways out that a refusal to write names, and that they lead out."""

from dataclasses import replace

import pytest

from tmformer.errors import MachineError
from tmformer.machine import format_machine, parse, with_blank, with_state
from tmformer.machine.formats.remedies import YAML, renaming

BB2 = parse("1RB1LB_1LA1RZ")


def remedy(machine, name: str) -> str:
    with pytest.raises(MachineError) as caught:
        format_machine(machine, name)
    return caught.value.remedy


def test_renaming_is_named_where_it_leads_out():
    assert remedy(BB2, "morphett") == renaming("_") + YAML
    assert format_machine(with_state(with_blank(BB2, "_"), "Z", "halt"), "morphett")
    assert remedy(with_blank(BB2, "_"), "bbchallenge") == renaming("0") + YAML
    assert format_machine(with_blank(with_blank(BB2, "_"), "0"), "bbchallenge")
    for name, blank in (("jflap", "□"), ("doty", "_")):
        assert f"--rename-blank {blank}" in remedy(replace(BB2, one_way=name == "doty"), name)


@pytest.mark.parametrize("name", ["morphett", "bbchallenge"])
def test_renaming_is_not_named_where_it_does_not(name: str):
    assert remedy(replace(BB2, one_way=True), name) == YAML
