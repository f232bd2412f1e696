"""The wheel holds all that a user needs: shipped machines run from any folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAIN = (
    "import sys, tmformer; assert tmformer.__file__.startswith(sys.argv.pop(1)), tmformer.__file__; "
    "from tmformer.cli import main; sys.exit(main())"
)


def test_an_installed_wheel_runs_a_shipped_machine_in_an_empty_folder(tmp_path: Path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        names = archive.namelist()
    shipped = {name.removeprefix("tmformer/shipped/") for name in names if name.startswith("tmformer/shipped/")}
    assert shipped == {path.name for path in (ROOT / "machines").iterdir()}
    proofs = {name for name in names if name.startswith("tmformer/shipped_proofs/") and name.endswith(".v")}
    assert {Path(name).name for name in proofs} == {path.name for path in (ROOT / "proofs").glob("*.v")}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    command = [sys.executable, "-c", MAIN, str(site), "run", "balanced_parentheses", "(())", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["accepted"] is True
    assert list(empty.iterdir()) == []
    weights = str(tmp_path / "bb2.safetensors")
    for words in (["compile", "bb2", "--steps", "6", "-o", weights], ["prove", weights, "-o", str(tmp_path / "proof")]):
        environment["PATH"] = str(empty)  # so that there is no Coq, which would take long
        done = subprocess.run([*command[:4], *words], cwd=empty, env=environment, capture_output=True, check=False)
    assert done.returncode == 3
    page, folder = tmp_path / "run.html", tmp_path / "torch"
    for words in (["show", weights, "-o", str(page)], ["export", weights, "--to", "torch", "-o", str(folder)]):
        subprocess.run([*command[:4], *words], cwd=empty, env=environment, capture_output=True, check=True)
    assert "</html>" in page.read_text(encoding="utf-8")
    assert (folder / "model.py").is_file()
    assert (tmp_path / "proof" / "tmformer_proofs" / "File.v").is_file()
