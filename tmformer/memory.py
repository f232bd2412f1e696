"""Memory: how much there is, and how much a run would take, said before anything is allocated."""

import os

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", "RB", "QB")


def computer_memory() -> int:
    """Bytes of memory of this computer."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def shown_bytes(count: int) -> str:
    """A number of bytes in words.

    >>> shown_bytes(25_300_000_000)
    '25.3 GB'
    """
    power = min(max(len(str(count)) - 1, 0) // 3, len(_UNITS) - 1)
    return f"{count / 1000**power:.3g} {_UNITS[power]}"
