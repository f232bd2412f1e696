"""Settings of all tests: strict JAX, shapes checked at every call, Hypothesis profiles."""

import doctest
import inspect
from typing import Any

import jax
import jaxtyping
from hypothesis import HealthCheck, settings

# Nothing is promoted, broadcast or cut to 32 bits in silence.
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# `make test` is the same everywhere (ci); plain `pytest` draws new examples each time (dev); `make test-long` draws many.
_slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", deadline=None, max_examples=12, suppress_health_check=_slow)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("deep", settings.get_profile("dev"), max_examples=2000)
settings.load_profile("dev")

# In the rooms with arrays every call checks its shapes and types. Not in the rooms of symbols: there it costs ten times the
# run, and finds what pyright finds. Must stand before any import of these rooms.
jaxtyping.install_import_hook(["tmformer.weights", "tmformer.model", "tmformer.decode"], "beartype.beartype")

# The hook wraps functions, and doctest passes over a function that seems to come from elsewhere: look inside the wrapper.
_from_module = doctest.DocTestFinder._from_module  # type: ignore[attr-defined]


def _unwrapped_from_module(self: doctest.DocTestFinder, module: Any, thing: Any) -> bool:
    return _from_module(self, module, inspect.unwrap(thing) if inspect.isroutine(thing) else thing)


doctest.DocTestFinder._from_module = _unwrapped_from_module  # type: ignore[attr-defined]
