"""A lowered program keeps its labels and lookups; its sizes are those of the matrices; lowering is deterministic."""

import pytest

from tests.program.programs import COUNTER, EXAMPLES
from tmformer.errors import ProgramError
from tmformer.program import Program, parse_program
from tmformer.weights import lower, measure


@pytest.mark.parametrize("name", EXAMPLES)
def test_labels_and_lookups_are_kept(name: str):
    program = EXAMPLES[name].program
    weights = lower(program)
    assert weights.labels == program.labels
    assert [[head.lookup for head in block.heads] for block in weights.blocks] == [
        list(block.lookups) for block in program.blocks
    ]
    assert weights.layout.registers == program.labels.registers
    assert lower(EXAMPLES[name].program) == weights


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_matrix_has_a_name_and_its_shape(name: str):
    weights = lower(EXAMPLES[name].program)
    d_model = weights.layout.d_model
    for block in weights.blocks:
        matrices = block.matrices()
        assert len(matrices) == 4 * len(block.heads) + 3
        assert {matrix.shape[1] for part, matrix in matrices.items() if part.endswith(("query", "key", "value", "w_in"))} == {d_model}  # fmt: skip
        assert {matrix.shape[0] for part, matrix in matrices.items() if part.endswith(("output", "w_out"))} == {d_model}


def test_sizes_are_those_of_the_automaton():
    sizes = measure(lower(EXAMPLES["automaton"].program))
    d_model, d_key, d_mlp = 2 + 6 + 12, 5, 2 * 8 + 4
    assert (sizes.num_layers, sizes.num_heads, sizes.sharpness, sizes.max_positions) == (8, 2, 6, 12)
    assert (sizes.d_model, sizes.d_key, sizes.d_value, sizes.d_mlp) == (d_model, d_key, 2, d_mlp)
    assert sizes.parameters == 2 * (2 * d_key * d_model + 2 * 2 * d_model) + d_mlp * (2 * d_model + 1)
    keys, queries, messages = 5, 4 + 2, 2 + 2
    rules = 8 * 2 * (3 + 1) + 3 * (2 * 2)  # reads and bias; the three rules that change the cell write two coordinates
    assert sizes.nonzero == 2 * (keys + queries + messages) + rules + 4 * 2


def test_several_blocks_count_as_layers_each():
    sizes = measure(lower(EXAMPLES["copy"].program))
    assert (sizes.num_layers, sizes.num_heads) == (2, 1)


def test_a_network_without_attention_has_sizes_too():
    sizes = measure(lower(EXAMPLES["counter"].program))
    assert (sizes.num_layers, sizes.num_heads, sizes.d_key, sizes.d_value, sizes.d_mlp) == (2, 0, 0, 0, 6)


def test_a_program_that_is_not_well_formed_is_not_lowered():
    program = parse_program(COUNTER)
    with pytest.raises(ProgramError):
        lower(Program(program.labels, ()))
