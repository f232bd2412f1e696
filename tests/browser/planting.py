"""Planting faults: a page with some text of its script exchanged, and the hash in its policy made to fit again."""

import base64
import hashlib
import re
from collections.abc import Callable

_SCRIPT = re.compile(r'(?<=<script type="module">).*?(?=</script>)', re.DOTALL)
_HASH = re.compile(r"script-src 'sha256-[^']*'")


def planted(own: str, other: str) -> Callable[[str], str]:
    """A change of a page.

    Args:
        own: a text that stands in its script.
        other: what stands there instead.
    """

    def change(page: str) -> str:
        (script,) = _SCRIPT.findall(page)
        if own not in script:
            raise ValueError(f"there is no {own!r} in the script")
        changed = script.replace(own, other)
        digest = base64.b64encode(hashlib.sha256(changed.encode()).digest()).decode()
        return _HASH.sub(lambda _: f"script-src 'sha256-{digest}'", page.replace(script, changed))

    return change
