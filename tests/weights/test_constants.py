"""What no block writes is constant, in the matrices and in every run."""

import msgspec
import pytest

from tests.program.programs import EXAMPLES, RUMOUR
from tmformer.program import parse_program, stack
from tmformer.weights import (
    AttentionHead,
    BlockWeights,
    Weights,
    constant_coordinates,
    is_attention_constant,
    lower,
    trace,
)
from tmformer.weights.sparse import Sparse


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_constant_is_what_tables_and_lookups_do_not_write(name: str):
    example = EXAMPLES[name]
    written = {
        register
        for block in example.program.blocks
        for register in (*block.table.clears, *(lookup.into for lookup in block.lookups))
    }
    spans = lower(example.program).layout.spans
    wanted = {place for register, span in spans.items() if register not in written for place in span}
    if name == "automaton":  # its rules write the cell without clearing it
        wanted -= set(spans["cell"])
    assert constant_coordinates(lower(example.program)) == wanted


@pytest.mark.parametrize("name", EXAMPLES)
def test_constant_coordinates_do_not_change(name: str):
    weights = lower(EXAMPLES[name].program)
    constant = sorted(constant_coordinates(weights))
    before = weights.layout.encode(EXAMPLES[name].prompt)
    for softmax in ("hard", "base-2"):
        for block in trace(weights, EXAMPLES[name].prompt, softmax):
            assert (block.after.array()[:, constant] == before[:, constant]).all()


@pytest.mark.parametrize("name", EXAMPLES)
def test_constant_attention_attends_to_the_same_rows_in_every_block(name: str):
    weights = lower(EXAMPLES[name].program)
    assert is_attention_constant(weights)
    loops = [block.attention for block in trace(weights, EXAMPLES[name].prompt, loops=3)]
    per_loop = len(weights.blocks)
    for earlier, later in zip(loops, loops[per_loop:], strict=False):
        assert [head.array().tolist() for head in earlier] == [head.array().tolist() for head in later]


@pytest.mark.parametrize("part", ["query", "key"])
def test_a_query_or_key_that_reads_what_is_written_is_seen(part: str):
    weights = lower(EXAMPLES["rumour"].program)
    [block], [head] = weights.blocks, weights.blocks[0].heads
    old = getattr(head, part)
    place = weights.layout.coordinate("knows", "yes")
    entries = tuple(sorted((*old.entries, (0, place, 1))))
    matrices = {name: getattr(head, name) for name in ("query", "key", "value", "output")}
    changed = AttentionHead(head.lookup, **(matrices | {part: Sparse(old.shape, entries, old.shift)}))
    assert not is_attention_constant(Weights(weights.labels, (BlockWeights((changed,), block.mlp),)))


def test_a_network_without_attention_heads_is_constant():
    program = parse_program(RUMOUR)
    blocks = tuple(msgspec.structs.replace(block, lookups=()) for block in program.blocks)
    weights = lower(msgspec.structs.replace(program, blocks=blocks))
    assert is_attention_constant(weights)
    assert list(trace(weights, stack(program.labels, [{"row": True}])))
