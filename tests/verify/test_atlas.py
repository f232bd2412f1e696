"""The atlas: what is proved is seen, live and in the committed results."""

import json
from pathlib import Path

import pytest

from tmformer.errors import PrecisionError, VerifyError
from tmformer.precision import POLICIES, certify, format_named, policy_named
from tmformer.verify.atlas import NAMES, STUTTER, atlas, lost, presets, proved
from tmformer.verify.standing import CASES, LARGEST, network

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


@pytest.mark.parametrize("name", CASES)
def test_what_is_proved_is_seen(name: str):
    policies = presets(["float8_e4m3fn", "float8_e5m2"])
    for entry in atlas([name], policies, 16):
        assert entry.proved <= min(entry.by_halves, entry.seen)
        assert bool(entry.fault) == (min(entry.seen, entry.by_halves) < 16)
        assert bool(entry.refusal) == (entry.proved < 16)


def test_policies_of_the_same_formats_have_the_same_entry():
    entries = atlas(["cellular"], presets(["float32"]), 16)
    assert [entry.policy for entry in entries] == list(POLICIES)
    assert len({(entry.proved, entry.seen) for entry in entries}) == 1


def test_proved_is_what_the_certificate_says():
    policy = policy_named("accumulate-float32", format_named("float8_e5m2"))
    found = proved("wei_ma radix 2", policy, 64)
    certified: list[int] = []
    for positions in (4, 8, 16, 32, 64):
        try:
            certify(network("wei_ma radix 2", positions), policy)
        except PrecisionError:
            continue
        certified.append(positions)
    assert found.positions == max([each for each in certified if each not in found.holes], default=0)
    assert all(each > found.positions for each in found.holes)
    assert f"{max(2 * found.positions, 4):,} positions" in found.refusal


def test_perez_is_lost_in_floats():
    found = lost("float16")
    assert found is not None
    assert found.step < 20
    in_float32 = lost("float32")
    assert in_float32 is not None
    assert found.positions < in_float32.positions < 200
    assert STUTTER.count("_") == 4
    (entry,) = atlas(["perez"], presets(["float16", "bfloat16"]), 16)
    assert (entry.proved, entry.seen) == (0, found.positions)


def test_what_the_atlas_does_not_have_is_refused():
    with pytest.raises(VerifyError, match="did you mean 'cellular'"):
        atlas(["celular"])
    with pytest.raises(PrecisionError):
        presets(["float12"])


def test_the_committed_atlas_is_whole_and_proves_no_more_than_it_sees():
    answer = json.loads((RESULTS / "float_format_limits.json").read_text(encoding="utf-8"))
    assert {"date", "versions", "processor"} <= set(answer)
    assert {row["construction"] for row in answer["rows"]} == set(NAMES)
    assert len([row for row in answer["rows"] if row["construction"] != "perez"]) == len(CASES) * len(presets())
    for row in answer["rows"]:
        assert 0 <= row["proved"] <= row["seen"] <= row["largest"] <= LARGEST
        assert row["proved"] <= row["by_halves"]
        assert bool(row["fault"]) == (min(row["seen"], row["by_halves"]) < row["largest"])


def test_the_committed_sharpness_proves_no_less_than_it_sees():
    rows = json.loads((RESULTS / "sharpness_against_positions.json").read_text(encoding="utf-8"))["rows"]
    assert rows
    for row in rows:
        assert row["seen"] is not None
        assert row["proved"] is None or row["seen"] <= row["proved"] <= row["compiled"]
