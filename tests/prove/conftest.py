"""Weights in files, as `tmformer compile` writes them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.weights import Weights, save


@pytest.fixture(autouse=True)
def own_cache(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where Coq is played, what it built is not kept."""
    if request.node.get_closest_marker("coq") is None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


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
