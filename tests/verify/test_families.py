"""Machines as numbers: each machine once, and each number the machine that its text says."""

import numpy as np
import pytest

from tmformer.machine import Machine, parse
from tmformer.verify import Family
from tmformer.verify.families import HALT


def number_of(family: Family, text: str) -> int:
    """The number of a machine in the format of bbchallenge."""
    shown = [f"{write}{move.letter}{state}" for write, move, state in family.rules]
    cells = [row[first : first + 3] for row in text.split("_") for first in (0, 3)]
    return sum(shown.index(cell) * len(shown) ** place for place, cell in enumerate(cells))


@pytest.mark.parametrize(("num_states", "rules", "size"), [(1, 8, 64), (2, 12, 20_736), (3, 16, 16_777_216)])
def test_sizes(num_states: int, rules: int, size: int):
    family = Family(num_states)
    assert (len(family.rules), len(set(family.rules)), family.size) == (rules, rules, size)


def test_numbers_are_digits():
    family = Family(2)
    digits = family.digits(np.arange(family.size))
    assert (digits < len(family.rules)).all()
    assert len(np.unique(digits, axis=1).T) == family.size


def test_machine_and_text_are_one():
    for family in (Family(1), Family(2), Family(3)):
        for number in np.random.default_rng(family.num_states).integers(0, family.size, 50).tolist():
            machine, text = family.machine(number), family.text(number)
            assert number_of(family, text) == number
            assert rules(machine) == rules(parse(text))


def rules(machine: Machine) -> set[tuple[str, ...]]:
    """The transitions; the state that halts is called H, whatever a reader of texts calls it."""
    return {
        (rule.state, rule.symbol, rule.write, rule.move.letter, rule.next_state.replace("Z", HALT))
        for rule in machine.transitions
    }
