"""What a user can do about a machine that a format cannot express."""

YAML = "Write the machine in the YAML format, which expresses everything."
"""The way out that is always there."""


def renaming(blank: str) -> str:
    """The way out where a format has names of its own, as the first half of a remedy.

    Args:
        blank: the format's name of the blank.

    >>> renaming("_")
    'Rename the blank by --rename-blank _ or a state by --rename-state OLD=NEW (with_blank, with_state in Python). '
    """
    return f"Rename the blank by --rename-blank {blank} or a state by --rename-state OLD=NEW (with_blank, with_state in Python). "
