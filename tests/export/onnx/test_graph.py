"""The graph builder: names, constants stored once, also from within the body of a loop, and versions that are old enough."""

import numpy as np
import onnx
import pytest

from tests.export.cases import run_onnx
from tmformer.export.onnx.graph import IR_VERSION, OPSET, Graph, floats, truth, whole


def model(graph: Graph, takes: list[onnx.ValueInfoProto], gives: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    made = onnx.helper.make_model(
        graph.built("graph", takes, gives), opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(made, full_check=True)
    return made


def test_an_operator_and_its_output_have_one_name_and_say_what_they_are_for():
    graph = Graph()
    assert graph.apply("Add", "x", graph.number(2), name="sum", doc="adds 2") == "sum"
    built = graph.built("graph", [whole("x")], [whole("sum")])
    assert [(each.name, list(each.output), each.doc_string) for each in built.node] == [("sum", ["sum"], "adds 2")]


@pytest.mark.parametrize(
    ("array", "kind"),
    [(np.ones(2), np.float32), (np.ones(2, np.int32), np.int64), (np.ones(2, bool), np.bool_)],
)
def test_constants_are_float32_int64_or_truth_values(array: np.ndarray, kind: type):
    graph = Graph()
    graph.constant("a", array)
    (stored,) = graph.built("graph", [], []).initializer
    found = onnx.numpy_helper.to_array(stored)
    assert found.dtype == kind
    assert (found == array).all()


def test_constants_of_a_loop_stand_around_it_once():
    graph = Graph()
    body = Graph(graph)
    body.apply("Add", "now", body.number(3), name="next")
    body.apply("Less", "next", body.number(10), name="goes_on")
    built = body.built("body", [whole("number"), truth("going_on"), whole("now")], [truth("goes_on"), whole("next")])
    begins = graph.apply("Less", "x", graph.number(3), name="begins")
    (last,) = graph.apply_all("Loop", "", begins, "x", name="loop", outputs=["last"], body=built)
    assert not built.initializer
    made = model(graph, [whole("x")], [whole(last)])
    assert sorted(each.name for each in made.graph.initializer) == ["constants.10", "constants.3"]
    assert [int(run_onnx(made, x=x)["last"]) for x in (0, 2, 3)] == [12, 11, 3]


def test_axes_that_may_change_have_names():
    assert [axis.dim_param for axis in floats("x", "rows", 3).type.tensor_type.shape.dim] == ["rows", ""]


def test_the_operator_set_is_one_that_all_supported_versions_know():
    """That of onnx 1.20, the oldest that is supported, is 25; onnxruntime 1.23 runs up to 23."""
    assert OPSET <= 23 <= onnx.defs.onnx_opset_version()
    assert onnx.IR_VERSION >= IR_VERSION


def test_an_operator_that_onnx_does_not_know_is_refused_by_its_checker():
    graph = Graph()
    graph.apply("Sum2", "x", name="y")
    with pytest.raises(onnx.checker.ValidationError):
        model(graph, [whole("x")], [whole("y")])
