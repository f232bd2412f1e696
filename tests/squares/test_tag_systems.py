"""A tag system, on a universal machine, inside the transformer: its tape holds the tag system's words, and at the end its result.

 word  --tag step-->  word
  |                    ^
encode             decode_word
  v                    |
 tape --the network--> tape
"""

import pytest

import tmformer
from tests.often import first_of
from tmformer.machine import UNIVERSAL_MACHINES, Outcome, TagSystem, UniversalMachine, configuration, run, tag_system

CASES = [
    ("rogozhin_24x2", {"a": "bba"}, "aa"),
    ("rogozhin_4x6", {"a": "b", "b": "ca"}, "abb"),
    ("rogozhin_2x18", {"a": "b", "b": "ca"}, "abb"),
]
"""Of 1,353 to 2,430 machine steps; words of two and three letters."""


def steps_with_words(machine: UniversalMachine, system: TagSystem, word: str) -> list[int]:
    """The machine steps after which the reference interpreter has a word on its tape, and those of the whole run."""
    symbols, head = machine.encode(system, word)
    start = configuration(machine.machine.start, head, dict(enumerate(symbols)), machine.machine.blank)
    trace = list(run(machine.machine, start))
    return [*(step for step, now in enumerate(trace) if machine.is_between_tag_steps(system, now)), len(trace) - 1]


@pytest.mark.parametrize(("name", "rules", "word"), first_of(1, CASES), ids=[case[0] for case in CASES])
def test_a_tag_system_runs_inside_the_transformer(name: str, rules: dict[str, str], word: str):
    machine, system = UNIVERSAL_MACHINES[name], tag_system(rules)
    symbols, head = machine.encode(system, word)
    words = system.run(word, max_steps=10)
    *within, end = steps_with_words(machine, system, word)
    assert (len(within), end < 5_000) == (len(words), True)

    weights = tmformer.compile(machine.machine, "wei_ma", steps=end, input_length=len(symbols), head=head)
    result = tmformer.run(weights, symbols, head=head)
    assert (result.outcome, result.steps) == (Outcome.UNDEFINED, end)
    assert machine.decode_result(system, result.configuration) == words[-1][2:]

    last = tmformer.run(weights, symbols, head=head, max_steps=within[-1])
    assert machine.decode_word(system, last.configuration) == words[-1]


def test_inside_cellular():
    """A word that begins with the halting letter, in the construction with a block a machine step."""
    machine, system = UNIVERSAL_MACHINES["rogozhin_2x18"], tag_system({"a": "b"})
    symbols, head = machine.encode(system, "baa")
    result = tmformer.run(machine.machine, symbols, head=head, cells=40, max_steps=60)
    assert (result.outcome, result.steps) == (Outcome.UNDEFINED, 52)
    assert machine.decode_result(system, result.configuration) == ("a",)
