"""What cannot be written for ONNX."""

import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from tests.errors.sites import Case
from tests.export.cases import LOOPED
from tmformer.export.onnx import write_onnx


def without_onnx() -> object:
    with patch.dict(sys.modules, {"onnx": None}):
        return write_onnx(LOOPED[0].network, Path("nowhere"))


def too_large() -> object:
    huge = np.broadcast_to(np.float32(0), (2**15, 2**15))
    return write_onnx(replace(LOOPED[0].network, arrays={"huge": huge}), Path("nowhere"))


CASES: dict[str, Case] = {
    "no package onnx": without_onnx,
    "more than a file of onnx holds": too_large,
}
