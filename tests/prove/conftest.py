"""Weights in files, as `tmformer compile` writes them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.weights import Weights, save


@pytest.fixture
def weights_of() -> Callable[..., Weights]:
    def made(machine: str = "bb2", construction: str = "cellular", steps: int = 6, **options: object) -> Weights:
        return compile(load(machine), construction, steps=steps, **options)

    return made


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Weights], Path]:
    def written(weights: Weights) -> Path:
        path = tmp_path / f"{weights.labels.parameters['machine']}.safetensors"
        save(weights, path)
        return path

    return written
