"""What is said of a file: which construction in Coq its weights are, with which sizes, and the theorems about it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from tmformer.errors import ProofError
from tmformer.precision import FORMATS, Format
from tmformer.program import Code, Labels
from tmformer.prove.transitions import names


@final
@dataclass(frozen=True)
class Theorem:
    """A theorem about a file.

    Args:
        name: what it is called in the Coq file.
        used: the theorem about the construction that it follows from, in proofs/Theorems.v.
        text: what it says, in Coq.
        proof: how it follows.
        words: what it says, in words.
    """

    name: str
    used: str
    text: str
    proof: str
    words: str


@final
@dataclass(frozen=True)
class Statement:
    """What is said of a file.

    Args:
        construction: its name.
        sizes: the sizes by name, as Coq has them: a natural number, or an integer for a cell.
        registers: the construction's registers, in Coq.
        weights: its weights, in Coq.
        theorems: what is proved of the file, with hard attention first.
    """

    construction: str
    sizes: Mapping[str, int]
    registers: str
    weights: str
    theorems: tuple[Theorem, ...]

    @property
    def words(self) -> str:
        """The first theorem in words."""
        return self.theorems[0].words


_FORMATS = {"binary32": FORMATS["float32"], "bfloat16": FORMATS["bfloat16"], "binary16": FORMATS["float16"]}
"""The formats that theorems speak of, by the names that they have there."""

_SIZED = "[check_sizes | exact file_is_the_construction"


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
    digits, c = _digits(labels, "own_cell"), labels.sharpness
    sizes = {"digits": digits, "width": labels.max_positions - 1, "origin": int(labels.parameters["origin"])}
    simulates = "cellular_simulates {} {} file the_machine digits width origin"
    words = (
        f"T applications of the block hold the configuration after T machine steps, for every start and every T, while the tape "
        f"head is on the {_cells(sizes['width'])} from {sizes['origin']} on"
    )
    is_sharp = 3 * ((4**c + 1) ** digits * 2**c + 4 ** (c * digits)) <= 4 * 4 ** (c * digits) * 2**c
    fitting = [name for name in _FORMATS if digits <= _MOST_DIGITS]
    return Statement(
        construction="cellular",
        sizes=sizes,
        registers="Cellular.registers the_machine digits",
        weights="Cellular.weights the_machine digits",
        theorems=_theorems("cellular", simulates, words, c if is_sharp else None, fitting),
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
    simulates = "wei_ma_simulates {} {} file the_machine K D B bits blank origin R T"
    words = (
        f"t decoding steps give the configuration after t machine steps, for every t up to {sizes['T']:,} and every start whose "
        f"tape head is on, and whose tape is blank but for, the {_cells(sizes['R'])} from {sizes['origin']} on"
    )
    is_sharp = 8 * sizes["bits"] * (sizes["R"] + sizes["T"] + 1) <= 2**labels.sharpness
    fitting = [name for name, format_ in _FORMATS.items() if _holds_context(format_, sizes)]
    return Statement(
        construction="wei_ma",
        sizes=sizes,
        registers="WeiMa.registers the_machine K D bits",
        weights="WeiMa.weights the_machine K D B bits blank",
        theorems=_theorems("wei_ma", simulates, words, labels.sharpness if is_sharp else None, fitting),
    )


def _theorems(
    construction: str, simulates: str, words: str, sharpness: int | None, formats: Sequence[str]
) -> tuple[Theorem, ...]:
    """With hard attention, with softmax where that is sharp enough, and in the formats that hold the network."""
    hard = Theorem(
        "file_is_proved",
        f"{construction}_hard",
        simulates.format("real", "hard"),
        f"apply {construction}_hard; {_SIZED}].",
        f"with hard attention over the real numbers, {words}",
    )
    softmax = () if sharpness is None else (_softmax(f"{construction}_softmax", simulates, sharpness),)
    return (hard, *softmax, *(_in_format(construction, simulates, name) for name in formats))


def _softmax(used: str, simulates: str, c: int) -> Theorem:
    return Theorem(
        "file_in_softmax",
        used,
        simulates.format("real", f"(softmax (INR {c} * ln 2)%R)"),
        f"apply {used}; {_SIZED} | vm_compute; reflexivity].",
        f"the same with softmax to the base 2^{c}",
    )


_MOST_DIGITS = 60  # of the theorems about cellular in a format


def _in_format(construction: str, simulates: str, name: str) -> Theorem:
    """The theorem about floats: in any order of summation, whatever an overflow gives, from two facts about exp."""
    format_ = _FORMATS[name]
    beta = f"(bpow radix2 {format_.beta.bit_length() - 1})"  # it is a power of two
    least, most = format_.min_exponent - format_.precision + 1, format_.max_exponent + 1
    sizes = f"{format_.precision} ({least}) {most} overflow"
    text = simulates.format(f"(float {sizes} order)", f"(float_softmax {sizes} device_exp {beta})")
    rest = (
        "apply Nat.leb_le; vm_compute; reflexivity | lia"
        if construction == "cellular"
        else "lia | vm_compute; reflexivity"
    )
    return Theorem(
        f"file_in_{name}",
        f"{construction}_{name}",
        f"forall overflow order device_exp, is_order order -> exp_facts device_exp {beta} ->\n  {text}",
        f"intros. apply {construction}_{name}; try assumption; {_SIZED} | {rest}].",
        f"the same in {name}, sums in it too, saturated, where the device's exp(0) is 1 and its exp(x) is 0 for x <= -{format_.beta}",
    )


def _holds_context(format_: Format, sizes: Mapping[str, int]) -> bool:
    """As `wei_ma_fits_format` of proofs/Theorems.v."""
    k, d, bits = sizes["K"], sizes["D"], sizes["bits"]
    whole = 2 ** (format_.precision - 1)
    scores = 2**bits * (3 * (k + d * bits) + 2)
    rows = sizes["R"] + 2 + sizes["T"]
    return max(rows, 8 * (k + bits + 8), scores) <= whole and 2 * scores * format_.beta < 2 ** (
        format_.max_exponent + 1
    )


_STATEMENTS: Mapping[str, Callable[[Labels], Statement]] = {"cellular": _cellular, "wei_ma": _wei_ma}


def _cells(count: int) -> str:
    return f"{count:,} cell{'s' * (count != 1)}"


def _digits(labels: Labels, register: str) -> int:
    type_ = labels.register(register).type
    return type_.digits if isinstance(type_, Code) else 0


def _count(labels: Labels, name: str) -> int:
    """How many registers have this name with a number behind it."""
    return sum(re.fullmatch(rf"{name}\d+", register.name) is not None for register in labels.registers)
