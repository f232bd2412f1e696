"""What a prompt tells: the machine, as labels that are no part of the weights."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from tmformer.constructions.interface import check_one_tape, not_ours
from tmformer.constructions.universal.sizes import Sizes
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, format_machine, parse_document
from tmformer.program import Labels

TOLD: Mapping[str, type] = {
    **dict.fromkeys(("machine", "program", "start", "blank"), str),
    **dict.fromkeys(("origin", "head"), int),
}
"""The parameters that say which machine is run, and where its prompt begins."""


_FORMAT = "turingmachine.io"  # which expresses every machine


def tell(labels: Labels, machine: Machine, *, origin: int, head: int) -> Labels:
    """Labels with which this machine's configurations are encoded and decoded; the weights are the same.

    Args:
        labels: of a network of this construction.
        machine: a machine of its size, or smaller.
        origin: the first cell that the prompt holds.
        head: the tape head's cell at the start.

    Raises:
        ConstructionError: if the machine has more states or symbols than the network, or other tapes.
        MachineError: if one of its names is too long for a line of text.
    """
    sizes = sizes_of(labels)
    check_one_tape("universal", machine, one_way=True)
    found = f"{len(machine.states)} states, {len(machine.symbols)} symbols, {_tape(machine.one_way)}"
    fits = len(machine.states) <= sizes.states and len(machine.symbols) <= sizes.symbols
    if not fits or machine.one_way != sizes.one_way or (machine.one_way and origin != 0):
        raise ConstructionError(
            "A network runs the machines of its size, or smaller ones",
            found=found,
            where=f"a network for {sizes.states} states, {sizes.symbols} symbols, {_tape(sizes.one_way)}",
            remedy="Compile one for such a tape, from a machine that has it (--one-way)."
            if fits
            else "Compile one for more states or symbols: options `states` and `symbols` (--states, --symbols).",
        )
    told: dict[str, str | int] = {
        "machine": machine.name,
        "program": format_machine(machine, _FORMAT),
        "start": machine.start,
        "blank": machine.blank,
        "origin": origin,
        "head": head,
    }
    return msgspec.structs.replace(labels, parameters=labels.parameters | told)


def _tape(one_way: bool) -> str:
    return "a one-way tape" if one_way else "a two-way tape"


def machine_of(labels: Labels) -> Machine:
    """The machine that these labels tell of.

    Raises:
        ConstructionError: if they tell of none.
    """
    if "program" not in labels.parameters:
        raise ConstructionError(
            "A universal network runs the machine that its prompt tells of",
            found="no machine",
            where="universal",
            remedy="Give a machine to run beside the weights (`machine=`; --weights FILE with the machine as MACHINE).",
        )
    return _parsed(str(labels.parameters["program"]))


@lru_cache(64)
def _parsed(text: str) -> Machine:
    return parse_document(text, "the machine told of", format_name=_FORMAT).machine


def check_told(labels: Labels) -> None:
    """Refuse labels that tell of a machine in other words than `tell` does; those that tell of none are right.

    Raises:
        ConstructionError: naming what is wrong, or if the network is not for the machine.
        MachineError: if what stands for the machine describes none.
    """
    told = {name: value for name, value in labels.parameters.items() if name in TOLD}
    if not told:
        return
    if told.keys() != TOLD.keys() or not all(isinstance(value, TOLD[name]) for name, value in told.items()):
        raise not_ours(labels, f"a machine told of by {', '.join(told)}", "parameters")
    origin, head = int(told["origin"]), int(told["head"])
    again = tell(labels, machine_of(labels), origin=origin, head=head)
    if again.parameters != labels.parameters:
        raise not_ours(labels, "a machine told of in other words", "parameters")


def symbols_of(machine: Machine) -> tuple[str, ...]:
    """The tape symbols by their codes: the blank is 0."""
    return (machine.blank, *(symbol for symbol in machine.symbols if symbol != machine.blank))


def sizes_of(labels: Labels) -> Sizes:
    """The sizes that these labels were compiled for."""
    names = ("states", "symbols", "records", "steps", "radix")
    states, symbols, records, steps, radix = (int(labels.parameters[name]) for name in names)
    return Sizes(states, symbols, records, steps, radix, bool(labels.parameters["one_way"]))
