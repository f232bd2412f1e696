"""The Coq file about a weights file."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tmformer.errors import ProofError
from tmformer.prove import read_rules, statement_of
from tmformer.prove.writing import as_coq, machine_as_coq, weights_as_coq
from tmformer.weights import Weights, sparse


def written(weights: Weights, name: str = "bb2.safetensors") -> str:
    return as_coq(weights, read_rules(weights, name), statement_of(weights.labels, name), name, "ab" * 32, ["File"])


def test_the_machine_and_the_sizes(weights_of):
    text = written(weights_of(cells=9))
    assert "machine_of 3 2 false [\n  [Some (1, Right, 1); Some (1, Left, 1)];\n" in text
    assert "(* state 0: A *) (* state 1: B *) (* state 2: Z *) (* symbol 0: 0 *) (* symbol 1: 1 *)\n" in text
    assert "Definition width : nat := Z.to_nat 9.\nDefinition origin : Z := (-4)%Z.\n" in text
    assert f'sha256_of_the_file : string := "{"ab" * 32}"' in text
    assert "check file (Cellular.weights the_machine digits) = true" in text


def test_every_entry_stands_there_once(weights_of):
    for options in ({}, {"construction": "wei_ma"}):
        weights = weights_of(**options)
        matrices = [(name, each) for block in weights.blocks for name, each in block.matrices().items()]
        text = weights_as_coq(weights, "file", "bb2")
        assert text.count(", ") == sum(each.nonzero for name, each in matrices if not name.endswith("b_in"))
        assert text.count("head_of_file") == sum(len(block.heads) for block in weights.blocks)
        assert text.count("unit_of_file") == sum(block.mlp.w_in.shape[0] for block in weights.blocks)


def test_rows_and_columns(weights_of):
    """The first attention head of bb2, its output by columns; a bias in halves."""
    text = weights_as_coq(weights_of(cells=9), "file", "bb2")
    assert "[[(4, 1)]; [(5, 1)]; [(6, 1)]]\n      [[(13, 1)]; [(14, 1)]; [(15, 1)]]\n      false;" in text
    assert "unit_of_file [(2, 2); (13, 2)] (-5) [(2, -1); (3, 1); (5, 1)];" in text
    assert "      true]" in weights_as_coq(weights_of(construction="wei_ma"), "file", "bb2")


def test_each_theorem_is_stated_and_its_assumptions_are_printed(weights_of):
    weights = weights_of()
    text = written(weights)
    assert "Theorem file_is_proved : cellular_simulates real hard file the_machine digits width origin.\n" in text
    assert "apply cellular_hard; [check_sizes | exact file_is_the_construction]." in text
    for each in statement_of(weights.labels, "bb2").theorems:
        assert (
            f"Theorem {each.name} : {each.text}.\nProof. {each.proof} Qed.\n\nPrint Assumptions {each.name}.\n" in text
        )


def test_names_cannot_leave_their_comment(weights_of):
    text = written(weights_of(), 'a*) Axiom x : False. (*".safetensors')
    assert "*) Axiom" not in text
    rules = read_rules(weights_of(), "bb2")
    assert "(* state 0: ?)? *)" in machine_as_coq(replace(rules, states=("*)\n", "B", "Z")), "m")


@pytest.mark.parametrize(
    ("part", "value", "found"),
    [
        ("w_in", Fraction(1, 2), "1/2"),
        ("w_out", Fraction(3, 4), "3/4"),
        ("b_in", Fraction(-1, 4), "-1/4"),
    ],
)
def test_what_is_not_whole_is_refused(weights_of, part: str, value: Fraction, found: str):
    weights = weights_of()
    (block,) = weights.blocks
    matrix = getattr(block.mlp, part)
    row, column, _ = matrix.entries[0]
    changed = replace(block.mlp, **{part: sparse(matrix.shape, {**matrix.items(), (row, column): value})})
    where = f"block 0, {'W_' if part != 'b_in' else ''}{part.removeprefix('w_')}, row {row}, column {column} of "
    with pytest.raises(ProofError, match=rf"found:  {found}\n[\s\S]*{where}"):
        weights_as_coq(replace(weights, blocks=(replace(block, mlp=changed),)), "file", "bb2")


def test_halves_are_fine_in_a_bias(weights_of):
    (block,) = weights_of().blocks
    assert any(value.denominator == 2 for value in block.mlp.b_in.items().values())


def test_another_mask_is_refused(weights_of):
    weights = weights_of(construction="wei_ma", form="encoder-decoder")
    with pytest.raises(ProofError, match="'across'"):
        weights_as_coq(weights, "file", "bb2")
