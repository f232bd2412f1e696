"""What a decoder keeps and computes anew, read off the matrices: few entries, and all that scores and values need."""

from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program.programs import AUTOMATON, COPY, EXAMPLES, Rows
from tests.weights.growing import wei_ma
from tmformer.decode import Cached
from tmformer.decode.plan import HeadArrays, Plan, plan
from tmformer.errors import ProgramError
from tmformer.program import Decoding, Program, Stream, parse_program, sequence_of, stack
from tmformer.weights import Weights, dense, lower
from tmformer.weights import trace as exact_trace

FEWER = settings(max_examples=max(3, settings().max_examples // 5))
HERE = 5  # digits of the code that the lookups below prefer


def rewritten(register: str) -> str:
    """Two lookups of one query and key, and between them a table that rewrites the key, what is asked for, or the value."""
    values = "abc" if register == "mark" else "0123"
    turn = [
        f'  when row "1" {register} "{a}" then {register} "{b}"'
        for a, b in zip(values, values[1:] + values[0], strict=True)
    ]
    first = [f'  when row "1" heard "{mark}" then first "{mark}"' for mark in "abc"]
    marks = [
        f'  when row "1" key "{key}" first "{a}" heard "{b}" then next "{"abc"[(i + 2 * j + key) % 3]}" next_key "{(key + i + 3) % 4}"'
        for key, (i, a), (j, b) in product(range(4), enumerate("abc"), enumerate("abc"))
    ]
    lookup = 'match ask key prefer here value mark into heard where row null bos default "a" ties unique mask causal'
    return "\n".join(
        (
            f'program "rewritten {register}" positions 30 loops 1 sharpness 12',
            "register bos flag",
            "register row flag",
            *(f"register {name} code 2" for name in ("key", "next_key", "ask")),
            f"register here code {HERE}",
            *(f'register {name} one-hot "a" "b" "c"' for name in ("mark", "first", "next")),
            'register heard one-hot "a" "b" "c" scratch',
            "generate ask 1 divisor 1 modulus 3 where row",
            "generate here 0 where row",
            "feedback row row",
            "feedback next mark",
            "feedback next_key key",
            "block",
            f"  lookup one {lookup}",
            "  clear heard",
            "  fill first",
            *first,
            *turn,
            "block",
            f"  lookup other {lookup}",
            "  clear heard",
            "  fill next next_key",
            *marks,
            "stop reads mark where row signal next 0",
        )
    )


# Each loop fetches what the row before holds by now: a mark comes three rows far in three loops.
RELAY = """
program "relay" positions 24 loops 3 sharpness 9
register bos flag
register row flag
register mark one-hot "a" "b" "c"
register next one-hot "a" "b" "c"
register heard one-hot "a" "b" "c" scratch
register here code 5
register before code 5
generate here 0 where row
generate before -1 where row
feedback row row
feedback next mark
block
  lookup earlier match before here value mark into heard where row null bos ties unique mask causal
  clear heard mark next
  when heard "a" then mark "b" next "a"
  when heard "b" then mark "c" next "b"
  when heard "c" then mark "a" next "c"
stop reads mark where row signal next 0
"""


def rows_of(*held: tuple[int, str]) -> Rows:
    return [{"bos": True}, *({"row": True, "key": key, "mark": mark} for key, mark in held)]


RECORDS = rows_of((0, "a"), (1, "b"), (2, "c"), (1, "c"), (3, "b"), (0, "c"))
NETWORKS = {
    **{name: lambda name=name: (EXAMPLES[name].program, EXAMPLES[name].prompt, 8) for name in ("copy", "counter")},
    **{name: lambda name=name: (EXAMPLES[name].program, EXAMPLES[name].prompt, 4) for name in ("latest", "translate")},
    **{
        f"{register} rewritten": lambda register=register: network(rewritten(register), RECORDS, 12)
        for register in ("key", "ask", "mark")
    },
    "relay": lambda: network(
        RELAY, [{"bos": True, "mark": "a"}, *({"row": True, "mark": mark} for mark in "abcc")], 12
    ),
    **{
        f"wei_ma, {form}, radix {radix}": lambda form=form, radix=radix: wei_ma_network(form, radix)
        for form in ("decoder-only", "encoder-decoder")
        for radix in (2, 3, 8)
    },
}


def network(text: str, rows: Rows, steps: int) -> tuple[Program, Stream, int]:
    program = parse_program(text)
    return program, stack(program.labels, rows), steps


def wei_ma_network(form: str, radix: int) -> tuple[Program, Stream, int]:
    case = wei_ma(radix, form)
    return case.program, case.prompt, case.steps


@cache
def run_of(name: str) -> tuple[Weights, Stream, Stream]:
    """The weights, a sequence before any block, and after all."""
    program, prompt, steps = NETWORKS[name]()
    decoding = Decoding(program, prompt)
    for _ in range(steps):
        decoding.step()
    return lower(program), sequence_of(program.labels, prompt, decoding.after()), decoding.after()


# Put together again -----------------------------------------------------------------------------------------------------


def before_blocks(weights: Weights, sequence: Stream) -> list[np.ndarray]:
    """The residual stream before each block of each loop, [rows, d_model], exact integers."""
    return [block.before.array().astype(np.float64) for block in exact_trace(weights, sequence)]


def compare_scores(
    weights: Weights, earlier: list[np.ndarray], structure: Plan, arrays: tuple[tuple[HeadArrays, ...], ...]
) -> str | None:
    """The first attention head whose scores, carried on, or values are not those of its four matrices; or None."""
    blocks = weights.labels.loops * weights.blocks
    scores, factors = np.zeros((len(earlier[0]),) * 2), {}
    for block, plans, own, x in zip(blocks, structure.heads, arrays, earlier, strict=True):
        for head, kept, numbers in zip(block.heads, plans, own, strict=True):
            asked = numbers.asks @ x.T
            scores = kept.ratio * scores
            factors = {entry: kept.ratio * factor for entry, factor in factors.items()} if kept.ratio else {}
            for place, number in enumerate(kept.changed):
                entry = structure.keys[number]
                change = asked[place] - factors.get(number, 0)
                scores = scores + np.outer(change, entry_of(earlier, entry))
                factors[number] = asked[place]
            if not np.array_equal(scores, (x @ dense(head.query).T) @ (x @ dense(head.key).T).T):
                return f"scores of {head.lookup.name}"
            held = np.array([entry_of(earlier, entry) for entry in structure.values[kept.values]])
            if not np.array_equal((numbers.brings @ held).T, x @ dense(head.value).T @ dense(head.output).T):
                return f"values of {head.lookup.name}"
    return None


def entry_of(earlier: list[np.ndarray], entry: tuple[int, int]) -> np.ndarray:
    """A coordinate of each row as the block that wrote it last left it."""
    coordinate, version = entry
    return earlier[version + 1][:, coordinate]


@pytest.mark.parametrize("name", NETWORKS)
def test_scores_and_values_put_together_from_the_plan(name: str):
    weights, sequence, _ = run_of(name)
    assert compare_scores(weights, before_blocks(weights, sequence), *plan(weights)) is None


@FEWER
@pytest.mark.parametrize("name", NETWORKS)
@given(data=st.data())
def test_of_any_numbers_too(name: str, data: st.DataObject):
    """Rows that no run comes to: a coordinate changes from block to block only where the block writes it."""
    weights, sequence, _ = run_of(name)
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    rows = min(sequence.num_rows, 6)
    earlier = [random.integers(-2, 3, (rows, weights.layout.d_model)).astype(np.float64)]
    for block in (weights.labels.loops * weights.blocks)[:-1]:
        written = [
            row for matrix in (block.mlp.w_out, *(head.output for head in block.heads)) for row, *_ in matrix.entries
        ]
        after = earlier[-1].copy()
        after[:, written] = random.integers(-2, 3, (rows, len(written)))
        earlier.append(after)
    assert compare_scores(weights, earlier, *plan(weights)) is None


@pytest.mark.parametrize("name", ["key rewritten", "ask rewritten", "mark rewritten", "relay"])
def test_a_network_that_rewrites_what_it_has_shown_decodes(name: str):
    weights, sequence, after = run_of(name)
    program, prompt, steps = NETWORKS[name]()
    engine = Cached(weights)
    state = engine.advance(engine.start(prompt), steps)
    assert engine.stream(state) == after
    assert engine.sequence(state) == sequence
    for register in name.split()[:1] if "rewritten" in name else ["mark"]:
        assert any(before != now for before, now in zip(sequence[register], after[register], strict=True))
    assert len(set(after["next"][prompt.num_rows :])) > 1
    assert program.labels == weights.labels


# Entries ----------------------------------------------------------------------------------------------------------------


def entries_of(weights: Weights, *registers: str) -> set[int]:
    return {place for register in registers for place in weights.layout.spans[register]}


def changed(structure: Plan, block: int, head: int = 0) -> set[int]:
    return {structure.keys[number][0] for number in structure.heads[block][head].changed}


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
@pytest.mark.parametrize("radix", [2, 3, 8])
def test_search_layers_compute_anew_what_differs_from_the_last(form: str, radix: int):
    """The digit decided now, the one just decided, and the null key: three coordinates where the search is binary."""
    weights, _, _ = run_of(f"wei_ma, {form}, radix {radix}")
    structure, _ = plan(weights)
    layers = [f"time{digit}" for digit in reversed(range(len(weights.blocks) - 3))]
    cells = [name for name in weights.layout.spans if name.startswith("cell")]
    assert structure.heads[:2] == ((), ())
    assert changed(structure, 2) == entries_of(weights, *cells, layers[0], "bos")
    assert structure.heads[2][0].ratio == 0
    for layer, (last, digit) in enumerate(pairwise(layers), start=3):
        assert structure.heads[layer][0].ratio == 1
        assert changed(structure, layer) == entries_of(weights, last, digit, "bos")
        assert len(structure.heads[layer][0].changed) == 2 * (radix - 1).bit_length() + 1
    # The last digit is no longer preferred by: all weighs less, by a power of two.
    assert structure.heads[-1][0].ratio == 1 / 2 ** (radix - 1).bit_length()
    assert changed(structure, -1) == entries_of(weights, layers[-1], "bos")
    assert all(version == -1 for _, version in structure.keys)
    assert len(set(structure.keys)) == len(structure.keys)


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_values_are_kept_once_as_the_block_that_wrote_them_left_them(form: str):
    weights, _, _ = run_of(f"wei_ma, {form}, radix 2")
    structure, _ = plan(weights)
    written = [entries for entries in structure.values if any(version >= 0 for _, version in entries)]
    places = entries_of(weights, "written")
    assert {place for entries in written for place, _ in entries} >= places
    assert {version for entries in written for place, version in entries if place in places} == {0}
    assert len(set(structure.values)) == len(structure.values)
    numbers = {head.values for own in structure.heads for head in own}
    assert numbers == set(range(len(structure.values)))


def test_the_rows_of_an_encoder_are_told_by_a_key_entry():
    weights, _, _ = run_of("wei_ma, encoder-decoder, radix 2")
    structure, _ = plan(weights)
    assert structure.keys[structure.encoder] == (weights.layout.spans["encoder"][0], -1)
    assert plan(run_of("wei_ma, decoder-only, radix 2")[0])[0].encoder is None


@pytest.mark.parametrize("name", ["translate", "wei_ma, encoder-decoder, radix 2", "wei_ma, encoder-decoder, radix 3"])
def test_under_another_mask_scores_begin_anew(name: str):
    """Which also the same query and key do not change."""
    weights, _, _ = run_of(name)
    structure, _ = plan(weights)
    heads = [head for own in structure.heads for head in own]
    (turn,) = [index for index in range(1, len(heads)) if heads[index].mask != heads[index - 1].mask]
    assert heads[turn].mask == "across"
    assert heads[turn].ratio == 0
    assert heads[0].ratio == 0


def test_attention_heads_that_ask_the_same_share_all_scores():
    structure, arrays = plan(run_of("translate")[0])
    read, read_same = structure.heads[1]
    assert (read_same.ratio, read_same.changed) == (1, ())
    assert arrays[1][1].asks.shape[0] == 0
    assert read.changed
    assert read.values != read_same.values


def test_a_key_that_was_rewritten_begins_scores_anew():
    weights, sequence, _ = run_of("key rewritten")
    structure, arrays = plan(weights)
    one, other = (own[0] for own in structure.heads)
    assert (one.ratio, other.ratio) == (0, 0)
    assert changed(structure, 1) == changed(structure, 0) == entries_of(weights, "key", "here", "bos")
    versions = {version for place, version in structure.keys if place in entries_of(weights, "key")}
    assert versions == {-1, 0}
    assert compare_scores(weights, before_blocks(weights, sequence), structure, arrays) is None
    going_on = replace(structure, heads=((one,), (replace(other, ratio=1.0),)))
    assert compare_scores(weights, before_blocks(weights, sequence), going_on, arrays) == "scores of other"


def test_a_query_that_was_rewritten_changes_its_own_part_only():
    structure, _ = plan(run_of("ask rewritten")[0])
    assert structure.heads[1][0].ratio == 1
    assert changed(structure, 1) == entries_of(run_of("ask rewritten")[0], "key")


def test_a_value_that_was_rewritten_changes_no_score():
    weights, _, _ = run_of("mark rewritten")
    structure, _ = plan(weights)
    assert (structure.heads[1][0].ratio, structure.heads[1][0].changed) == (1, ())
    places = entries_of(weights, "mark")
    kept = [{version for place, version in entries if place in places} for entries in structure.values]
    assert kept == [{-1}, {0}]


def test_loops_are_blocks_of_their_own():
    """Each shows anew what the one before has written; the position codes that they ask by stay as they are."""
    weights, _, _ = run_of("relay")
    structure, arrays = plan(weights)
    assert len(structure.heads) == len(arrays) == 3
    assert [own[0].ratio for own in structure.heads] == [0, 1, 1]
    assert [len(own[0].changed) for own in structure.heads] == [6, 0, 0]
    assert [entries[0][1] for entries in structure.values] == [-1, 0, 1]


def test_networks_of_the_same_sizes_share_a_plan():
    """And so a compiled function, which has the plan as a static argument."""
    one, other = (plan(wei_ma(2, steps=steps).weights)[0] for steps in (12, 13))
    assert one == other
    assert hash(one) == hash(other)
    assert plan(wei_ma(2, steps=14).weights)[0] != one


def test_a_network_without_attention_keeps_nothing():
    structure, arrays = plan(run_of("counter")[0])
    assert structure == Plan((), (), ((), ()), None)
    assert arrays == ((), ())


# Refusals ---------------------------------------------------------------------------------------------------------------


def test_what_does_not_grow_row_by_row_is_refused():
    sees_later = lower(parse_program(COPY.replace("mask causal", "mask none")))
    labels = EXAMPLES["copy"].program.labels
    without = replace(lower(EXAMPLES["copy"].program), labels=msgspec.structs.replace(labels, feedback=()))
    for weights, found in (
        (sees_later, "2 registers fed back, masks none"),
        (without, "0 registers fed back, masks causal"),
        (lower(parse_program(AUTOMATON)), "0 registers fed back, masks none"),
    ):
        with pytest.raises(ProgramError, match="A sequence grows row by row") as caught:
            plan(weights)
        assert caught.value.found == found
