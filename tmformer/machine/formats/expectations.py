"""The `expect:` list of a machine file: inputs with the results that are expected.

    expect:
      - {input: 1011, outcome: halted, steps: 9, state: done, tape: 1100, head: 0, accepted: true}

`input` and `outcome` are always said, and `steps` where the outcome is `limit`. What is not said is not compared.
`start head` is the tape head's cell at the start (0). Of several tapes `input`, `tape`, `head` and `start head` speak of the
first; `further inputs` and `further tapes` are lists, with an entry for each of the others.
"""

import re

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Case
from tmformer.machine.formats.located import Located, Text, described, fields_of, items_of, shown, text_of
from tmformer.machine.semantics import Outcome
from tmformer.machine.spec import Machine

_KEYS = (
    "input",
    "outcome",
    "steps",
    "state",
    "tape",
    "head",
    "accepted",
    "start head",
    "further inputs",
    "further tapes",
)
_INTEGER = re.compile(r"-?[0-9]{1,12}")


def symbols_of(value: Located, what: str) -> tuple[Text, ...]:
    """The symbols of an input or a tape: one a character of a text, or one an item of a list.

    Raises:
        MachineError: if it is neither, or an item is not a text.
    """
    if isinstance(value, Text):
        return tuple(Text(character, value.place) for character in value.value)
    return tuple(text_of(item, f"a symbol of {what}") for item in items_of(value, what))


def words_of(value: Located, what: str) -> tuple[tuple[Text, ...], ...]:
    """A list of inputs or tapes, each as `symbols_of` reads it.

    Raises:
        MachineError: if it is no list, or one of them is not well formed.
    """
    return tuple(symbols_of(item, f"an entry of {what}") for item in items_of(value, what))


def parse_expectations(value: Located, machine: Machine) -> tuple[Case, ...]:
    """The cases of an `expect:` list.

    Raises:
        MachineError: if a case is not well formed, or names a symbol or a state that the machine does not have.
    """
    if isinstance(value, Text) and value.is_missing:
        return ()
    return tuple(_parse_case(item, machine) for item in items_of(value, "the list of expectations"))


def _parse_case(value: Located, machine: Machine) -> Case:
    fields = {name: entry for name, (_, entry) in fields_of(value, "an expectation", _KEYS).items()}
    _check_keys(fields, value)
    outcome = Outcome(_one_of(fields["outcome"], "the outcome", tuple(Outcome)))
    _check_keys(fields, value, steps_needed=outcome is Outcome.LIMIT)
    return Case(
        input=_input(fields["input"], machine),
        outcome=outcome,
        steps=whole_number(fields["steps"], "the number of machine steps", 0) if "steps" in fields else None,
        state=_one_of(fields["state"], "the last state", machine.states) if "state" in fields else None,
        tape=_tape(fields["tape"], machine) if "tape" in fields else None,
        head=whole_number(fields["head"], "the cell of the tape head") if "head" in fields else None,
        accepted=truth(fields["accepted"], "`accepted`") if "accepted" in fields else None,
        start_head=whole_number(fields["start head"], "the cell of the tape head") if "start head" in fields else 0,
        further=_others(fields, "further inputs", machine) or (),
        further_tapes=_others(fields, "further tapes", machine),
    )


def _others(fields: dict[str, Located], key: str, machine: Machine) -> tuple[tuple[str, ...], ...] | None:
    """What is said of each tape after the first; None if nothing is."""
    if key not in fields:
        return None
    items = items_of(fields[key], f"`{key}`")
    if len(items) != machine.tapes - 1:
        raise MachineError(
            f"`{key}` has an entry for each tape after the first",
            found=f"{len(items)}",
            where=str(fields[key].place),
            remedy=f"Write {machine.tapes - 1}, or say how many `tapes` there are.",
        )
    return tuple((_tape if "tapes" in key else _input)(item, machine) for item in items)


def _input(value: Located, machine: Machine) -> tuple[str, ...]:
    return _symbols(value, "the input", machine)


def _check_keys(fields: dict[str, Located], value: Located, *, steps_needed: bool = False) -> None:
    for key in ("steps",) if steps_needed else ("input", "outcome"):
        if key not in fields:
            raise MachineError(
                "An expectation says `input` and `outcome`, and `steps` where the outcome is `limit`",
                found=f"no `{key}`",
                where=str(value.place),
                remedy=f"Add `{key}`" + ("; an empty input is ''." if key == "input" else "."),
            )


def _symbols(value: Located, what: str, machine: Machine) -> tuple[str, ...]:
    symbols = symbols_of(value, what)
    for symbol in symbols:
        if symbol.value not in machine.symbols:
            raise MachineError(
                f"Each symbol of {what} is in the machine's alphabet",
                found=shown(symbol.value),
                where=str(symbol.place),
                remedy=f"Use {', '.join(map(shown, machine.symbols[:20]))}, or list it in `symbols:`"
                + did_you_mean(symbol.value, machine.symbols),
            )
    return tuple(symbol.value for symbol in symbols)


def _tape(value: Located, machine: Machine) -> tuple[str, ...]:
    tape = _symbols(value, "the tape", machine)
    if tape and machine.blank in (tape[0], tape[-1]):
        raise MachineError(
            "An expected tape goes from its first to its last non-blank cell",
            found=f"a blank at an end of {shown(''.join(tape))}",
            where=str(value.place),
            remedy="Leave out the blanks at both ends; write '' for a blank tape.",
        )
    return tape


def _one_of(value: Located, what: str, known: tuple[str, ...]) -> str:
    word = text_of(value, what)
    if word.value in known:
        return word.value
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is one that exists",
        found=shown(word.value),
        where=str(word.place),
        remedy=f"Use one of {', '.join(map(str, known[:20]))}{did_you_mean(word.value, known)}",
    )


def whole_number(value: Located, what: str, least: int | None = None) -> int:
    """The number that a text stands for.

    Args:
        value: the text.
        what: what it counts.
        least: the smallest one allowed, if there is one.

    Raises:
        MachineError: if it is no number in decimal digits, or too small.
    """
    number = int(value.value) if isinstance(value, Text) and _INTEGER.fullmatch(value.value) else None
    if number is not None and (least is None or number >= least):
        return number
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is a whole number" + ("" if least is None else f", {least} or more"),
        found=described(value),
        where=str(value.place),
        remedy="Write it in decimal digits, such as 12.",
    )


def truth(value: Located, what: str) -> bool:
    """Whether a text says true.

    Raises:
        MachineError: if it says neither true nor false.
    """
    return _one_of(value, what, ("true", "false")) == "true"
