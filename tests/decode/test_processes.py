"""Processes that compute together; two of them are tried in tests/cli/test_batch.py."""

import pytest

from tmformer.decode import check_same, connected, gather
from tmformer.errors import ModelError


@pytest.mark.parametrize(("processes", "process"), [(2, 2), (2, -1), (0, 0)])
def test_a_process_is_one_of_those_there_are(processes: int, process: int):
    with pytest.raises(ModelError, match="numbered from 0 on"), connected("127.0.0.1:9876", processes, process):
        pass


@pytest.mark.parametrize("coordinator", ["", "127.0.0.1", "host:", ":9876", "host:port", "a b:1", "host:9876/x"])
def test_a_coordinator_is_a_host_and_a_port(coordinator: str):
    with pytest.raises(ModelError, match="a host and a port"), connected(coordinator, 2, 0):
        pass


@pytest.mark.parametrize("own", [b"", b"x", bytes(range(256)) * 3])
def test_a_process_alone_is_told_what_it_gave(own: bytes):
    assert gather(own) == [own]


def test_all_are_asked_for_the_same():
    check_same(["a"])
    check_same(["a", "a"])
    with pytest.raises(ModelError, match="process 2 was asked for another one than process 0"):
        check_same(["a", "a", "b", "c"])
