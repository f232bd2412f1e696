"""The numbers of a network as plain arrays, with their names: what every export writes. Axes: see `tmformer.axes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, final

import msgspec
import numpy as np

from tmformer.errors import ExportError
from tmformer.export.unembedding import unembedding_of
from tmformer.precision import Certificate, Uncertified
from tmformer.program import Stream, check_admissible, generate
from tmformer.weights import Weights, is_attention_constant, name_blocks, name_registers

if TYPE_CHECKING:
    from tmformer.model import Loop

FORMAT = "float32"
"""The format of the weights and activations of every export."""

_ATTENTION = ("query", "key", "value", "output")
_MLP = ("w_in", "b_in", "w_out")


@final
@dataclass(frozen=True)
class Network:
    """A network and a prompt, as arrays of float32 and int32, and the names of all that is in them.

    Args:
        weights: the exact weights.
        certificate: why float32 computes what they say.
        arrays: the state dict: ``blocks.0.attention.query`` [heads, key, model], ``.key``, ``.value`` [heads, value, model],
            ``.output`` [heads, model, value], ``blocks.0.mlp.w_in`` [mlp, model], ``.b_in`` [mlp], ``.w_out`` [model, mlp],
            and so on for each block of a loop.
        masks: for each block the mask of each attention head: "none", "causal" or "across".
        encoder: the coordinate that is 1 in the encoder's rows; None where there is no encoder.
        beta: the inverse temperature: logits are beta times the scores.
        readout: the stop table, with the fields of `decode.Readout`; `counts` is 1 everywhere where there is no tally.
        outcomes: what each code of the stop table means; 0 is that the network goes on.
        feedback: how the next row follows from the last one, with `sources` and the fields of `decode.Feedback`'s codes;
            empty where the sequence does not grow.
        unembedding: [tokens or values, model]: what each row of it stands for is in the names.
        prompt: the embedded input, [rows, model].
        loops: how often the blocks are applied at most; where the sequence grows, how often in each decoding step.
        max_positions: rows of the sequence, at most.
        names: the names of registers, coordinates, attention heads, units and outcomes, as JSON data.
    """

    weights: Weights
    certificate: Certificate
    arrays: Mapping[str, np.ndarray]
    masks: tuple[tuple[str, ...], ...]
    encoder: int | None
    beta: float
    readout: Mapping[str, np.ndarray]
    outcomes: tuple[str, ...]
    feedback: Mapping[str, np.ndarray]
    unembedding: np.ndarray
    prompt: np.ndarray
    loops: int
    max_positions: int
    names: Mapping[str, Any]

    @property
    def grows(self) -> bool:
        """Whether each decoding step adds a row."""
        return bool(self.feedback)

    @property
    def num_blocks(self) -> int:
        """Blocks of one loop."""
        return len(self.masks)

    @property
    def is_attention_constant(self) -> bool:
        """Whether who attends to whom never changes in a run."""
        return is_attention_constant(self.weights)

    def tensors(self) -> dict[str, np.ndarray]:
        """All arrays by name: the state dict, ``readout.signals``, ``feedback.sources`` and so on, ``unembedding``, ``prompt``."""
        named = {f"readout.{name}": array for name, array in self.readout.items()}
        named |= {f"feedback.{name}": array for name, array in self.feedback.items()}
        return dict(self.arrays) | named | {"unembedding": self.unembedding, "prompt": self.prompt}


def network_of(weights: Weights, certificate: Certificate | Uncertified, prompt: Stream) -> Network:
    """The arrays of a network, in float32 in the saturated regime, as the Flax model has them.

    Args:
        weights: exact weights.
        certificate: why floats may be trusted: a certificate of these weights in float32.
        prompt: the embedded sequence that a run begins with.

    Raises:
        ExportError: without a certificate for float32 in the saturated regime.
        PrecisionError: if the certificate speaks of other weights.
        ProgramError: if it does not speak of this prompt.
        ModelError: if a dense run would take more memory.

    >>> from tmformer.pipeline import certify, compile, starting_configuration
    >>> from tmformer.constructions import construction_of
    >>> from tmformer.machine import load
    >>> weights = compile(load("bb2"), steps=6)
    >>> prompt = construction_of(weights.labels).encode_configuration(
    ...     weights.labels, starting_configuration(weights.labels, "", None)
    ... )
    >>> network = network_of(weights, certify(weights), prompt)
    >>> network.arrays["blocks.0.attention.query"].shape, network.masks, network.grows
    ((3, 5, 28), (('none', 'none', 'none'),), False)
    """
    from tmformer.decode import feedback_of, outcomes, readout
    from tmformer.model import load, shape_of

    trusted = _checked(certificate)
    check_admissible(weights.labels, prompt)
    model = load(weights, trusted)
    shape = shape_of(weights)
    table = readout(weights, d_model=shape.d_model, values=shape.d_readout, dtype=FORMAT)
    if table.counts is None:
        table = table._replace(counts=np.ones(table.codes.shape, dtype=np.int32))
    said, labels, unembedding = outcomes(weights), weights.labels, unembedding_of(weights)
    masks = tuple(block.attention.masks for block in model.loop.blocks)
    attention = model.loop.blocks[0].attention
    numbers = {"masks": masks, "encoder": attention.encoder, "beta": attention.beta}
    return Network(
        weights=weights,
        certificate=trusted,
        arrays=_arrays(model.loop),
        masks=masks,
        encoder=attention.encoder,
        beta=attention.beta,
        readout=_fields(table),
        outcomes=said,
        feedback=_flat(feedback_of(weights, FORMAT)) if labels.feedback else {},
        unembedding=unembedding.matrix,
        prompt=weights.layout.encode(generate(labels, prompt)).astype(FORMAT),
        loops=labels.loops,
        max_positions=labels.max_positions,
        names=names_of(weights, trusted, said) | numbers | {"unembedding": unembedding.described()},
    )


def names_of(weights: Weights, certificate: Certificate, outcomes: tuple[str, ...]) -> dict[str, Any]:
    """The names of all that is in a network, as JSON data: the ground truth beside an export.

    Args:
        weights: exact weights.
        certificate: why floats may be trusted.
        outcomes: what each code of the stop table means.
    """
    labels, layout = weights.labels, weights.layout
    return {
        "machine": labels.parameters.get("machine", ""),
        "construction": labels.construction,
        "certificate": str(certificate),
        "weights_sha256": certificate.file,
        "loops": labels.loops,
        "max_positions": labels.max_positions,
        "grows": bool(labels.feedback),
        "registers": name_registers(weights),
        "coordinates": list(layout.coordinate_names()),
        "blocks": name_blocks(weights),
        "lookups": [
            {"block": index, "attention_head": number, **msgspec.to_builtins(head.lookup)}
            for index, block in enumerate(weights.blocks)
            for number, head in enumerate(block.heads)
        ],
        "outcomes": list(outcomes),
        "stop": msgspec.to_builtins(labels.stop),
        "feedback": msgspec.to_builtins(labels.feedback),
        "generators": msgspec.to_builtins(labels.generators),
        "parameters": dict(labels.parameters),
    }


def _checked(certificate: Certificate | Uncertified) -> Certificate:
    if isinstance(certificate, Certificate):
        formats = {certificate.weights, certificate.accumulation, certificate.scores}
        if formats == {FORMAT} and certificate.regime == "saturated":
            return certificate
    raise ExportError(
        "A network is written for other tools with a certificate for float32 in the saturated regime",
        found=str(certificate),
        where="export",
        remedy="Pass tmformer.certify(weights); where it refuses, it says what would help.",
    )


def _arrays(loop: "Loop") -> dict[str, np.ndarray]:
    named: dict[str, np.ndarray] = {}
    for index, block in enumerate(loop.blocks):
        for kind, parts in (("attention", _ATTENTION), ("mlp", _MLP)):
            for part in parts:
                named[f"blocks.{index}.{kind}.{part}"] = np.asarray(getattr(getattr(block, kind), part)[...])
    return named


def _fields(values: NamedTuple) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in values._asdict().items()}


def _flat(values: NamedTuple) -> dict[str, np.ndarray]:
    """The sources, and beside them the fields of the position codes."""
    sources, codes = values
    return {"sources": np.asarray(sources), **_fields(codes)}
