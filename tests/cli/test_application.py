"""The application: its subcommands, its help, its version."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from tmformer.cli.application import COMMANDS, application
from tmformer.pipeline import ENGINES
from tmformer.precision import NATIVE_FORMATS


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_names_each_subcommand(call, words):
    said = call(*words)
    assert (said.status, said.err) == (0, "")
    assert all(name in said.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_each_subcommand_has_help_in_80_columns(call, command, flag):
    said = call(command, flag)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"Usage: tmformer {command}")
    assert "tmformer run" in said.out or "Examples" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_help_wins_wherever_it_stands(call):
    assert call("run", "bb2", "--cells", "0", "--help").out.startswith("Usage: tmformer run")


def test_help_names_every_engine_and_format(call):
    said = " ".join(call("run", "--help").out.replace("│", " ").split())
    assert all(name in said for name in (*ENGINES, *NATIVE_FORMATS))


def test_version(call):
    assert call("--version") == (0, f"tmformer {version('tmformer')}\n", "")


def test_the_application_has_the_subcommands_of_the_table():
    assert set(COMMANDS) <= set(application())


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["run", "bb2", "--cels", "1"]])
def test_help_and_slips_load_no_numbers(words):
    unwanted = ("jax", "flax", "numpy", "ruamel.yaml", "hypothesis")
    code = (
        f"import sys; from tmformer.cli import main; main({words!r});"
        f"print([name for name in {unwanted!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["machines"], ["inspect", "bb4", "--steps", "1048576"]])
def test_machines_and_inspect_load_no_jax(words):
    code = f"import sys; from tmformer.cli import main; main({words!r}); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
