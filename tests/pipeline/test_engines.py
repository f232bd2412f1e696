"""Engines by name."""

import subprocess
import sys

import jax.numpy as jnp
import pytest

from tmformer.decode import Cached, Dense, Engine, Exact, ExactRows, Passing, Recalling
from tmformer.errors import UsageError
from tmformer.machine import parse
from tmformer.pipeline import ENGINES, How, compile, how_to_run, make_engine, precision_enabled
from tmformer.pipeline.engines import FLOATS
from tmformer.precision import NATIVE_FORMATS

WEIGHTS = compile(parse("1RB1LB_1LA1RZ"), steps=6)


def test_the_engines_are_those_of_the_command_line():
    assert ENGINES == ("retrieval", "dense", "exact", "exact-softmax")


def test_only_engines_of_floats_have_a_number_format():
    for name in FLOATS:
        assert how_to_run(name, "bfloat16") == How(name, "bfloat16")
    assert how_to_run("exact", "bfloat16") == How("exact", "exact")
    assert how_to_run("exact-softmax", "float32", 0) == How("exact-softmax", "exact")


def test_each_name_makes_its_engine():
    dense = make_engine(WEIGHTS, How("dense", "float16"))
    assert isinstance(dense, Dense)
    assert (dense.format_name, dense.regime) == ("float16", "saturated")
    passing = make_engine(WEIGHTS, How("retrieval", "float16"))
    assert isinstance(passing, Passing)
    assert (passing.format_name, passing.regime) == ("float16", "saturated")
    for name, softmax in (("exact", "hard"), ("exact-softmax", "base-2")):
        engine = make_engine(WEIGHTS, How(name, "exact"))
        assert isinstance(engine, Exact)
        assert engine.softmax == softmax


def test_a_sequence_that_grows_has_engines_of_its_own():
    weights = compile(parse("1RB1LB_1LA1RZ"), "wei_ma", steps=6)
    made = {name: make_engine(weights, How(name, "float32" if name in FLOATS else "exact")) for name in ENGINES}
    assert [type(engine) for engine in made.values()] == [Recalling, Cached, ExactRows, ExactRows]
    assert all(isinstance(engine, Engine) and engine.weights is weights for engine in made.values())
    for name in FLOATS:
        assert (made[name].format_name, made[name].regime) == ("float32", "saturated")
    assert [made[name].softmax for name in ("exact", "exact-softmax")] == ["hard", "base-2"]


def test_an_unknown_engine_has_a_near_name():
    with pytest.raises(UsageError) as caught:
        how_to_run("exakt", "float32")
    assert "did you mean 'exact'?" in caught.value.remedy


@pytest.mark.parametrize("engine", ENGINES)
def test_a_negative_number_of_machine_steps_is_refused(engine: str):
    with pytest.raises(UsageError) as caught:
        how_to_run(engine, "float32", -1)
    assert (caught.value.found, caught.value.where) == ("-1", "max_steps")


@pytest.mark.parametrize("format_name", [*NATIVE_FORMATS, "exact"])
def test_a_format_is_enabled_where_it_is_used(format_name: str):
    with precision_enabled(format_name):
        if format_name in NATIVE_FORMATS:
            assert jnp.zeros((), format_name).dtype.name == format_name


def test_float64_runs_where_jax_has_it_switched_off():
    """As a user has it, in a process of its own, and the switch is as before afterwards."""
    script = (
        "import jax, tmformer\n"
        "weights = tmformer.compile(tmformer.load_machine('bb2'), steps=6)\n"
        "assert tmformer.run(weights, format='float64').steps == 6\n"
        "assert tmformer.trace(weights, format='float64')[0].after.dtype == 'float64'\n"
        "assert tmformer.verify(tmformer.load_machine('bb2'), formats=['float64', 'float32']).agreement\n"
        "assert not jax.config.jax_enable_x64\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
