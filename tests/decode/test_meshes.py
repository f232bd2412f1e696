"""Meshes: what a text asks for, what is refused and how to mend it, and which run lies on which device."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh

from tmformer.decode import Share, mesh_of
from tmformer.errors import ModelError


@pytest.mark.parametrize("asked", ["data=1", " data = 1 ", "data"])
def test_a_text_asks_for_a_mesh(asked: str):
    mesh = mesh_of(asked)
    assert mesh.axis_names == ("data",)
    assert mesh.size == (1 if "=" in asked else jax.device_count())
    assert mesh_of(mesh) is mesh


@pytest.mark.parametrize("asked", ["", "8", "data=", "data=-1", "data=0", "data=2.5", "data:8", "data=1,", "data=1 2"])
def test_what_cannot_be_read_is_refused(asked: str):
    with pytest.raises(ModelError, match="an equals sign") as caught:
        mesh_of(asked)
    assert caught.value.found == repr(asked)


@pytest.mark.parametrize("asked", ["model=1", "dta=1", "data=1,model=1"])
def test_another_axis_is_refused(asked: str):
    with pytest.raises(ModelError, match="A mesh has one axis, 'data'") as caught:
        mesh_of(asked)
    assert caught.value.where == f"axis {'dta' if asked[1] == 't' else 'model'!r}"
    assert ("did you mean 'data'" in caught.value.remedy) == (asked == "dta=1")


def test_a_mesh_of_jax_has_the_one_axis_too():
    devices = np.array(jax.devices()[:1])
    for other in (Mesh(devices, ("model",)), Mesh(devices.reshape(1, 1), ("data", "model"))):
        with pytest.raises(ModelError, match="A mesh has one axis"):
            mesh_of(other)


def test_more_devices_than_there_are_can_be_simulated():
    number = jax.device_count() + 7
    with pytest.raises(ModelError, match="no more devices than there are") as caught:
        mesh_of(f"data={number}")
    assert caught.value.found.startswith(str(number))
    assert caught.value.where.startswith(str(jax.device_count()))
    assert f"XLA_FLAGS=--xla_force_host_platform_device_count={number}" in caught.value.remedy


def test_what_is_spread_is_collected():
    share = Share(mesh_of("data=1"), 3)
    assert (share.total, share.numbers, share.idle) == (3, (0, 1, 2), [False] * 3)
    assert share.each("abc") == ["a", "b", "c"]
    parts = [(jnp.int32(number), jnp.full(2, number, jnp.float32)) for number in range(3)]
    tree = share.spread(parts)
    assert [leaf.shape for leaf in tree] == [(3,), (3, 2)]
    collected = share.collect(tree)
    assert {number: (int(one), two.tolist()) for number, (one, two) in collected.items()} == {
        number: (number, [number] * 2) for number in range(3)
    }
