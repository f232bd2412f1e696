"""The machines that come with tmformer: one file a machine, the same files in a checkout and in an installed package."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from tmformer.errors import MachineError, did_you_mean


def shipped_folder() -> Traversable:
    """The folder of the shipped machines: `shipped` in an installed package, `machines` in a checkout."""
    installed = files("tmformer").joinpath("shipped")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "machines"


def shipped_names() -> tuple[str, ...]:
    """The names of the shipped machines, in alphabetical order.

    >>> "increment" in shipped_names()
    True
    """
    folder = shipped_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


def shipped_file(name: str) -> Traversable:
    """The file of a shipped machine.

    Raises:
        MachineError: if no machine of that name is shipped.
    """
    known = shipped_names()
    if name not in known:
        raise MachineError(
            "A shipped machine has one of the known names",
            found=repr(name),
            where="the shipped machines",
            remedy=f"Use one of {', '.join(known)}{did_you_mean(name, known)}",
        )
    return shipped_folder().joinpath(f"{name}.yaml")
