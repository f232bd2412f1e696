"""`tmformer certify`."""

import hashlib
import json

import pytest

from tmformer.machine.shipped import shipped_file
from tmformer.weights import load, to_bytes


def test_a_machine_is_certified_and_saved(call, tmp_path):
    weights, cert = tmp_path / "bb4.safetensors", tmp_path / "bb4.json"
    said = call("certify", "bb4", "--steps", "107", "--save", str(weights), "-o", str(cert))
    assert (said.status, said.err) == (0, "")
    assert "certified: float32, saturated, up to 216 positions" in said.out
    assert "rests on     exp(0) = 1\n" in said.out
    assert json.loads(cert.read_bytes())["file"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    again = tmp_path / "again.json"
    assert call("certify", str(weights), "-o", str(again)).status == 0
    assert again.read_bytes() == cert.read_bytes()


def test_json_is_the_certificate_itself(call):
    words = ["--construction", "wei_ma", "--radix", "3", "--form", "encoder-decoder", "--head", "1", "--cells", "3"]
    said = call("certify", "bb2", "--steps", "6", *words, "--format", "bfloat16", "--json")
    value = json.loads(said.out)
    assert (value["weights"], value["accumulation"], value["beta"], value["positions"]) == (
        "bfloat16",
        "float32",
        128,
        12,
    )


@pytest.mark.parametrize("regime", ["saturated", "graded"])
def test_every_policy_and_regime(call, regime):
    for policy in ("accumulate-float32", "pure", "scores-float32"):
        said = call("certify", "bb2", "--steps", "6", "--policy", policy, "--regime", regime, "--format", "float64")
        assert said.status == 0
        assert regime in said.out


def test_what_cannot_be_promised_is_refused_by_name(call, tmp_path):
    cert = tmp_path / "none.json"
    said = call("certify", "bb2", "--steps", "511", "--format", "float8_e5m2", "--policy", "pure", "-o", str(cert))
    assert said.status == 2
    assert "lookup 'from_left'" in said.err
    assert "fewer cells" in said.err
    assert not cert.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["bb2"],
        ["bb2", "--steps", "-1"],
        ["bb2", "--steps", "6", "--format", "float8"],
        ["bb2", "--steps", "6", "--policy", "mixed"],
        ["bb2", "--steps", "6", "--regime", "hot"],
        ["bb2", "--steps", "6", "--save", "weights.txt"],
        ["bb2", "--steps", "6", "-o", "/no/such/folder/cert.json"],
        ["bb2", "--steps", "6", "-o", "bb2.safetensors"],
        ["bb2", "--steps", "6", "-o", "."],
        ["bb2", "--steps", "6", "-o", "x\0y"],
        ["missing.safetensors"],
        ["bb2", "--steps", "6", "--construction", "perez"],
    ],
)
def test_wrong_words_are_refused(call, words):
    said = call("certify", *words)
    assert (said.status, said.out) == (2, "")
    assert "remedy:" in said.err


def test_what_is_there_and_no_certificate_is_kept(call, tmp_path):
    machine, link = tmp_path / "m.yaml", tmp_path / "link.json"
    machine.write_text(shipped_file("bb2").read_text())
    assert call("certify", str(machine), "--steps", "6", "-o", str(machine)).status == 2
    assert machine.read_text() == shipped_file("bb2").read_text()
    assert call("certify", "bb2", "--steps", "6", "-o", "/dev/null").status == 2
    (tmp_path / "real.json").write_text("old")
    link.symlink_to(tmp_path / "real.json")
    assert call("certify", "bb2", "--steps", "6", "-o", str(link)).status == 0
    assert link.is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["positions"] == 14


def test_weights_are_compiled_already_and_as_we_write_them(call, tmp_path):
    path = tmp_path / "bb2.safetensors"
    assert call("compile", "bb2", "--steps", "6", "-o", str(path)).status == 0
    assert "compiled already" in call("certify", str(path), "--steps", "7").err
    header = int.from_bytes(path.read_bytes()[:8], "little")
    data = path.read_bytes()
    path.write_bytes((header + 8).to_bytes(8, "little") + data[8 : 8 + header] + b" " * 8 + data[8 + header :])
    assert to_bytes(load(path)) == data
    said = call("certify", str(path))
    assert said.status == 2
    assert "as tmformer writes it" in said.err
