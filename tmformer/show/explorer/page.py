"""One self-contained HTML file: the page's own style and scripts, the data of a run, and nothing from outside."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from tmformer.show.explorer.description import describe
from tmformer.show.explorer.windows import windows

if TYPE_CHECKING:
    from tmformer.verify import Recording

SCRIPTS = (
    "run",
    "cursor",
    "elements",
    "names",
    "theme",
    "symbols",
    "uses",
    "about",
    "sentence",
    "player",
    "keys",
    "controls",
    "strip",
    "tape",
    "spaceview",
    "spacepaint",
    "spaceaxes",
    "spacepointer",
    "spacetime",
    "diagram",
    "rules",
    "table",
    "visible",
    "palette",
    "recall",
    "families",
    "lookup",
    "chains",
    "chooser",
    "ranking",
    "arrows",
    "search",
    "matrix",
    "attention",
    "coordinates",
    "registers",
    "units",
    "heatmap",
    "weights",
    "main",
)
"""The modules of the page, each after those that it imports; no two of them declare the same name."""

STYLES = ("base", "machine", "network")
"""Its style sheets."""

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async )?function|class|const)", re.MULTILINE)


def explore(recording: "Recording") -> str:
    """The explorer of a run: an HTML page that shows it, step by step, by itself and without a network.

    Everything that came from a machine is data: it is in a JSON text in which no ``<`` stands, and the page writes it as
    text. The page's policy allows the page's own script and styles, known by their hashes, and nothing else.

    Args:
        recording: of a run.
    """
    described = describe(recording)
    return page(
        f"{recording.labels.parameters.get('machine', '')} by {recording.labels.construction}",
        described,
        windows(recording),
    )


def page(title: str, described: dict[str, object], parts: Iterable[tuple[int, int, str]]) -> str:
    """The page of what `describe` says, and of windows.

    Args:
        title: of the page.
        described: plain data.
        parts: as `windows` gives them.
    """
    script, style = _script(), "\n".join(_file(f"{name}.css") for name in STYLES)
    packed, places = list[str](), list[dict[str, int]]()
    for number, (first, count, text) in enumerate(parts):
        places.append({"first": first, "count": count})
        packed.append(f'<script type="text/plain" id="window-{number}">{text}</script>')
    data = _embedded(described | {"windows": places})
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    filled = {
        "policy": policy,
        "title": escape(title),
        "style": style,
        "data": data,
        "windows": "\n".join(packed),
        "script": script,
    }
    # One pass, so that nothing that is filled in is filled again.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found.group(1)], _file("page.html"))


def _embedded(value: object) -> str:
    """JSON that may stand in an HTML script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _script() -> str:
    """The modules one after another, as one script: what they import stands before them."""
    texts = (_EXPORT.sub("", _IMPORT.sub("", _file(f"{name}.js"))) for name in SCRIPTS)
    return '"use strict";\n' + "\n".join(texts)


def _file(name: str) -> str:
    return (resources.files("tmformer.show.explorer") / "page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
