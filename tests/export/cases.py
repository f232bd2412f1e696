"""Machines whose networks are exported, their runs by our own engines, and runs of the exports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from tmformer.constructions import construction_of
from tmformer.decode import Cached, Dense, Engine, Exact, ExactRows, State, feedback_of, readout
from tmformer.decode.halting import outcomes
from tmformer.decode.state import UNASKED
from tmformer.export import Network, network, network_of
from tmformer.machine import load
from tmformer.model import load as load_model
from tmformer.model import shape_of
from tmformer.pipeline import certify, compile, start_of
from tmformer.program import Labels, Stream, generate
from tmformer.weights import Weights

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession


@dataclass(frozen=True)
class Case:
    """A machine on an input, compiled for so many machine steps."""

    machine: str
    input: str
    steps: int
    construction: str = "cellular"
    options: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        said = [
            self.machine,
            self.input,
            self.construction,
            *(f"{name} {value}" for name, value in self.options.items()),
        ]
        return ", ".join(filter(None, said))

    def __hash__(self) -> int:
        return hash(str(self))

    @cached_property
    def weights(self) -> Weights:
        options = dict(self.options)
        if self.construction == "switchable":
            options["other"] = load(str(options["other"]))
        return compile(
            load(self.machine),
            self.construction,
            steps=self.steps,
            input_length=len(self.input),
            **options,
        )

    @cached_property
    def labels(self) -> Labels:
        """The labels that encode and decode."""
        told = load(self.machine) if self.construction == "universal" else None
        return start_of(self.weights, told, self.input, None)[0]

    @cached_property
    def prompt(self) -> Stream:
        told = load(self.machine) if self.construction == "universal" else None
        return construction_of(self.weights.labels).encode_configuration(
            *start_of(self.weights, told, self.input, None)
        )

    @cached_property
    def network(self) -> Network:
        return network_of(self.weights, certify(self.weights), self.prompt)

    @cached_property
    def exact(self) -> Engine:
        """Our own engine in rationals, which starts at once."""
        return (ExactRows if self.weights.labels.feedback else Exact)(self.weights, softmax="hard")

    @cached_property
    def dense(self) -> Engine:
        """Our own engine in floats."""
        return (Cached if self.network.grows else Dense)(self.weights, certificate=self.network.certificate)

    def reached(self, steps: int, engine: Engine | None = None) -> State:
        """Where our own run is after so many steps, in rationals if no engine is given."""
        engine = engine or self.exact
        return engine.advance(engine.start(self.prompt), steps)

    def decode(self, after: np.ndarray) -> object:
        """The configuration that a residual stream represents."""
        return construction_of(self.labels).decode_configuration(self.labels, self.weights.layout.decode(after))


LOOPED = (
    Case("bb2", "", 6),
    Case("bb3", "", 21),
    Case("bb2x3", "", 10),
    Case("increment", "1011", 8),
    Case("palindrome", "aba", 12),
    Case("balanced_parentheses", "(())", 20),
    Case("balanced_parentheses", "(()", 20),
    Case("divisible_by_3", "110", 5),
    Case("flip_bits", "0110", 9),
    Case("undefined_transition", "110", 4),
    Case("bb3", "", 21, options={"macro": 3}),
)
"""Blocks are applied to the whole sequence again and again."""
GROWING = (
    Case("bb2", "", 6, "wei_ma"),
    Case("bb3", "", 21, "wei_ma"),
    Case("bb4", "", 107, "wei_ma"),
    Case("balanced_parentheses", "(())", 20, "wei_ma", {"radix": 3}),
    Case("balanced_parentheses", "(()", 20, "wei_ma"),
    Case("bb3", "", 21, "wei_ma", {"form": "encoder-decoder"}),
    Case("bb2", "", 6, "universal"),
    Case("bb2", "", 6, "switchable", {"other": "bb3"}),
)
"""The sequence grows by a row in each decoding step."""
MORE_GROWING = (
    Case("increment", "1011", 8, "wei_ma"),
    Case("palindrome", "aba", 12, "wei_ma"),
    Case("divisible_by_3", "110", 5, "wei_ma", {"form": "encoder-decoder"}),
    Case("flip_bits", "0110", 9, "wei_ma", {"radix": 8}),
    Case("never_halts", "", 4, "wei_ma"),
)
"""For the long tests."""


@cache
def session_of(model: bytes) -> "InferenceSession":
    import onnxruntime

    return onnxruntime.InferenceSession(model)


def run_onnx(model: "ModelProto", **inputs: np.ndarray | int) -> dict[str, np.ndarray]:
    """The outputs of a model by name, as onnxruntime computes them."""
    session = session_of(model.SerializeToString())
    given = {name: np.asarray(value) for name, value in inputs.items()}
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def uncertified(weights: Weights, prompt: Stream) -> Network:
    """A network of a program written by hand, of which no certificate speaks."""
    model = load_model(weights, UNASKED)
    shape = shape_of(weights)
    table = readout(weights, d_model=shape.d_model, values=shape.d_readout, dtype="float32")
    if table.counts is None:
        table = table._replace(counts=np.ones(table.codes.shape, np.int32))
    return Network(
        weights=weights,
        certificate=Case("bb2", "", 6).network.certificate,
        arrays=network._arrays(model.loop),
        masks=tuple(block.attention.masks for block in model.loop.blocks),
        encoder=model.loop.blocks[0].attention.encoder,
        beta=model.loop.blocks[0].attention.beta,
        readout=network._fields(table),
        outcomes=outcomes(weights),
        unembedding=np.zeros((0, weights.layout.d_model), np.float32),
        feedback=network._flat(feedback_of(weights, "float32")) if weights.labels.feedback else {},
        prompt=weights.layout.encode(generate(weights.labels, prompt)).astype("float32"),
        loops=weights.labels.loops,
        max_positions=weights.labels.max_positions,
        names=network.names_of(weights, Case("bb2", "", 6).network.certificate, outcomes(weights)),
    )


def same_numbers(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether an exact array is, as float32, the other."""
    return theirs.dtype == np.float32 and np.array_equal(ours.astype(np.float64).astype(np.float32), theirs)


def same_bits(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether two arrays are equal bit for bit."""
    return (ours.shape, ours.dtype, ours.tobytes()) == (theirs.shape, theirs.dtype, theirs.tobytes())
