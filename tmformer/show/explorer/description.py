"""A recording as plain data: the machine, the run, and the network with all its names; all but what the blocks changed."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tmformer.errors import ShowError
from tmformer.machine import Configuration, Machine
from tmformer.show.diagram import as_svg, lay_out
from tmformer.weights import (
    AttentionHead,
    BlockNames,
    BlockWeights,
    HeadNames,
    Sparse,
    Weights,
    name_blocks,
    name_registers,
)

if TYPE_CHECKING:
    from tmformer.verify import Recording


def describe(recording: "Recording") -> dict[str, object]:
    """What a page needs to know of a recording besides its windows, as plain data.

    Args:
        recording: of a run.
    """
    labels = recording.labels
    return {
        "machine": None if recording.machine is None else describe_machine(recording.machine),
        "run": _run(recording),
        "network": describe_network(recording.weights)
        | {
            "construction": labels.construction,
            "format": recording.format,
            "regime": recording.regime,
            "beta": float(recording.beta),
            "certificate": str(recording.certificate),
            "visited": recording.visited,
            "grows": bool(labels.feedback),
            "prompt_rows": recording.prompt_rows,
            "rows": list(recording.rows),
            "cells": list(recording.cells),
        },
    }


def describe_machine(machine: Machine) -> dict[str, object]:
    """States, symbols, transitions, and the state diagram if it can be drawn."""
    states, symbols = list(machine.states), list(machine.symbols)
    try:
        diagram, undrawn = as_svg(lay_out(machine)), None
    except ShowError as error:
        diagram, undrawn = None, f"{error.rule}; found: {error.found}"
    kinds = ("halting", "accepting", "rejecting")
    return {
        "name": machine.name,
        "states": states,
        "symbols": symbols,
        "blank": machine.blank,
        "start": machine.start,
        **{kind: [state for state in states if state in getattr(machine, kind)] for kind in kinds},
        "one_way": machine.one_way,
        "tapes": machine.tapes,
        "transitions": [
            [each.state, list(each.reads), list(each.writes), [move.name[0] for move in each.moves], each.next_state]
            for each in machine.transitions
        ],
        "diagram": diagram,
        "undrawn": undrawn,
    }


def _run(recording: "Recording") -> dict[str, object]:
    """The configurations: the first in full, then of each the state, the tape heads, and what was written where they were."""
    configurations = recording.configurations
    first = configurations[0]
    return {
        "machine": str(recording.labels.parameters.get("machine", "")),
        "outcome": str(recording.outcome),
        "accepted": recording.accepted,
        "steps": recording.steps,
        "blank": first.blank,
        "tapes": [{"first": tape.first, "symbols": list(tape.symbols)} for tape in first.tapes],
        "states": [now.state for now in configurations],
        "heads": [[now.tapes[index].head for now in configurations] for index in range(len(first.tapes))],
        "written": [_written(configurations, index) for index in range(len(first.tapes))],
    }


def _written(configurations: Sequence[Configuration], tape: int) -> list[str]:
    """For each machine step the symbol that stands afterwards where the tape head was."""
    pairs = pairwise(configurations)
    return [after.tapes[tape].read(before.tapes[tape].head) for before, after in pairs]


def describe_network(weights: Weights) -> dict[str, object]:
    """Registers, attention heads, matrices and units, with their names."""
    labels, layout = weights.labels, weights.layout
    return {
        "sharpness": labels.sharpness,
        "loops": labels.loops,
        "d_model": layout.d_model,
        "encoder": None if labels.encoder is None else layout.spans[labels.encoder][0],
        "coordinates": list(layout.coordinate_names()),
        "registers": name_registers(weights),
        "blocks": [_block(*pair) for pair in zip(weights.blocks, name_blocks(weights), strict=True)],
    }


def _block(block: BlockWeights, names: BlockNames) -> dict[str, object]:
    mlp = {part: _matrix(getattr(block.mlp, part)) for part in ("w_in", "b_in", "w_out")}
    heads = [_head(*pair) for pair in zip(block.heads, names["heads"], strict=True)]
    return {"heads": heads, "mlp": mlp, "units": names["units"]}


def _head(head: AttentionHead, names: HeadNames) -> dict[str, object]:
    lookup = head.lookup
    return {
        **names,
        "mask": lookup.mask,
        "where": lookup.where,
        "null": lookup.null,
        "value": lookup.value,
        "into": lookup.into,
        "searches": lookup.prefer is not None,
        "matrices": {part: _matrix(getattr(head, part)) for part in ("query", "key", "value", "output")},
    }


def _matrix(matrix: Sparse) -> dict[str, object]:
    """The shape, and [row, column, value] of each entry that is not zero."""
    entries = [[row, column, _number(value)] for (row, column), value in matrix.items().items()]
    return {"shape": list(matrix.shape), "entries": entries}


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(np.float64(value.numerator) / value.denominator)
