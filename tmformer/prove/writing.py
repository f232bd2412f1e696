"""A Coq file about a weights file: the machine, the matrices, and the theorem about them."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from tmformer.errors import ProofError
from tmformer.prove.statements import Statement
from tmformer.prove.transitions import Rules, Step
from tmformer.weights import AttentionHead, BlockWeights, Sparse, Weights

_LINE = 120
_CELLS = ("origin",)  # sizes that are integers

_HEAD = """(** {words}

    {written_from} whose bytes have the sha256
    {sha256}.
    The matrices below are those of that file; the machine is read from them; Coq compiles it again and compares. *)
From Coq Require Import ZArith List String Reals Lia.
From Flocq Require Import Core.
From Tmformer Require Import {modules}.
Import ListNotations.
Local Open Scope nat_scope.

Definition sha256_of_the_file : string := "{sha256}".

"""

_TAIL = """
Lemma file_width_is_the_construction : file_width = d_model ({registers}).
Proof. vm_compute. reflexivity. Qed.

Lemma file_is_the_construction : check file ({weights}) = true.
Proof. vm_compute. reflexivity. Qed.
"""

_THEOREM = """
(** {words} *)
Theorem {name} : {text}.
Proof. {proof} Qed.

Print Assumptions {name}.
"""


def as_coq(weights: Weights, rules: Rules, statement: Statement, file: str, sha256: str, modules: Sequence[str]) -> str:
    """The whole Coq file.

    Args:
        weights: what is in the weights file.
        rules: the machine, as it was read from them.
        statement: what is said of them.
        file: the name of the weights file.
        sha256: of its bytes.
        modules: the files of the proofs that it imports.
    """
    shown = _comment(file)
    words = f"The network in {shown}: {statement.words}."
    parts = [
        _HEAD.format(
            words=textwrap.fill(words, _LINE), written_from=written_from(file), sha256=sha256, modules=" ".join(modules)
        ),
        machine_as_coq(rules, "the_machine"),
        "\n",
        *(_size(name, value) for name, value in statement.sizes.items()),
        f"Definition file_width : nat := {weights.layout.d_model}.\n\n",
        weights_as_coq(weights, "file", file),
        _TAIL.format(registers=statement.registers, weights=statement.weights),
    ]
    for each in statement.theorems:
        words = textwrap.fill(each.words, _LINE)
        parts.append(_THEOREM.format(words=words, name=each.name, text=each.text, proof=each.proof))
    return "".join(parts)


def written_from(file: str) -> str:
    """The words of a Coq file that say which weights file it is about."""
    return f"Written by `tmformer prove` from {_comment(file)},"


def machine_as_coq(rules: Rules, name: str) -> str:
    """The definition of a machine, by its table.

    Args:
        rules: the table.
        name: what it is called in Coq.
    """
    rows = ";\n  ".join(f"[{'; '.join(map(_step, row))}]" for row in rules.steps)
    named = {"state": rules.states, "symbol": rules.symbols}
    said = "".join(
        f"(* {kind} {index}: {_comment(each)} *) " for kind, all_ in named.items() for index, each in enumerate(all_)
    )
    head = f"{len(rules.states)} {len(rules.symbols)} {'true' if rules.one_way else 'false'}"
    said = textwrap.fill(said, _LINE)
    return f"{said}\nDefinition {name} : machine := machine_of {head} [\n  {rows}].\n"


def _step(step: Step | None) -> str:
    return "None" if step is None else f"Some ({step.write}, {step.move.name.title()}, {step.next_state})"


def _size(name: str, value: int) -> str:
    if name in _CELLS:
        return f"Definition {name} : Z := ({value})%Z.\n"
    return f"Definition {name} : nat := Z.to_nat {value}.\n"


def weights_as_coq(weights: Weights, name: str, file: str) -> str:
    """The definitions of all blocks, and of their list.

    Args:
        weights: the matrices.
        name: what the list is called in Coq.
        file: the name of the file, for errors.

    Raises:
        ProofError: for a weight that is not whole, a bias that is not a half, or a mask that no theorem speaks of.
    """
    blocks = [_block(block, f"{name}_block_{n}", f"{file}, block {n}") for n, block in enumerate(weights.blocks)]
    listed = "; ".join(f"{name}_block_{number}" for number in range(len(blocks)))
    return "".join(blocks) + "\n".join(textwrap.wrap(f"Definition {name} : list block := [{listed}].", _LINE)) + "\n"


def _block(block: BlockWeights, name: str, where: str) -> str:
    heads, units = (_head(head, f"{where}, {head.lookup.name}") for head in block.heads), _units(block, where)
    return f"Definition {name} : block := ({{|\n  heads := [{_list(heads)}];\n  units := [{_list(units)}]\n|}})%Z.\n\n"


def _list(texts: Iterable[str]) -> str:
    return ";".join(f"\n    {text}" for text in texts)


def _head(head: AttentionHead, where: str) -> str:
    if head.lookup.mask not in {"none", "causal"}:
        raise ProofError(
            "The attention of a proved network sees all rows, or itself and earlier ones",
            found=f"the mask {head.lookup.mask!r}",
            where=where,
            remedy="Compile the decoder-only form.",
        )
    named = {"W_Q": head.query, "W_K": head.key, "W_V": head.value}
    query, key, value = (_rows(matrix, f"{where}, {name}") for name, matrix in named.items())
    _check_whole(head.output, 1, f"{where}, W_O")
    output = _rows(_transposed(head.output), where)
    causal = "true" if head.lookup.mask == "causal" else "false"
    return f"head_of_file\n      {query}\n      {key}\n      {value}\n      {output}\n      {causal}"


def _units(block: BlockWeights, where: str) -> Iterator[str]:
    reads, biases = _by_row(block.mlp.w_in, 1, f"{where}, W_in"), _by_row(block.mlp.b_in, 2, f"{where}, b_in")
    _check_whole(block.mlp.w_out, 1, f"{where}, W_out")
    writes = _by_row(_transposed(block.mlp.w_out), 1, where)
    for read, bias, write in zip(reads, biases, writes, strict=True):
        yield f"unit_of_file {_row(read)} {_number(bias[0][1] if bias else 0)} {_row(write)}"


def _transposed(matrix: Sparse) -> Sparse:
    entries = tuple(sorted((column, row, value) for row, column, value in matrix.entries))
    return Sparse((matrix.shape[1], matrix.shape[0]), entries, matrix.shift)


def _rows(matrix: Sparse, where: str) -> str:
    return f"[{'; '.join(map(_row, _by_row(matrix, 1, where)))}]"


def _check_whole(matrix: Sparse, factor: int, where: str) -> None:
    for row, column, numerator in matrix.entries:
        value = Fraction(factor * numerator, 2**matrix.shift)
        if value.denominator != 1:
            raise ProofError(
                "The weights of a proved network are whole numbers, its biases halves",
                found=str(value / factor),
                where=f"{where}, row {row}, column {column} of a {matrix.shape[0]} x {matrix.shape[1]} matrix",
                remedy="Compile the machine again; these weights are not those of their construction.",
            )


def _by_row(matrix: Sparse, factor: int, where: str) -> list[list[tuple[int, int]]]:
    """For each row its columns and entries, times `factor`, which are whole."""
    _check_whole(matrix, factor, where)
    rows: list[list[tuple[int, int]]] = [[] for _ in range(matrix.shape[0])]
    for row, column, numerator in matrix.entries:
        rows[row].append((column, factor * numerator >> matrix.shift))
    return rows


def _row(entries: Sequence[tuple[int, int]]) -> str:
    return f"[{'; '.join(f'({column}, {value})' for column, value in entries)}]"


def _number(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _comment(text: str) -> str:
    """A name as it may stand in a comment of Coq: nothing in it opens or closes a comment or a string.

    >>> _comment('a*)b"')
    'a?)b?'
    """
    return "".join(each if each.isprintable() and each not in '*"\\' else "?" for each in text)
