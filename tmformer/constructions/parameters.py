"""Labels that may come from a file: what their parameters say, and whether they are those that a construction writes."""

from collections.abc import Mapping

from tmformer.constructions.interface import not_ours
from tmformer.program import Labels


def number(labels: Labels, name: str) -> int:
    """A parameter that is a whole number."""
    return int(labels.parameters[name])


def check_parameters(labels: Labels, kinds: Mapping[str, type]) -> None:
    """Refuse labels without a parameter, or with one of another type.

    Args:
        labels: the labels.
        kinds: the type of each parameter by name.

    Raises:
        ConstructionError: naming the first.
    """
    for name, kind in kinds.items():
        value = labels.parameters.get(name)
        if not isinstance(value, kind):
            raise not_ours(labels, f"{name} = {value!r}", f"parameter {name!r}")


def check_fields(labels: Labels, wanted: Labels) -> None:
    """Refuse labels that differ from those that the construction writes; their sharpness may be another.

    Args:
        labels: the labels.
        wanted: what the construction writes for the same sizes.

    Raises:
        ConstructionError: naming the first field that differs.
    """
    for name in wanted.__struct_fields__:
        held = getattr(labels, name)
        if name != "sharpness" and held != getattr(wanted, name):
            said = ", ".join(register.name for register in labels.registers) if name == "registers" else str(held)
            raise not_ours(labels, said[:200], name)
