"""What loading a model asks for."""

from dataclasses import FrozenInstanceError, fields

import pytest

from tmformer.precision import Uncertified


def test_an_uncertified_model_has_a_reason():
    assert Uncertified(reason="tested bit for bit").reason == "tested bit for bit"
    assert not Uncertified(reason="tested bit for bit").even_if_inexact
    assert [field.name for field in fields(Uncertified)] == ["reason", "even_if_inexact"]


def test_a_reason_must_be_given():
    with pytest.raises(TypeError):
        Uncertified()  # type: ignore[call-arg]


def test_it_is_a_value():
    given = Uncertified(reason="a")
    assert given == Uncertified(reason="a") != Uncertified(reason="b")
    assert eval(repr(given)) == given  # noqa: S307 - our own repr
    with pytest.raises(FrozenInstanceError):
        given.reason = "b"  # type: ignore[misc]
