"""Pictures of each view, for people to look at: ``python tests/browser/screenshots.py`` writes those of SHOTS.

What they show is asserted on in test_screenshots.py, from the same pages; the pixels are not, as fonts differ from machine to machine.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "screenshots"
COLOURS = 64

sys.path.insert(0, str(ROOT))

from tests.browser.chromium import found  # noqa: E402 - after the path
from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.looking import wait  # noqa: E402
from tests.browser.runs import beaver, evaluated, graded, page_of, parentheses  # noqa: E402
from tests.show.explorer.pages import hostile  # noqa: E402
from tmformer.verify import Recording  # noqa: E402


@final
@dataclass(frozen=True)
class Shot:
    """One picture.

    Args:
        section: the view.
        run: whose page.
        step: the machine step shown.
        theme: "light" or "dark".
        width: of the window, in pixels.
        about: what the picture shows.
    """

    section: str
    run: Callable[[], Recording]
    step: int
    about: str
    theme: str = "light"
    width: int = 1000


def _wei_ma() -> Recording:
    return parentheses("wei_ma")


def _beaver() -> Recording:
    return beaver("cellular")


SHOTS = {
    "tape": Shot("tape", parentheses, 9, "the tape of balanced_parentheses on (()())"),
    "space-time": Shot("space-time", _beaver, 700, "2,000 machine steps of bb5, from above"),
    "diagram": Shot("diagram", parentheses, 9, "the state diagram, the state of now and the next transition lit"),
    "table": Shot("table", parentheses, 9, "the transition table, the next rule lit"),
    "attention": Shot(
        "attention", parentheses, 9, "arrows of the construction cellular, and whom an attention head scored"
    ),
    "search": Shot("attention", _wei_ma, 26, "the search of the construction wei_ma, closing in on the last visit"),
    "registers": Shot(
        "registers", graded, 3, "the residual stream in the graded regime: the scratch, and after the snap"
    ),
    "weights": Shot("weights", parentheses, 9, "W_in, a row for each unit, those that fire lit"),
    "attention-dark": Shot("attention", parentheses, 9, "arrows, in dark colours", theme="dark"),
    "diagram-dark": Shot("diagram", parentheses, 9, "the state diagram, in dark colours", theme="dark"),
    "search-phone": Shot("attention", _wei_ma, 26, "the search on a phone", width=390),
    "table-hostile-phone": Shot("table", hostile, 2, "a machine whose names are markup, on a phone", width=390),
}


def shown(page: Any, shot: Shot) -> Any:
    """The view of a picture, as it is to be seen."""
    evaluated(page, "cursor.goTo(argument);", shot.step)
    wait(page, shot.section)
    return page.locator(f"#{shot.section}")


def options(shot: Shot) -> dict[str, Any]:
    """How the window is."""
    return {"viewport": {"width": shot.width, "height": 2600}, "color_scheme": shot.theme, "reduced_motion": "reduce"}


def write(picture: bytes, path: Path) -> None:
    """A picture in few colours, which makes it small."""
    from PIL import Image

    Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Write all pictures."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=found(), args=list(ARGUMENTS))
        for name, shot in SHOTS.items():
            file = Path(folder) / f"{name}.html"
            file.write_text(page_of(shot.run()), encoding="utf-8")
            page = browser.new_context(**options(shot)).new_page()
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready=yes]")
            write(shown(page, shot).screenshot(), FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
