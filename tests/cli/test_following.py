"""What a run shows while it goes on."""

import pytest

from tmformer.cli.following import Seen
from tmformer.cli.view import Silent
from tmformer.machine import initial_configuration, load, run

BB4 = list(run(load("bb4"), initial_configuration("A", (), "0")))


def followed(seen: Seen) -> Seen:
    for steps, now in enumerate(BB4):
        seen.look(steps, now, Silent(), lambda: None)
    return seen


def test_hashes_are_those_of_the_multiples(capsys: pytest.CaptureFixture[str]):
    seen = followed(Seen(0, BB4[0], 50))
    assert seen.hashes == [(steps, BB4[steps].hash) for steps in (0, 50, 100)]
    assert seen.to_json() == {"hashes": [{"steps": steps, "hash": BB4[steps].hash} for steps in (0, 50, 100)]}
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split() for line in said.err.splitlines()] == [[str(steps), BB4[steps].hash] for steps in (0, 50, 100)]


def test_hashes_may_be_collected_in_silence(capsys: pytest.CaptureFixture[str]):
    assert len(followed(Seen(0, BB4[0], 50, is_silent=True)).hashes) == 3
    assert capsys.readouterr().err == ""


def test_nothing_is_collected_where_nothing_is_wanted():
    seen = followed(Seen(0, BB4[0]))
    assert (seen.hashes, seen.to_json()) == ([], {})
    assert (seen.steps, seen.now) == (107, BB4[107])


def test_what_ends_the_run_is_asked_first():
    def check() -> None:
        raise SystemExit

    seen = Seen(0, BB4[0], 1)
    with pytest.raises(SystemExit):
        seen.look(1, BB4[1], Silent(), check)
    assert (seen.steps, seen.hashes) == (0, [])
