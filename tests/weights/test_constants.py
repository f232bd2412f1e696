"""What no block writes is constant, in the matrices and in every run."""

import msgspec
import pytest

from tests.program.programs import EXAMPLES, RUMOUR
from tests.weights.growing import wei_ma
from tmformer.program import Program, parse_program, stack
from tmformer.weights import (
    AttentionHead,
    BlockWeights,
    Layout,
    Weights,
    constant_attention,
    constant_coordinates,
    is_attention_constant,
    lower,
    trace,
)
from tmformer.weights.sparse import Sparse


def written(program: Program) -> set[int]:
    """What lookups find, tables clear, and rules write: the coordinates in which old and new values differ."""
    layout, found = Layout(program.labels.registers), set[int]()
    for block in program.blocks:
        table = block.table
        for register in (*table.clears, *(lookup.into for lookup in block.lookups)):
            found |= set(layout.spans[register])
        for rule in table.rules:
            read = {literal.register: literal.value for literal in rule.when if literal.value is not None}
            read = {name: value for name, value in read.items() if name not in {*table.clears, *table.fills}}
            for write in rule.then:
                new, name = layout.vector(write.register, write.value), write.register
                old = layout.vector(name, read[name]) if name in read else {}
                found |= {place for place in layout.spans[name] if new.get(place) != old.get(place)}
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_constant_is_what_tables_and_lookups_do_not_write(name: str):
    program = EXAMPLES[name].program
    weights = lower(program)
    assert constant_coordinates(weights) == set(range(weights.layout.d_model)) - written(program)


@pytest.mark.parametrize("name", EXAMPLES)
def test_constant_coordinates_do_not_change(name: str):
    weights = lower(EXAMPLES[name].program)
    constant = sorted(constant_coordinates(weights))
    before = weights.layout.encode(EXAMPLES[name].prompt)
    for softmax in ("hard", "base-2"):
        for block in trace(weights, EXAMPLES[name].prompt, softmax):
            assert (block.after.array()[:, constant] == before[:, constant]).all()


def asked(program: Program) -> set[int]:
    """The coordinates that scores depend on."""
    spans = Layout(program.labels.registers).spans
    lookups = [lookup for block in program.blocks for lookup in block.lookups]
    names = {
        name
        for each in lookups
        for name in (each.where, each.null, *each.idle, *([each.prefer] if each.prefer else ()))
    }
    names |= {name for lookup in lookups for match in lookup.matches for name in (match.query, match.key)}
    return {place for name in names for place in spans[name]}


CONSTANT = [name for name, each in EXAMPLES.items() if not asked(each.program) & written(each.program)]


def test_attention_is_constant_where_no_block_writes_what_scores_depend_on():
    assert [name for name, each in EXAMPLES.items() if is_attention_constant(lower(each.program))] == CONSTANT
    assert {"automaton", "shift", "rumour", "copy", "counter"} <= {*CONSTANT}


@pytest.mark.parametrize("name", CONSTANT)
def test_constant_attention_attends_to_the_same_rows_in_every_block(name: str):
    weights = lower(EXAMPLES[name].program)
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


def test_attention_that_asks_for_what_blocks_write_is_not_constant():
    """The digits of a search are found block by block."""
    case = wei_ma()
    assert not is_attention_constant(case.weights)
    assert constant_attention(case.weights, case.prompt, "hard") is None


def test_a_network_without_attention_heads_is_constant():
    program = parse_program(RUMOUR)
    blocks = tuple(msgspec.structs.replace(block, lookups=()) for block in program.blocks)
    weights = lower(msgspec.structs.replace(program, blocks=blocks))
    assert is_attention_constant(weights)
    assert list(trace(weights, stack(program.labels, [{"row": True}])))
