"""What is said of a file: which construction in Coq its weights are, with which sizes, and the theorem about it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import final

from tmformer.errors import ProofError
from tmformer.program import Code, Labels
from tmformer.prove.transitions import names


@final
@dataclass(frozen=True)
class Statement:
    """What is said of a file.

    Args:
        construction: its name.
        sizes: the sizes by name, as Coq has them: a natural number, or an integer for a cell.
        registers: the construction's registers, in Coq.
        weights: its weights, in Coq.
        theorem: what is proved of the file, in Coq; empty if only the weights are compared.
        words: the same in words.
    """

    construction: str
    sizes: Mapping[str, int]
    registers: str
    weights: str
    theorem: str
    words: str

    @property
    def theorem_used(self) -> str:
        """The theorem about the construction that this follows from, in proofs/Theorems.v."""
        return f"{self.construction}_hard"

    def without_theorem(self) -> "Statement":
        """What can be said where there is no such theorem: that the weights are those of the construction."""
        words = f"its matrices are those that {self.construction} in Coq makes of its machine, entry by entry"
        return replace(self, theorem="", words=words)


def statement_of(labels: Labels, where: str) -> Statement:
    """The theorem that there is about weights with these labels.

    Args:
        labels: of the weights.
        where: the file, for errors.

    Raises:
        ProofError: naming the theorem that is missing.
    """
    missing = _missing(labels)
    if missing:
        raise ProofError(
            "There are theorems about cellular, and about wei_ma decoder-only with one two-way tape",
            found=missing,
            where=where,
            remedy=f"No theorem {missing.split(':')[0]} stands in proofs/Theorems.v yet; `tmformer certify` certifies these weights.",
        )
    return _STATEMENTS[labels.construction](labels)


def _missing(labels: Labels) -> str:
    """The theorem that would be needed, and for what; empty if it is there."""
    name, parameters = labels.construction, labels.parameters
    if name not in _STATEMENTS:
        return f"{name}_file: weights of {name}"
    if "macro" in parameters:
        return f"{name}_macro_file: macro blocks, of {parameters['macro']} cells"
    if parameters.get("form", "decoder-only") != "decoder-only":
        return f"{name}_encoder_decoder_file: the form {parameters['form']}"
    if parameters.get("tapes", 1) != 1:
        return f"{name}_tapes_file: {parameters['tapes']} tapes"
    if name == "wei_ma" and parameters["one_way"]:
        return f"{name}_one_way_file: a one-way tape"
    return ""


def _cellular(labels: Labels) -> Statement:
    sizes = {
        "digits": _digits(labels, "own_cell"),
        "width": labels.max_positions - 1,
        "origin": int(labels.parameters["origin"]),
    }
    return Statement(
        construction="cellular",
        sizes=sizes,
        registers="Cellular.registers the_machine digits",
        weights="Cellular.weights the_machine digits",
        theorem="cellular_simulates real hard file the_machine digits width origin",
        words=f"with hard attention over the real numbers, T applications of the block hold the configuration after T machine "
        f"steps, for every start and every T, while the tape head is on the {sizes['width']:,} cells from {sizes['origin']} on",
    )


def _wei_ma(labels: Labels) -> Statement:
    parameters = labels.parameters
    sizes = {
        "K": _count(labels, "cell"),
        "D": _count(labels, "time"),
        "B": int(parameters["radix"]),
        "bits": _digits(labels, "time0"),
        "blank": names(labels, "symbol").index(str(parameters["blank"])),
        "origin": int(parameters["origin"]),
        "R": int(parameters["records"]),
        "T": int(parameters["steps"]),
    }
    return Statement(
        construction="wei_ma",
        sizes=sizes,
        registers="WeiMa.registers the_machine K D bits",
        weights="WeiMa.weights the_machine K D B bits blank",
        theorem="wei_ma_simulates real hard file the_machine K D B bits blank origin R T",
        words=f"with hard attention over the real numbers, t decoding steps give the configuration after t machine steps, for "
        f"every t up to {sizes['T']:,} and every start whose tape head is on, and whose tape is blank but for, the {sizes['R']:,} "
        f"cells from {sizes['origin']} on",
    )


_STATEMENTS: Mapping[str, Callable[[Labels], Statement]] = {"cellular": _cellular, "wei_ma": _wei_ma}


def _digits(labels: Labels, register: str) -> int:
    type_ = labels.register(register).type
    return type_.digits if isinstance(type_, Code) else 0


def _count(labels: Labels, name: str) -> int:
    """How many registers have this name with a number behind it."""
    return sum(re.fullmatch(rf"{name}\d+", register.name) is not None for register in labels.registers)
