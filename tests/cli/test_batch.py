"""`tmformer batch`: what is printed, what is refused, and the same hash on any mesh and in several processes."""

import json
import socket

import pytest

from tests.decode.devices import ended, started
from tests.often import first_of
from tmformer.cli import batch, interrupting
from tmformer.machine import load
from tmformer.pipeline import batch_hash, compile, result_hash, run
from tmformer.weights import save

WORDS = ["1011", "", "1", "0111", "11", "11111", "0"]  # a number that neither 2 nor 8 divides
COMMAND = "import sys; from tmformer.cli import main; sys.exit(main())"


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    return str(path)


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("name", first_of(1, ["cellular", "wei_ma"]))
def test_a_line_is_a_run(call, words, name):
    said = call("batch", "increment", "--inputs", words, "--max-steps", "10", "--construction", name, "--json")
    assert (said.status, said.err) == (0, "")
    *found, last = rows(said.out)
    weights = compile(load("increment"), name, steps=10, input_length=5)
    alone = [run(weights, word, engine="dense") for word in WORDS]
    assert {str(result.outcome) for result in alone} == {"halted", "limit"}
    assert found == [
        {"run": number} | result.to_json() | {"hash": result_hash(result)} for number, result in enumerate(alone)
    ]
    assert last == {"runs": len(WORDS), "hash": batch_hash(alone)}


def test_a_table_for_people(call, words):
    said = call("batch", "increment", "--inputs", words, "--max-steps", "10", "--mesh", "data=1")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split() == ["run", "line", "outcome", "machine", "steps", "hash"]
    assert lines[1].split()[:4] == ["0", "1011", "halted", "8"]
    assert any(line.startswith("hash") for line in lines)
    assert len(lines) == 1 + len(WORDS) + 4


def test_saved_weights(call, words, tmp_path):
    path = str(tmp_path / "a.safetensors")
    save(compile(load("increment"), steps=12, input_length=5), path)
    one = call("batch", path, "--inputs", words, "--max-steps", "10", "--json").out
    assert (
        one.splitlines()[-1]
        == call("batch", "increment", "--inputs", words, "--max-steps", "10", "--json").out.splitlines()[-1]
    )
    headed = rows(call("batch", path, "--inputs", words, "--head", "1", "--json").out)
    assert headed[0]["steps"] == run(load("increment"), "1011", head=1, engine="dense").steps
    for option in (["--cells", "9"], ["--construction", "cellular"], ["--one-way"]):
        said = call("batch", path, "--inputs", words, *option)
        assert (said.status, said.out) == (2, "")
        assert option[0] in said.err
    assert "one is chosen" in call("batch", path, "--inputs", words, "--choose", "b").err


def test_machines_are_lines_too(call, tmp_path):
    path, machines, inputs = tmp_path / "any.safetensors", tmp_path / "machines.txt", tmp_path / "inputs.txt"
    save(compile(load("bb4"), "universal", steps=110, symbols=3, cells=8), str(path))
    machines.write_text("bb3\r\nincrement\n1RB1LB_1LA1RZ", encoding="utf-8")
    *found, last = rows(call("batch", str(path), "--machines", str(machines), "--json").out)
    assert [each["steps"] for each in found] == [21, 8, 6]
    assert last["runs"] == 3
    inputs.write_text("\n1\n\n", encoding="utf-8")
    *found, _ = rows(call("batch", str(path), "--machines", str(machines), "--inputs", str(inputs), "--json").out)
    assert [each["steps"] for each in found] == [21, 4, 6]
    inputs.write_text("\n1\n", encoding="utf-8")
    said = call("batch", str(path), "--machines", str(machines), "--inputs", str(inputs))
    assert (said.status, "3 lines in" in said.err, "2 lines in" in said.err) == (2, True, True)
    machines.write_text("bb3\nno such machine\n", encoding="utf-8")
    assert f"where:  {machines}:2: " in call("batch", str(path), "--machines", str(machines)).err
    assert "machines run in saved weights" in call("batch", "bb3", "--machines", str(machines), "--max-steps", "9").err


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"1\n2\n", ":2: "),
        (b"", "an empty file"),
        (b"1\n\xff\n", "text in UTF-8"),
        (None, "No such file"),
        (b"1111\n11111\n", "run 0 of a batch, in float32: "),
    ],
)
def test_what_is_refused_names_its_place(call, tmp_path, content, part):
    path = tmp_path / "words.txt"
    if content is not None:
        path.write_bytes(content)
    said = call("batch", "increment", "--inputs", str(path), "--max-steps", "9", "--cells", "5", "--json")
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
    assert part in said.err


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ([], "no --max-steps"),
        (["--max-steps", "9", "--choose", "b"], "one is chosen"),
        (["--max-steps", "9", "--mesh", "data=1000"], "XLA_FLAGS=--xla_force_host_platform_device_count=1000"),
        (["--max-steps", "9", "--mesh", "model=1"], "'model'"),
        (["--max-steps", "9", "--mesh", "8"], "Write data=8"),
        (["--max-steps", "9", "--processes", "2", "--process", "0"], "Give all three"),
        (["--max-steps", "9", "--coordinator", "127.0.0.1:1"], "Give all three"),
        (["--max-steps", "9", "--coordinator", "127.0.0.1:1", "--processes", "2", "--process", "2"], "from 0 on"),
    ],
)
def test_options_that_do_not_fit(call, words, options, part):
    said = call("batch", "increment", "--inputs", words, *options)
    assert (said.status, said.out) == (2, "")
    assert part in said.err


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def in_two(*words: str, other: tuple[str, ...] | None = None) -> list[tuple[int, str, str]]:
    """What two processes on this computer answer, process 0 first; the other one may be asked for something else."""
    meeting = ("--coordinator", f"127.0.0.1:{free_port()}", "--processes", "2", "--process")
    asked = words, words if other is None else other
    begun = [started(1, "-c", COMMAND, *each, *meeting, str(number)) for number, each in enumerate(asked)]
    return [ended(process) for process in begun]


def test_one_device_eight_devices_and_two_processes_say_the_same(call, words):
    """Byte for byte: outcomes, steps, configurations and hashes, in order; process 1 prints nothing."""
    command = ("batch", "increment", "--inputs", words, "--max-steps", "10", "--json")
    eight = started(8, "-c", COMMAND, *command, "--mesh", "data=8")
    alone = call(*command)
    assert alone.status == 0
    assert ended(eight)[:2] == (0, alone.out)
    (status, out, err), (other, nothing, _) = in_two(*command)
    assert (status, out, other, nothing) == (0, alone.out, 0, ""), err


def test_two_processes_that_are_asked_for_different_batches(words, tmp_path):
    path = tmp_path / "others.txt"
    path.write_text("1\n" * len(WORDS), encoding="utf-8")
    command = ("batch", "increment", "--max-steps", "10", "--inputs")
    for status, out, err in in_two(*command, words, other=(*command, str(path))):
        assert (status, out) == (2, "")
        assert "process 1 was asked for another one than process 0" in err


def test_ctrl_c(capsys, monkeypatch, words):
    waited = interrupting.wait

    def interrupted(*given, **_):
        monkeypatch.setattr(interrupting, "wait", waited)
        waited(given[0], timeout=0.1)
        raise KeyboardInterrupt

    monkeypatch.setattr(interrupting, "wait", interrupted)
    assert batch.batch_command("increment", inputs=words, max_steps=10) == 130
    assert tuple(capsys.readouterr()) == ("", "interrupted\n")
