"""A graph of ONNX, built operator by operator: every one of them has a name, which is also that of what it computes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, final

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto

Attribute: TypeAlias = "int | Sequence[int] | GraphProto"
"""What an operator is told beside its inputs: a number, several, or the body of a loop."""

OPSET = 18
"""The operator set of every model.

The first in which all reductions take their axes in one way, and what PyTorch writes unless told otherwise. onnxruntime has
run it since 1.14, and what its operators compute has not changed in any later set.
"""
IR_VERSION = 8
"""The version of the file format that came with it."""


@final
class Graph:
    """Operators and constants in the order in which they are computed.

    The body of a loop is a graph of its own, whose constants stand in the graph around it: each is stored once.

    Args:
        outer: the graph around it, if this is the body of a loop.
    """

    def __init__(self, outer: "Graph | None" = None) -> None:
        self._outer = outer
        self._operators: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def constant(self, name: str, array: np.ndarray) -> str:
        """A constant of this name; floats are stored as float32, other numbers as int64, truth values as they are."""
        if self._outer is not None:
            return self._outer.constant(name, array)
        from onnx import numpy_helper

        kind = {"f": np.float32, "b": np.bool_}.get(array.dtype.kind, np.int64)
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.asarray(array, kind), name)
        return name

    def number(self, value: int) -> str:
        """A whole number as a constant."""
        return self.constant(f"constants.{value}", np.array(value))

    def numbers(self, *values: int) -> str:
        """A list of whole numbers as a constant, such as a shape or axes."""
        return self.constant(f"constants.{list(values)}", np.array(values, np.int64))

    def apply(self, operator: str, *inputs: str, name: str, doc: str = "", **attributes: Attribute) -> str:
        """An operator of ONNX with one output.

        Args:
            operator: what ONNX calls it.
            inputs: the names of what it reads; "" for an optional input that is left out.
            name: of the operator, and of its output.
            doc: what it is for.
            attributes: those of the operator.

        Returns:
            The name of what it computes.
        """
        return self.apply_all(operator, *inputs, name=name, outputs=[name], doc=doc, **attributes)[0]

    def apply_all(
        self, operator: str, *inputs: str, name: str, outputs: Sequence[str], doc: str = "", **attributes: Attribute
    ) -> list[str]:
        """An operator with several outputs; otherwise as `apply`."""
        from onnx import helper

        made = helper.make_node(operator, inputs, outputs, name=name, doc_string=doc)
        made.attribute.extend(helper.make_attribute(key, value) for key, value in sorted(attributes.items()))
        self._operators.append(made)
        return list(outputs)

    def built(self, name: str, inputs: "Sequence[ValueInfoProto]", outputs: "Sequence[ValueInfoProto]") -> "GraphProto":
        """The graph.

        Args:
            name: its name.
            inputs: what it is given.
            outputs: those of its values that it gives.
        """
        from onnx import helper

        made: GraphProto = helper.make_graph(self._operators, name, inputs, outputs, list(self._constants.values()))
        return made


def floats(name: str, *shape: int | str | None, doc: str = "") -> "ValueInfoProto":
    """An input or output in float32; an axis whose length may change has a name, or is None."""
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape, doc)


def whole(name: str, *, doc: str = "") -> "ValueInfoProto":
    """An input or output that is one whole number, in int64."""
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.INT64, (), doc)


def truth(name: str, *shape: int | str | None) -> "ValueInfoProto":
    """An input or output of truth values."""
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.BOOL, shape)
