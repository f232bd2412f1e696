"""The unembedding: what a row emits, or holds, has the largest logit, by 1 at least."""

import numpy as np
import pytest

from tests.export.networks import machine_named
from tmformer.export.unembedding import token_registers, unembedding_of


@pytest.mark.parametrize("name", ["wei_ma bb2", "wei_ma encoder", "switchable"])
def test_the_token_of_each_row_that_emits_has_the_largest_logit(name):
    made = machine_named(name)
    said, block = unembedding_of(made.weights), made.exact[-1]
    logits, stream = block.after @ said.matrix.T, block.stream()
    state, written = (stream[register] for register in said.registers)
    first = made.prompt.num_rows - 1
    for row in range(first, stream.num_rows):
        best = int(logits[row].argmax())
        move = "R" if stream["right"][row] else "L" if stream["left"][row] else "S"
        assert said.names[best] == (f"{state[row]}" if row == first else f"{state[row]} {written[row]} {move}")
        assert logits[row, best] - np.delete(logits[row], best).max() >= 1


@pytest.mark.parametrize("name", ["increment", "macro blocks", "universal"])
def test_elsewhere_each_value_of_a_register_has_a_row(name):
    made = machine_named(name)
    said, block = unembedding_of(made.weights), made.exact[-1]
    logits, stream = block.after @ said.matrix.T, block.stream()
    assert said.described()["kind"] == "values"
    for register in made.weights.labels.registers:
        rows = [place for place, name in enumerate(said.names) if name.rpartition("=")[0] == register.name]
        for row, value in enumerate(stream[register.name]):
            if rows and value is not None:
                best = rows[int(logits[row, rows].argmax())]
                assert said.names[best] == f"{register.name}={value}"
    assert set(said.left_out) <= {register.name for register in made.weights.labels.registers}


def test_several_tapes_and_codes_emit_no_tokens():
    assert token_registers(machine_named("wei_ma bb2").weights.labels) == ("next_state", "written")
    assert token_registers(machine_named("switchable").weights.labels) == ("now", "written")
    assert token_registers(machine_named("universal").weights.labels) == ()
    assert token_registers(machine_named("increment").weights.labels) == ()
