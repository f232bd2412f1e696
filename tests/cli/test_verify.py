"""`tmformer verify`."""

import json
from dataclasses import replace

import pytest

from tests.often import first_of
from tmformer import verify as verify_room
from tmformer.cli.arguments import ReadAs
from tmformer.cli.verify import inputs_by_head, merged
from tmformer.machine import read
from tmformer.verify import Agreement, Difference

DIFFERENCE = Difference("model float32", ("a", "b"), 3, "symbol=[bold]\x1b at row 2", "1", "0")


def test_inputs_by_head():
    document = read("{blank: _, start state: q, input: a, table: {q: {a: R}}}")
    assert inputs_by_head(document, (), None) == {0: [(("a",),)]}
    assert inputs_by_head(document, ("x", ""), 4) == {4: ["x", ""]}


def test_inputs_of_morphett_mark_the_tape_head():
    inputs = ("1*0", "11", "0 *1")
    assert inputs_by_head(read("bb2"), inputs, None, ReadAs("morphett")) == {1: ["10"], 0: ["11"], 2: ["0_1"]}
    assert inputs_by_head(read("bb2"), inputs, None) == {0: list(inputs)}


def test_cases_are_grouped_by_the_tape_head():
    document = read("bb4")
    cases = tuple(replace(document.cases[0], start_head=head) for head in (0, 5, 0))
    document = replace(document, cases=cases)
    assert inputs_by_head(document, (), None) == {0: [((),), ((),)], 5: [((),)]}
    assert inputs_by_head(document, (), 7) == {7: [((),)] * 3}


def test_merged():
    first = Agreement("m", ("program", "exact"), 2, 10, ("exact-softmax: large",), None)
    second = Agreement("m", ("program",), 1, 5, ("exact: large", "exact-softmax: large"), DIFFERENCE)
    both = merged(iter([first, second, first]))
    assert both == Agreement("m", ("program", "exact"), 3, 15, ("exact-softmax: large", "exact: large"), DIFFERENCE)


def test_json(call):
    said = call("verify", "bb2", "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert set(value) >= {"machine", "rungs", "agreement", "runs", "steps_compared", "skipped", "first_difference"}
    assert (value["agreement"], value["runs"], value["first_difference"]) == (True, len(read("bb2").cases), None)
    assert value["rungs"] == ["program", "exact", "exact-softmax", "model float32"]


def test_a_report(call):
    said = call("verify", "sort", "ba", "", "--max-steps", "9", "--format", "float16,float64", "--format", "bfloat16")
    assert said.status == 0
    assert "sort: every rung agrees" in said.out
    assert all(f"model {name}" in said.out for name in ("float16", "float64", "bfloat16"))
    assert "float32" not in said.out
    assert "2 inputs of at most 9 machine steps" in said.out


def test_random_inputs_head_and_construction(call):
    words = (
        "verify",
        "1RB1LB_1LA1RZ",
        "--random",
        "3",
        "--max-steps",
        "4",
        "--head",
        "1",
        "--construction",
        "cellular",
    )
    one, other = call(*words, "--seed", "1", "--json"), call(*words, "--seed", "1", "--json")
    assert one == other
    assert json.loads(one.out)["runs"] == 4


@pytest.mark.parametrize("form", first_of(1, ["encoder-decoder", "decoder-only"]))
def test_wei_ma_with_every_option(call, form):
    words = ("--construction", "wei_ma", "--form", form, "--radix", "3", "--max-steps", "5", "--format", "float32")
    said = call("verify", "increment", "11", "", *words, "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert (value["agreement"], value["runs"], value["skipped"]) == (True, 2, [])
    assert value["rungs"] == ["program", "exact", "exact-softmax", "model float32"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--construction", "perez"), "perez is a reference that is only run"),
        (("--construction", "wei_ma", "--radix", "257"), "from 2 to 256"),
        (("--construction", "wei_ma", "--form", "encoder"), "did you mean 'encoder-decoder'?"),
        (("--radix", "3"), "cellular has macro"),
    ],
)
def test_options_that_do_not_fit(call, words, part):
    said = call("verify", "bb2", *words, "--json")
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
    assert part in said.err


CASES = {
    "right": ("{input: '', outcome: halted, steps: 6, state: Z}", 0),
    "right without machine steps": ("{input: '', outcome: halted}", 0),
    "wrong": ("{input: '', outcome: halted, steps: 7, state: Z}", 1),
    "wrong state": ("{input: '', outcome: halted, state: A}", 1),
    "wrong, and more machine steps than allowed": ("{input: '', outcome: limit, steps: 5000}", 1),
}


def written(tmp_path, *cases: str) -> str:
    path = tmp_path / "m.yaml"
    text = "blank: 0\nstart state: A\ntable:\n  A:\n    0: {write: 1, R: B}\n    1: {write: 1, L: B}\n"
    text += "  B:\n    0: {write: 1, L: A}\n    1: {write: 1, R: Z}\n  Z:\nexpect:\n"
    path.write_text(text + "".join(f"  - {case}\n" for case in cases), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", CASES)
def test_expectations_are_compared(call, tmp_path, name):
    case, status = CASES[name]
    path = written(tmp_path, case)
    said = call("verify", path)
    assert (said.status, said.err) == (status, "")
    assert "1 of 1 expectation compared" in said.out
    assert ("expectation DIFFERS" in said.out) == bool(status)
    value = json.loads(call("verify", path, "--json").out)
    assert (value["agreement"], value["expectations_compared"]) == (not status, 1)
    assert status == 0 or value["first_difference"]["rung"] == "expectation"


def test_a_broken_expectation_is_located(call, tmp_path):
    said = call("verify", written(tmp_path, CASES["right"][0], CASES["wrong"][0]), "--json")
    assert said.status == 1
    assert json.loads(said.out)["first_difference"] == {
        "rung": "expectation",
        "input": [],
        "step": 6,
        "where": "steps",
        "expected": "7",
        "found": "6",
    }


def test_expectations_of_other_runs_are_not_compared(call, tmp_path):
    path = written(tmp_path, CASES["wrong"][0])
    for words in (["0"], ["--head", "1"], ["--max-steps", "5"]):
        said = call("verify", path, *words)
        assert said.status == 0
        assert ("0 of 1 expectation compared" in said.out) == (words[0] == "--max-steps")


def test_steps_are_counted_once(call):
    value = json.loads(call("verify", "bb4", "--json").out)
    assert value["steps_compared"] == 107 * len(read("bb4").cases)
    said = call("verify", "bb2", "--max-steps", "1").out
    assert "of at most 1 machine step; " in said
    assert ", on each of 4 rungs." in said


def test_formats_have_no_empty_form(call):
    assert "empty" not in call("verify", "--help").out


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = Agreement("[red]m\x1b", ("program", "model float32"), 1, 3, ("exact: large: very",), DIFFERENCE)
    monkeypatch.setattr(verify_room, "verify", lambda *_, **__: agreement)


@pytest.mark.usefixtures("broken")
def test_a_disagreement_is_located(call):
    said = call("verify", "bb2")
    assert said.status == 1
    for part in (
        r"[red]m\x1b: model float32 DIFFERS",
        "skipped: large: very",
        "'ab'",
        "machine step 3",
        r"symbol=[bold]\x1b",
    ):
        assert part in said.out
    assert "\x1b" not in said.out
    value = call("verify", "bb2", "--json")
    assert value.status == 1
    assert json.loads(value.out)["first_difference"]["step"] == 3
