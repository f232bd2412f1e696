"""Cellular: its simulation relation in both directions."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import configuration
from tmformer.program import Stream, read_stop
from tmformer.strategies import configurations, machines


@given(st.data(), st.integers(1, 20))
def test_one_way_labels_know_their_edge(data: st.DataObject, width: int):
    """One cell is the edge, the first; labels that say another beginning are none of cellular's."""
    machine = replace(data.draw(machines()), one_way=True)
    now = data.draw(configurations(machine))
    labels = Run(machine, (), 0, 0, width, 3).program.labels
    if now.used[1] >= width:
        with pytest.raises(WindowError, match="Input and tape head are inside the window"):
            MADE.encode_configuration(labels, now)
        return
    stream = MADE.encode_configuration(labels, now)
    assert MADE.decode_configuration(labels, stream) == now
    assert stream["edge"] == (False, True, *(False,) * (width - 1))
    MADE.check_labels(labels)
    for parameters in ({"origin": 1}, {"origin": -1}, {"one_way": 0}):
        with pytest.raises(ConstructionError, match="the cellular construction writes"):
            MADE.check_labels(msgspec.structs.replace(labels, parameters=labels.parameters | parameters))


@given(st.data(), st.integers(1, 20), st.integers(-12, 6))
def test_decoding_is_the_inverse_of_encoding_and_what_does_not_fit_is_refused(
    data: st.DataObject, width: int, origin: int
):
    machine = data.draw(machines())
    now = data.draw(configurations(machine))
    labels = Run(machine, (), now.head, origin, width, 3).program.labels
    cells = [now.head, *(now.first + index for index in range(len(now.tape)))]
    if origin <= min(cells) and max(cells) < origin + width:
        stream = MADE.encode_configuration(labels, now)
        assert MADE.decode_configuration(labels, stream) == now
        assert stream.num_rows == width + 1
    else:
        with pytest.raises(WindowError, match="Input and tape head are inside the window"):
            MADE.encode_configuration(labels, now)


@given(st.data(), st.sampled_from(["right", "left", "stay"]), st.integers(0, 5))
def test_decoding_refuses_two_messages_and_none(data: st.DataObject, register: str, row: int):
    machine = data.draw(machines())
    labels = Run(machine, (), 0, 0, 5, 3).program.labels
    stream = MADE.encode_configuration(labels, configuration(machine.start, 2, {}, machine.blank))
    assume((register, row) != ("stay", 3))
    none = Stream({**stream.columns, "stay": (None,) * 6})
    column = list(stream[register])
    column[row] = machine.start
    two = Stream({**stream.columns, register: tuple(column)})
    for wrong, count in ((none, 0), (two, 2)):
        with pytest.raises(DecodeError, match="one of them a message") as caught:
            MADE.decode_configuration(labels, wrong)
        assert caught.value.found == f"{count} messages"
        assert read_stop(labels, wrong) == "broken"
