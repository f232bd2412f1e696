"""Attention and the MLP as operators of ONNX: one definition for a whole sequence, and for its newest row alone.

Sums are of float32; the certificate holds them exact in whatever order a runtime takes them. Axes: see `tmformer.axes`.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.export.network import Network
from tmformer.export.onnx.graph import Graph
from tmformer.weights import sentence


@final
@dataclass(frozen=True)
class Shown:
    """What rows show to those that attend to them, in one block: the names of three values.

    Args:
        keys: [heads, rows, key].
        values: [heads, rows, value].
        encoded: which of the rows are the encoder's, [rows]; "" where there is no encoder.
    """

    keys: str
    values: str
    encoded: str


@final
@dataclass(frozen=True)
class Pass:
    """What one block computes: the names of values.

    Args:
        attended: the residual stream after attention.
        after: the residual stream after the MLP.
        weights: attention weights, [heads, queries, rows]; "" where the block has no attention head.
        shown: what all rows show; None where the block has no attention head.
    """

    attended: str
    after: str
    weights: str
    shown: Shown | None


@final
class Blocks:
    """The blocks of a network, as they stand in a graph.

    Args:
        network: whose blocks.
        graph: the outermost graph: parameters are constants of it, turned round there, once.
    """

    def __init__(self, network: Network, graph: Graph) -> None:
        self.network = network
        self._turned: dict[str, str] = {}
        for index in range(network.num_blocks):
            if network.masks[index]:
                for part in ("query", "key", "value", "output"):
                    self._turn(graph, f"blocks.{index}.attention.{part}", (0, 2, 1))
            for part in ("w_in", "w_out"):
                self._turn(graph, f"blocks.{index}.mlp.{part}", (1, 0))

    def apply(self, graph: Graph, index: int, x: str, name: str, before: Shown | None = None) -> Pass:
        """One block.

        Args:
            graph: where its operators go.
            index: which block.
            x: the residual stream, [rows, model]; or the newest row alone, [1, model].
            name: what names of operators begin with, as ``blocks.0``.
            before: what earlier rows show, if x is the newest row alone.
        """
        attended, weights, shown = x, "", None
        if self.network.masks[index]:
            shown = self._shown(graph, index, x, name, before)
            sees = self._sees(graph, index, x, f"{name}.attention", shown.encoded, alone=before is not None)
            mixed, weights = self._attend(graph, index, x, f"{name}.attention", shown, sees)
            attended = graph.apply("Add", x, mixed, name=f"{name}.attended")
        after = self._mlp(graph, index, attended, f"{name}.mlp", f"{name}.after")
        return Pass(attended, after, weights, shown)

    def _shown(self, graph: Graph, index: int, x: str, name: str, before: Shown | None) -> Shown:
        keys = self._product(graph, x, f"blocks.{index}.attention.key", f"{name}.attention.keys")
        values = self._product(graph, x, f"blocks.{index}.attention.value", f"{name}.attention.values")
        encoded = ""
        if self.network.encoder is not None:
            flag = graph.apply(
                "Gather", x, graph.number(self.network.encoder), name=f"{name}.attention.encoder", axis=1
            )
            half = graph.constant("constants.half", np.array(0.5))
            encoded = graph.apply("Greater", flag, half, name=f"{name}.attention.encoded")
        if before is None:
            return Shown(keys, values, encoded)
        return Shown(
            graph.apply("Concat", before.keys, keys, name=f"{keys}.all", axis=1),
            graph.apply("Concat", before.values, values, name=f"{values}.all", axis=1),
            graph.apply("Concat", before.encoded, encoded, name=f"{encoded}.all", axis=0) if encoded else "",
        )

    def _sees(self, graph: Graph, index: int, x: str, name: str, encoded: str, *, alone: bool) -> str:
        """Who sees whom, as truth values that spread to [heads, queries, rows]; "" where all see all."""
        masks = self.network.masks[index]
        made = {
            mask: self._mask(graph, mask, x, f"{name}.{mask}", encoded, alone=alone) for mask in dict.fromkeys(masks)
        }
        if len(made) == 1:
            return made[masks[0]]
        rows = graph.apply("Shape", x, name=f"{name}.asking", end=1)
        others = graph.apply("Shape", encoded, name=f"{name}.asked") if encoded else rows
        shape = graph.apply("Concat", graph.numbers(1), rows, others, name=f"{name}.pairs", axis=0)
        spread = {
            mask: graph.apply(
                "Expand",
                seen or graph.constant("constants.true", np.array(1, bool)),
                shape,
                name=f"{name}.{mask}.spread",
            )
            for mask, seen in made.items()
        }
        return graph.apply("Concat", *(spread[mask] for mask in masks), name=f"{name}.sees", axis=0)

    def _mask(self, graph: Graph, mask: str, x: str, name: str, encoded: str, *, alone: bool) -> str:
        if mask == "none":
            return ""
        if mask == "across":
            return graph.apply("Unsqueeze", encoded, graph.numbers(0), name=name)
        seen = "" if alone else self._earlier(graph, x, name)
        if not encoded:
            return seen
        own = encoded
        if alone:
            own = graph.apply("Slice", encoded, graph.numbers(-1), graph.numbers(2**62), name=f"{name}.own")
        own = graph.apply("Unsqueeze", own, graph.numbers(1), name=f"{name}.own_column")
        side = graph.apply("Equal", own, encoded, name=f"{name}.side")
        return graph.apply("And", seen, side, name=f"{name}.seen") if seen else side

    def _earlier(self, graph: Graph, x: str, name: str) -> str:
        """Which rows are not later than which, [rows, rows]."""
        shape = graph.apply("Shape", x, name=f"{name}.shape", end=1)
        rows = graph.apply("Squeeze", shape, name=f"{name}.rows")
        index = graph.apply("Range", graph.number(0), rows, graph.number(1), name=f"{name}.index")
        column = graph.apply("Unsqueeze", index, graph.numbers(1), name=f"{name}.column")
        return graph.apply("GreaterOrEqual", column, index, name=f"{name}.earlier")

    def _attend(self, graph: Graph, index: int, x: str, name: str, shown: Shown, sees: str) -> tuple[str, str]:
        """What the attention heads add, normalised last, so that m ties of value 1 give exactly 1; and their weights."""
        network, parameters = self.network, f"blocks.{index}.attention"
        queries = self._product(graph, x, f"{parameters}.query", f"{name}.queries")
        turned = graph.apply("Transpose", shown.keys, name=f"{name}.keys.turned", perm=(0, 2, 1))
        scores = graph.apply("MatMul", queries, turned, name=f"{name}.scores")
        beta = graph.constant("attention.beta", np.array(network.beta))
        logits = graph.apply("Mul", scores, beta, name=f"{name}.logits")
        if sees:
            lowest = graph.constant("attention.lowest", np.array(np.finfo(np.float32).min))
            logits = graph.apply("Where", sees, logits, lowest, name=f"{name}.seen_logits")
        most = graph.apply("ReduceMax", logits, graph.numbers(-1), name=f"{name}.most", keepdims=1)
        gaps = graph.apply("Sub", logits, most, name=f"{name}.gaps")
        said = "\n".join(f"{head.lookup.name}: {sentence(head.lookup)}" for head in network.weights.blocks[index].heads)
        powers = graph.apply("Exp", gaps, name=f"{name}.powers", doc=said)
        total = graph.apply("ReduceSum", powers, graph.numbers(-1), name=f"{name}.total", keepdims=1)
        sums = graph.apply("MatMul", powers, shown.values, name=f"{name}.sums")
        found = graph.apply("Div", sums, total, name=f"{name}.found")
        brought = self._product(graph, found, f"{parameters}.output", f"{name}.brought")
        mixed = graph.apply("ReduceSum", brought, graph.numbers(0), name=f"{name}.mixed", keepdims=0)
        return mixed, graph.apply("Div", powers, total, name=f"{name}.weights", doc=said)

    def _mlp(self, graph: Graph, index: int, x: str, name: str, after: str) -> str:
        parameters = f"blocks.{index}.mlp"
        reads = self._product(graph, x, f"{parameters}.w_in", f"{name}.reads")
        bias = graph.constant(f"{parameters}.b_in", self.network.arrays[f"{parameters}.b_in"])
        hidden = graph.apply("Relu", graph.apply("Add", reads, bias, name=f"{name}.biased"), name=f"{name}.hidden")
        written = self._product(graph, hidden, f"{parameters}.w_out", f"{name}.written")
        return graph.apply("Add", x, written, name=after)

    def _turn(self, graph: Graph, name: str, axes: tuple[int, ...]) -> None:
        parameter = graph.constant(name, self.network.arrays[name])
        self._turned[name] = graph.apply("Transpose", parameter, name=f"{name}.turned", perm=axes)

    def _product(self, graph: Graph, x: str, parameter: str, name: str) -> str:
        return graph.apply("MatMul", x, self._turned[parameter], name=name)
