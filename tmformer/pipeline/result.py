"""How a run ended."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from tmformer.constructions import construction, read_outcome
from tmformer.machine import Configuration, Outcome
from tmformer.pipeline.engines import How
from tmformer.pipeline.growing import Progress
from tmformer.program import Labels
from tmformer.weights import Weights, to_bytes


@final
@dataclass(frozen=True)
class Result:
    """How a run ended.

    Args:
        machine: the machine's name.
        construction: the construction that compiled it.
        engine: one of ENGINES.
        format: the number format, or "exact".
        outcome: halted, undefined or limit.
        accepted: True or False where the machine says so, else None.
        steps: machine steps.
        configuration: the last configuration.
        layers: blocks applied one after another in all.
        certificate: why its floats may be trusted, in a line; None where nothing was rounded, or nothing may be trusted.
        warning: what is wrong with this result, None if nothing is.
        failure: where a float run of a reference leaves the exact one, as plain data; None if it does not.
        weights_hash: the sha256 of the weights' file, in hexadecimal digits, where they are those of any machine; else None.
        why_dense: why the retrieval engine computed everything, if it did; the answer is the same.
    """

    machine: str
    construction: str
    engine: str
    format: str
    outcome: Outcome
    accepted: bool | None
    steps: int
    configuration: Configuration
    layers: int
    certificate: str | None = None
    warning: str | None = None
    failure: Mapping[str, object] | None = None
    weights_hash: str | None = None
    why_dense: str | None = None

    def to_json(self) -> dict[str, object]:
        """The result as plain data; `head` is the tape head's cell, `tape` goes from the first to the last non-blank.

        Both speak of the first tape; `further_tapes` lists those after it. `hash` is `Configuration.hash`, which says how
        to compute it from the state and all tapes. `warning`, `failure`, `further_tapes`, `why_dense` and `weights` (their
        hash) are there only if there is one.
        """
        further = [{"tape": list(tape.symbols), "head": tape.head} for tape in self.configuration.tapes[1:]]
        special = {"further_tapes": further or None, "warning": self.warning, "failure": self.failure}
        special |= {"weights": self.weights_hash, "why_dense": self.why_dense}
        return {
            "machine": self.machine,
            "construction": self.construction,
            "engine": self.engine,
            "format": self.format,
            "outcome": str(self.outcome),
            "accepted": self.accepted,
            "steps": self.steps,
            "state": self.configuration.state,
            "tape": list(self.configuration.tape),
            "head": self.configuration.head,
            "hash": self.configuration.hash,
            "layers": self.layers,
            "certificate": self.certificate,
            **{name: said for name, said in special.items() if said is not None},
        }


def finish(labels: Labels, how: How, reached: Progress, weights_hash: str | None = None) -> Result:
    """The result of a run that has ended.

    Args:
        labels: those that decoded it.
        how: in which arithmetic it ran.
        reached: where it ended.
        weights_hash: of weights that know no machine, as `hash_of` has it.
    """
    outcome, accepted = read_outcome(reached.outcome)
    return Result(
        machine=str(labels.parameters["machine"]),
        construction=labels.construction,
        engine=how.engine,
        format=how.format,
        outcome=outcome,
        accepted=accepted,
        steps=reached.steps,
        configuration=reached.configuration,
        layers=reached.layers,
        certificate=None if reached.certificate is None else str(reached.certificate),
        weights_hash=weights_hash,
        why_dense=reached.why_dense,
    )


def hash_of(weights: Weights) -> str | None:
    """The sha256 of the weights' file, in hexadecimal digits, if they are those of any machine; else None."""
    knows_none = construction(weights.labels.construction).tell is not None
    return hashlib.sha256(to_bytes(weights)).hexdigest() if knows_none else None
