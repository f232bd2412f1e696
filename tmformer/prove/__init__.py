"""Proofs about weights files: theorems of `proofs/` brought to the very matrices in a file, for Coq to judge.

Takes      a weights file.
Gives      a Coq file with its matrices and a theorem about them, and what Coq says of it: a Verdict.
May touch  constructions, precision, weights, machine, program, errors.
Never      jax, cli. Of the machine nothing here is trusted: what is read wrongly, Coq refuses. That the matrices written are those of the
           file is.
"""

from tmformer.prove.building import built_library
from tmformer.prove.coq import INSTALL, Coq, coq_name, find_coq
from tmformer.prove.proving import Verdict, Writing, prove, write_file
from tmformer.prove.shipped import library_folder, library_modules
from tmformer.prove.statements import Statement, statement_of
from tmformer.prove.transitions import Rules, read_rules
from tmformer.prove.writing import as_coq, machine_as_coq, weights_as_coq

__all__ = [
    "INSTALL",
    "Coq",
    "Rules",
    "Statement",
    "Verdict",
    "Writing",
    "as_coq",
    "built_library",
    "coq_name",
    "find_coq",
    "library_folder",
    "library_modules",
    "machine_as_coq",
    "prove",
    "read_rules",
    "statement_of",
    "weights_as_coq",
    "write_file",
]
