"""Meshes: the devices that a batch is spread over, and which runs of it each of them has. Axes: see `tmformer.axes`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, final

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from tmformer.errors import ModelError, did_you_mean

T = TypeVar("T")

DATA = "data"
"""The one axis of a mesh: along it lie the runs of a batch."""


def mesh_of(asked: str | Mesh) -> Mesh:
    """The mesh that a text such as "data=8" asks for: the first so many devices, those of all processes in one row.

    Args:
        asked: the text, "data" alone for all devices; or a mesh of JAX with the one axis "data", which is taken as it is.

    Raises:
        ModelError: for a text that cannot be read, another axis than "data", or more devices than there are.

    >>> mesh_of("data=1").shape["data"]
    1
    """
    if not isinstance(asked, str):
        _check_axes(asked.axis_names, str(dict(asked.shape)))
        return asked
    devices = jax.devices()
    parts = [re.fullmatch(r"\s*([A-Za-z_]\w*)\s*(?:=\s*([0-9]{1,9})\s*)?", part) for part in asked.split(",")]
    axes = {part[1]: int(part[2] or len(devices)) for part in parts if part}
    if len(axes) != len(parts) or 0 in axes.values():
        raise ModelError(
            "A mesh is an axis, an equals sign and how many devices lie along it, one at least",
            found=repr(asked[:60]),
            where="mesh",
            remedy=f"Write {DATA}=8 for eight devices, or {DATA} for all.",
        )
    _check_axes(tuple(axes), asked)
    number = axes[DATA]
    if number > len(devices):
        raise ModelError(
            "A mesh has no more devices than there are",
            found=f"{number:,} asked for",
            where=f"{len(devices)} of the platform {devices[0].platform!r}",
            remedy=f"Ask for {DATA}={len(devices)} at most; CPU devices are simulated by "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={number} in the environment.",
        )
    return Mesh(np.array(devices[:number]), (DATA,))


def _check_axes(names: Sequence[str], found: str) -> None:
    unknown = [name for name in names if name != DATA]
    if unknown or len(names) != 1:
        raise ModelError(
            f"A mesh has one axis, {DATA!r}, along which the runs of a batch lie",
            found=found[:60],
            where=f"axis {unknown[0]!r}" if unknown else "a mesh without an axis",
            remedy=f"Write {DATA}=8 for eight devices{did_you_mean(unknown[0] if unknown else '', [DATA])}",
        )


@final
@dataclass(frozen=True)
class Share:
    """The runs that the devices of this process have, when `count` runs are spread evenly over a mesh.

    The batch is padded to `total`, a multiple of the number of devices: run number `count` and all after it are padding,
    which is given nothing to do and is no part of the answer.

    Args:
        mesh: the devices.
        count: how many runs there are, in all processes.
    """

    mesh: Mesh
    count: int

    @property
    def total(self) -> int:
        """How many runs there are with the padding."""
        return -(-self.count // self.mesh.size) * self.mesh.size

    @property
    def sharding(self) -> NamedSharding:
        """Device number i has the i-th part of the first axis, [batch / devices, ...]."""
        return NamedSharding(self.mesh, PartitionSpec(DATA))

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the runs of this process, padding included, in rising order."""
        parts = self.sharding.addressable_devices_indices_map((self.total,)).values()
        return tuple(sorted(number for part in parts for number in self._numbers_of(part)))

    @property
    def idle(self) -> list[bool]:
        """For each run of this process whether it is padding."""
        return [number >= self.count for number in self.numbers]

    def each(self, given: Sequence[T]) -> list[T]:
        """What was given for each run of this process; the padding has what the last run has."""
        return [given[min(number, self.count - 1)] for number in self.numbers]

    def spread(self, parts: Sequence[Any]) -> Any:  # noqa: ANN401 - a tree of any kind, as jax.tree.map has it
        """Trees of arrays, one for each run of this process, as one tree of arrays [batch, ...] over the mesh."""
        place = {number: index for index, number in enumerate(self.numbers)}

        def spread(*leaves: jax.Array) -> jax.Array:
            def part(index: tuple[slice, ...] | None) -> jax.Array:
                return jnp.stack([leaves[place[number]] for number in self._numbers_of(index)])

            shape = (self.total, *leaves[0].shape)
            return jax.make_array_from_callback(shape, self.sharding, part, dtype=leaves[0].dtype)

        return jax.tree.map(spread, *parts)

    def collect(self, tree: Any) -> dict[int, Any]:  # noqa: ANN401 - as above
        """For each run of this process, without the padding, its part of a tree of arrays [batch, ...] over the mesh."""
        leaves, structure = jax.tree.flatten(tree)
        held = [self._by_number(leaf) for leaf in leaves]
        numbers = [number for number, idle in zip(self.numbers, self.idle, strict=True) if not idle]
        return {number: structure.unflatten([each[number] for each in held]) for number in numbers}

    def _by_number(self, array: jax.Array) -> dict[int, jax.Array]:
        return {
            number: jnp.asarray(row)
            for shard in array.addressable_shards
            for number, row in zip(self._numbers_of(shard.index), np.asarray(shard.data), strict=True)
        }

    def _numbers_of(self, index: tuple[slice, ...] | None) -> range:
        return range(*((slice(None),) if index is None else index)[0].indices(self.total))


def over_mesh(function: Callable[..., Any], mesh: Mesh) -> Callable[..., Any]:
    """A function of stacked runs, [batch, ...], that each device computes for its part, alone.

    No device says anything to another, so that a loop ends on each device when its own runs have ended.
    """
    return jax.shard_map(function, mesh=mesh, in_specs=PartitionSpec(DATA), out_specs=PartitionSpec(DATA))
