"""The reference in NumPy: the reference interpreter, machine by machine."""

import numpy as np
import pytest

from tmformer.machine import Outcome, trace
from tmformer.verify.families import Family
from tmformer.verify.family_runs import run_family


@pytest.mark.parametrize(
    ("family", "steps", "numbers"),
    [
        (Family(1), 5, np.arange(64)),
        (Family(2), 8, np.arange(0, 20_736, 67)),
        (Family(3), 22, np.random.default_rng(3).integers(0, 16**6, 300)),
        (Family(6), 30, np.random.default_rng(6).integers(0, 28**12, 100)),
    ],
)
def test_it_is_the_interpreter(family: Family, steps: int, numbers: np.ndarray):
    runs = run_family(family, numbers, steps, 31)
    for index, number in enumerate(numbers.tolist()):
        expected = trace(family.machine(number), (), max_steps=steps)
        last = expected.final
        assert runs.halted[index] == (expected.outcome is Outcome.HALTED)
        assert (runs.steps[index], runs.head[index] - 31) == (expected.steps, last.head)
        assert family.states[runs.state[index]] == last.state
        assert runs.tape[index] == sum((last.read(cell) == "1") << cell + 31 for cell in range(-31, 32))


def test_all_halt_or_none_does():
    family = Family(2)
    halts, goes = (sum(rule * len(family.rules) ** place for place in range(4)) for rule in (11, 9))
    runs = run_family(family, np.array([halts, halts]), 3, 10)
    assert (runs.steps.tolist(), runs.halted.tolist(), runs.tape.tolist()) == ([1, 1], [True, True], [1 << 10, 1 << 10])
    runs = run_family(family, np.array([goes, goes]), 3, 10)
    assert (runs.steps.tolist(), runs.halted.tolist(), runs.tape.tolist()) == (
        [3, 3],
        [False, False],
        [7 << 10, 7 << 10],
    )
