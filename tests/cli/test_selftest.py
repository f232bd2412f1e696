"""`tmformer selftest`."""

import json
from dataclasses import replace

import pytest

from tmformer import verify as verify_room
from tmformer.precision import NATIVE_FORMATS
from tmformer.verify import SelfTest, Trial

HELD = Trial("products", ("saturated", "graded"), ("a fact", "another"), True, 1234, "")
BROKEN = replace(HELD, name="ties", regimes=("graded",), held=False, worst="7 ties of [bold]\x1b")
FOUND = SelfTest("gpu", "[red]device\x1b", "0.0", "float32", "pure", (HELD,), (("subnormal numbers", "survive"),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """What the command asks for; float16 is broken."""
    calls: list[tuple[str, str, int]] = []

    def selftest(policy, *, positions, largest, sharpness):
        assert (largest, sharpness) == (64, 16)
        calls.append((policy.weights.name, policy.name, positions))
        trials = (HELD, BROKEN) if policy.weights.name == "float16" else (HELD,)
        return replace(FOUND, format=policy.weights.name, trials=trials)

    monkeypatch.setattr(verify_room, "selftest", selftest)
    return calls


@pytest.mark.long
def test_a_report_of_this_device(call):
    said = call("selftest", "--format", "float32", "--positions", "8")
    assert (said.status, said.err) == (0, "")
    assert "trials held" in said.out
    assert "products at default precision" in said.out


def test_all_native_formats(call, asked):
    said = call("selftest")
    assert asked == [(name, "accumulate-float32", 4096) for name in NATIVE_FORMATS]
    assert said.status == 1
    assert "float32, pure, on gpu ([red]device\\x1b), jax 0.0: all 1 trials held" in said.out
    assert "float16, pure, on gpu ([red]device\\x1b), jax 0.0: 1 of 2 trials BROKEN" in said.out
    assert "BROKEN, ties: a fact" in said.out
    assert r"7 ties of [bold]\x1b" in said.out
    assert "1,234" in said.out
    assert "\x1b" not in said.out


def test_formats_and_policies(call, asked):
    said = call("selftest", "--format", "e5m7,float32", "--format", "float64", "--policy", "pure", "--positions", "9")
    assert asked == [(name, "pure", 9) for name in ("e5m7", "float32", "float64")]
    assert said.status == 0
    assert "BROKEN" not in said.out


def test_json(call, asked):
    said = call("selftest", "--format", "float32,float16", "--json")
    assert (said.status, said.err) == (1, "")
    value = json.loads(said.out)
    assert (value["held"], len(value["selftests"]), len(asked)) == (False, 2, 2)
    assert value["selftests"][1]["trials"][1]["worst"] == BROKEN.worst


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--positions", "0"), "a whole number from 1 to"),
        (("--format", "float31"), "did you mean"),
        (("--policy", "pur"), "did you mean 'pure'?"),
    ],
)
def test_refusals(call, words, part):
    said = call("selftest", *words)
    assert (said.status, said.out) == (2, "")
    assert part in said.err
