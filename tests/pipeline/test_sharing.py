"""What processes tell each other, and the hash of what they found."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tmformer.errors import DecodeError, ModelError, WindowError
from tmformer.machine import Outcome, configuration, load, tape
from tmformer.pipeline import Result, Run, batch_hash, compile, result_hash, run, run_batch, sharing
from tmformer.pipeline.sharing import Ended, digest_of, shared

NETWORK = compile(load("increment"), steps=20, input_length=4)
RESULT = Result("m", "c", "e", "f", Outcome.HALTED, None, 3, configuration("A", 1, {0: "1", 2: "1"}, "0"), 3)
STRANGE = configuration('"\udcff', -5, {-7: "界", 3: "|"}, "")


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[object]]:
    """Tell this process what another one says, after its own; what is said by this one is noted."""
    said: list[object] = []

    def tell(other: object) -> list[object]:
        def gathered(own: bytes) -> list[bytes]:
            said.append(json.loads(own))
            return [own, json.dumps(other).encode()]

        monkeypatch.setattr("tmformer.decode.gather", gathered, raising=False)
        return said

    return tell


def test_what_a_process_tells_is_what_others_hear(others: Callable[[object], list[object]]):
    mine = {
        2: Ended(STRANGE, 4, "halted", 8),
        0: Ended.refused(DecodeError("R", found="f", where="w", remedy="r"), "x"),
    }
    said = others(["d", []])
    assert shared(mine, "d") == mine
    others(said[0])
    assert shared({1: Ended(RESULT.configuration, 1, "limit", 1)}, "d") == {
        **mine,
        1: Ended(RESULT.configuration, 1, "limit", 1),
    }


def test_a_batch_shared_by_two_is_the_whole_batch(
    others: Callable[[object], list[object]], monkeypatch: pytest.MonkeyPatch
):
    """The first process has runs 0 and 2; the other has 1 and 3, of which the last outgrows the window, in both."""
    asked = [Run(input=word) for word in ("1", "1011", "", "0111")]
    alone = run_batch(NETWORK, asked)
    said = others(["no", []])
    with pytest.raises(ModelError, match="asked for the same batch"):
        run_batch(NETWORK, asked, mesh="data=1")
    digest, ended = said[0]
    ended_of = sharing.shared

    def halved(own: dict[int, Ended], its: str) -> dict[int, Ended]:
        return ended_of({number: each for number, each in own.items() if number % 2 == 0}, its)

    monkeypatch.setattr("tmformer.pipeline.batch.shared", halved)
    others([digest, [each for each in ended if each[0] % 2]])
    assert run_batch(NETWORK, asked, mesh="data=1") == alone
    refused = Ended.refused(WindowError("R", found="f", where="w", remedy="r"), "run 3")
    others([digest, [ended[1], [3, refused.__dict__ | {"configuration": None}]]])
    with pytest.raises(WindowError) as caught:
        run_batch(NETWORK, asked, mesh="data=1")
    error = caught.value
    assert (error.rule, error.found, error.where, error.remedy) == ("R", "f", "run 3: w", "r")


def test_a_hash_is_that_of_one_canonical_text():
    text = f'["halted", 3, "{RESULT.configuration.hash}", ["0"]]'
    assert result_hash(RESULT) == hashlib.sha256(f"{len(text)}:{text}".encode()).hexdigest()
    whole = "".join(f"64:{result_hash(result)}" for result in (RESULT, replace(RESULT, steps=4)))
    assert batch_hash([RESULT, replace(RESULT, steps=4)]) == hashlib.sha256(whole.encode()).hexdigest()


def test_a_hash_is_of_outcome_steps_and_configuration_alone():
    now = RESULT.configuration
    (cells,) = now.tapes
    others_ = [
        replace(RESULT, steps=4),
        replace(RESULT, outcome=Outcome.LIMIT),
        *(
            replace(RESULT, configuration=each)
            for each in (
                replace(now, state="B"),
                replace(now, tapes=(cells, cells)),
                replace(now, tapes=(replace(cells, head=2),)),
                replace(now, tapes=(replace(cells, first=1),)),
                replace(now, tapes=(replace(cells, blank="_"),)),
                replace(now, tapes=(tape(1, {0: "10", 1: "1"}, "0"),)),
                STRANGE,
            )
        ),
    ]
    hashes = {result_hash(each) for each in (RESULT, *others_)}
    assert len(hashes) == len(others_) + 1
    same = replace(RESULT, machine="x", construction="x", engine="x", format="x", layers=9, accepted=True)
    assert result_hash(same) == result_hash(RESULT)


def test_order_and_number_are_in_the_hash_of_a_batch():
    one, other = RESULT, replace(RESULT, steps=4)
    batches = ([], [one], [other], [one, other], [other, one], [one, one])
    assert len({batch_hash(each) for each in batches}) == len(batches)
    assert digest_of("ab", "c") != digest_of("a", "bc")


def test_it_is_the_same_for_another_network():
    words = ["1011", "", "1"]
    decoder = compile(load("increment"), "wei_ma", steps=20, input_length=4)
    hashes = {batch_hash([run(weights, word, engine="dense") for word in words]) for weights in (NETWORK, decoder)}
    assert hashes == {batch_hash(run_batch(decoder, [(None, word) for word in words], mesh="data=1"))}
