"""`tmformer compare`."""

import json
from dataclasses import replace

import pytest

from tmformer import verify as verify_room
from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.verify import compare
from tmformer.weights import save


def value(said) -> dict[str, object]:
    assert said.err == ""
    return json.loads(said.out)


def test_no_bit_differs(call):
    said = call("compare", "bb4")
    assert (said.status, said.err) == (0, "")
    assert "bb4 by cellular in float32, accumulate-float32, saturated: no bit differs" in said.out
    assert "107 blocks of a run of 107 machine steps" in said.out
    assert "all registers  0 ulps" in said.out
    assert "agrees: Z" in said.out
    assert "at most" not in said.out


def test_what_leaks_stands_beside_its_bound(call):
    said = call("compare", "bb4", "--regime", "graded", "--max-steps", "30")
    assert said.status == 0
    (line,) = [line for line in said.out.splitlines() if "from_self" in line]
    leak, most, off, off_most, used, left = map(float, line.split()[-6:])
    assert 0 < leak <= most
    assert 0 < used <= off <= off_most
    assert used + left == pytest.approx(0.25, abs=1e-3)


def test_a_format_that_sticks_is_located(call):
    words = ("compare", "bb3", "--format", "e5m1", "--policy", "pure", "--cells", "63", "--max-steps", "21")
    said = call(*words)
    assert (said.status, said.err) == (1, "")
    for part in (
        "a bit DIFFERS",
        "machine step 1, block 0, after attention",
        "from_self, of from_left, from_right, from_self",
        "row 16",
        "arriving, coordinate arriving=A",
        "0.25, 0.5 ulps away",
        "0.25 of 0.25 used, 0 left",
        "DIFFERS: ",
    ):
        assert part in said.out
    found = call(*words, "--json")
    assert found.status == 1
    first = value(found)["first_difference"]
    assert (first["block"], first["lookup"], first["row"], first["register"]) == (0, "from_self", 16, "arriving")


def test_a_table_that_is_not_held_is_told_from_lookups(call):
    said = call("compare", "bb3", "--format", "e4m1", "--policy", "pure", "--cells", "7", "--max-steps", "5")
    assert said.status == 1
    assert "what they found is right" in said.out


def test_numbers_that_are_none(call):
    said = call("compare", "bb3", "--format", "e3m2", "--policy", "pure", "--cells", "15", "--max-steps", "3")
    assert said.status == 1
    assert "no finite number" in said.out
    assert "found     nan\n" in said.out


def test_json(call):
    said = call("compare", "increment", "11", "--construction", "wei_ma", "--radix", "3", "--format", "tf32", "--json")
    assert said.status == 0
    found = value(said)
    assert (found["machine"], found["construction"], found["format"]) == ("increment", "wei_ma", "tf32")
    assert (found["agreement"], found["decodes"], found["first_difference"]) == (True, True, None)
    assert found["blocks_compared"] == len(found["blocks"])


def test_the_first_wrong_bit_of_a_reference(call):
    """MACHINE may be left out."""
    said = call("compare", "--construction", "perez", "--format", "float32")
    assert (said.status, said.err) == (1, "")
    for part in (
        "bb5 by perez in float32: a bit DIFFERS",
        "machine step 1, row i = 2",
        "1/(i+1)^2",
        "0.111111119389534, 1.11 ulps away",
        "machine step 452, row 453",
        "3.65e-13 exact, 1.08e-11 in floats",
    ):
        assert part in said.out
    assert value(call("compare", "bb5", "--construction", "perez", "--json"))["failure"]["step"] == 452


def test_a_reference_that_still_decodes(call):
    said = call("compare", "bb2", "--construction", "perez")
    assert said.status == 1
    assert "1,000 machine steps at most finds the right symbol" in said.out
    said = call("compare", "bb2", "--construction", "perez", "--max-steps", "0")
    assert said.status == 0
    assert "no bit differs" in said.out


def test_a_reference_whose_scores_are_no_numbers(call, monkeypatch: pytest.MonkeyPatch):
    found = compare(load("bb5"), construction="perez", max_steps=460)
    failure = replace(found.failure, found=(), float_margin=None)
    monkeypatch.setattr(verify_room, "compare", lambda *_, **__: replace(found, failure=failure))
    said = call("compare", "bb5", "--construction", "perez")
    assert "no finite score" in said.out
    assert "none in floats" in said.out


def test_saved_weights(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile(load("bb2"), steps=6), path)
    assert value(call("compare", path, "--format", "bfloat16", "--json"))["steps"] == 6
    said = call("compare", path, "--cells", "9")
    assert (said.status, len(said.err.splitlines())) == (2, 4)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--regime", "hard"), "A regime is one that tmformer has"),
        (("--format", "float8"), "did you mean 'float"),
        (("--policy", "impure"), "did you mean 'pure'?"),
        (("--construction", "perez", "--radix", "2"), "a reference is not compiled"),
        (("--construction", "perez", "--regime", "graded"), "a reference is not compiled"),
        (("--construction", "perez", "--format", "bfloat16"), "Use float64, float32, float16"),
        (("--radix", "3"), "cellular has macro"),
        (("--max-steps", "-1"), "from 0"),
    ],
)
def test_options_that_do_not_fit(call, words, part):
    said = call("compare", "bb2", *words, "--json")
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
    assert part in said.err
