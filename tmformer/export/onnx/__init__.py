"""ONNX: the network as graphs of operators, for onnxruntime and whatever else reads them.

Takes      a Network.
Gives      two models: one pass through the blocks with all that it computes, and a run to its end.
May touch  the rest of export, and what that may touch.
Never      machine, constructions. onnx is imported when a model is made.
"""

from tmformer.export.onnx.models import block_model, run_model, write_onnx

__all__ = ["block_model", "run_model", "write_onnx"]
