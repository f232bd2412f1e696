"""Windows hold what blocks changed, however they are cut."""

from fractions import Fraction

import numpy as np
import pytest

from tests.show.explorer.pages import recorded, unpacked
from tmformer.show.explorer import windows as module
from tmformer.show.explorer.windows import digits, windows
from tmformer.verify import Recording


def streams(recording: Recording) -> list[np.ndarray]:
    """The residual stream after attention and after the MLP of every block, from the recording."""
    stream, found = recording.start.reshape(-1).astype(np.float64).copy(), list[np.ndarray]()
    for block in recording.blocks:
        for changes in (block.attended, block.after):
            stream[changes.places] = changes.values
            found.append(stream.copy())
    return found


def read(recording: Recording) -> list[np.ndarray]:
    """The same, from its windows."""
    found, begun = list[np.ndarray](), 0
    for first, count, text in windows(recording):
        window = unpacked(text)
        assert (first, count) == (begun, len(window["blocks"]))
        begun += count
        stream = np.zeros(recording.start.size)
        for steps, values in (
            window["start"],
            *(block[at] for block in window["blocks"] for at in ("attended", "after")),
        ):
            stream[np.cumsum(np.array(steps, dtype=np.int64))] = values
            found.append(stream.copy())
        found.pop(len(found) - 1 - 2 * count)
    return found


@pytest.mark.parametrize("size", [1, 1 << 12, 1 << 19])
@pytest.mark.parametrize(
    ("name", "construction", "regime"),
    [("bb4", "cellular", "saturated"), ("bb2", "wei_ma", "saturated"), ("bb2", "cellular", "graded")],
)
def test_a_window_begins_where_the_last_one_ended(
    monkeypatch: pytest.MonkeyPatch, size: int, name: str, construction: str, regime: str
):
    monkeypatch.setattr(module, "_LARGE", size)
    recording = recorded(name, construction=construction, regime=regime)
    assert all(np.array_equal(*pair) for pair in zip(streams(recording), read(recording), strict=True))


@pytest.mark.parametrize("size", [1, 1 << 19])
def test_winners_are_said_once_in_a_window_and_stand_for_later_loops(monkeypatch: pytest.MonkeyPatch, size: int):
    monkeypatch.setattr(module, "_LARGE", size)
    recording, begun = recorded("bb2"), 0
    for _, count, text in windows(recording):
        blocks = unpacked(text)["blocks"]
        assert all(found != 0 for found in blocks[0]["found"])
        for local in range(count):
            for head, found in enumerate(blocks[local]["found"]):
                at = local if found != 0 else 0
                winners, partial = blocks[at]["found"][head]
                assert winners == recording.blocks[begun + local].found[head].winners.tolist()
                assert partial == []
        begun += count


def test_what_is_apart_is_said_in_digits():
    recording = recorded("bb2", regime="graded")
    ((_, _, text),) = windows(recording)
    for block, own in zip(unpacked(text)["blocks"], recording.blocks, strict=True):
        assert [each[0] for each in block["apart"][0]] == [each.place for each in own.attended_apart]
        assert [each[1] for each in block["apart"][0]] == [digits(each.exact) for each in own.attended_apart]
        assert block["apart"][1] == []


def test_digits_are_rounded_and_none_is_made_up():
    assert digits(Fraction(1, 3)) == "0.33333333333333333333"
    assert digits(Fraction(-7, 4)) == "-1.75"
    assert digits(Fraction(2**80 + 1, 2**80), 4) == "1.000"
