"""The first moments."""

import subprocess
import sys

import pytest

from tmformer.cli import entry
from tmformer.cli.starting import dispatch, main

INTERRUPTED = """
import sys

class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Finder())
from tmformer.cli import main
sys.exit(main(["machines"]))
"""


@pytest.mark.parametrize("name", ["cyclopts", "rich", "tmformer.cli.entry", "tmformer.machine"])
def test_ctrl_c_while_imports_run(name):
    words = [sys.executable, "-c", INTERRUPTED.format(name=name)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_the_door_is_light():
    code = "import sys, tmformer.cli; print([name for name in ('cyclopts', 'rich', 'tmformer.machine') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_ctrl_c_without_standard_error(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "main", interrupted)
    monkeypatch.setattr(sys, "stderr", None)
    assert main([]) == 130


def test_words_are_passed_on(capsys):
    assert main(["--version"]) == dispatch(["--version"]) == 0
    assert capsys.readouterr().out.count("tmformer") == 2
