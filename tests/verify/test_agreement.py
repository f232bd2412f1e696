"""Agreements and differences as values, as one line and as plain data."""

import json

from tmformer.verify import Agreement, Difference

DIFFERENCE = Difference("model float32", ("1", "0"), 3, "symbol=1 at row 4", "1.0", "0.0")
AGREED = Agreement("bb2", ("program", "exact"), 2, 24, ("exact-softmax: too large",), None)
DIFFERS = Agreement("bb2", ("program",), 1, 3, (), DIFFERENCE)


def test_no_difference_is_an_agreement():
    assert AGREED.agreement
    assert not DIFFERS.agreement


def test_a_difference_says_rung_step_and_register_in_one_line():
    line = str(DIFFERENCE)
    assert "\n" not in line
    for part in ("model float32", "10", "machine step 3", "symbol=1 at row 4", "1.0", "0.0"):
        assert part in line


def test_plain_data_has_the_documented_keys():
    for agreement in (AGREED, DIFFERS):
        plain = agreement.to_json()
        assert json.loads(json.dumps(plain)) == plain
        assert set(plain) >= {"agreement", "runs", "steps_compared", "skipped", "first_difference"}
    assert AGREED.to_json()["first_difference"] is None
    assert AGREED.to_json()["skipped"] == ["exact-softmax: too large"]
    assert DIFFERS.to_json()["first_difference"] == {
        "rung": "model float32",
        "input": ["1", "0"],
        "step": 3,
        "where": "symbol=1 at row 4",
        "expected": "1.0",
        "found": "0.0",
    }
