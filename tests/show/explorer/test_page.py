"""The page: one file, its policy, nothing of a machine's in its markup."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from tests.show.explorer.pages import HOSTILE, data_of, hostile, recorded
from tmformer.show import explore
from tmformer.show.explorer.description import describe
from tmformer.show.explorer.page import SCRIPTS, STYLES

FOLDER = resources.files("tmformer.show.explorer") / "page"


class Seen(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_the_same_run_gives_the_same_bytes():
    recording = recorded("bb2")
    assert explore(recording) == explore(recording)


def test_it_holds_what_was_described():
    recording = recorded("bb2", construction="wei_ma")
    data = data_of(explore(recording))
    windows = data.pop("windows")
    assert data == describe(recording)
    assert sum(window["count"] for window in windows) == len(recording.blocks)


@pytest.mark.parametrize("which", ["plain", "hostile"])
def test_its_markup_is_its_own(which: str):
    """A hostile machine adds no element to those of a harmless one, but for its own windows."""
    recording = hostile() if which == "hostile" else recorded("bb2")
    seen, own = Seen(explore(recording)), Seen((FOLDER / "page.html").read_text(encoding="utf-8"))
    names = [tag for tag, _ in seen.elements]
    assert names.count("script") == 3
    assert [tag for tag in names if tag != "script"] == [tag for tag, _ in own.elements if tag != "script"]
    assert not [attribute for _, found in seen.elements for attribute in found if attribute.startswith("on")]
    assert not [found for _, found in seen.elements if "src" in found or "href" in found]


def test_a_hostile_name_is_data():
    page = explore(hostile())
    assert HOSTILE.start not in page
    assert data_of(page)["machine"]["states"] == list(HOSTILE.states)
    assert "<title>&lt;h1&gt;{{data}}&lt;/h1&gt; by cellular</title>" in page


def test_the_policy_allows_what_is_there_and_nothing_else():
    page = explore(recorded("bb2"))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for element, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{element}(?: type=\"module\")?>(.*?)</{element}>", page, re.DOTALL)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts]
        assert rules[rule].split() == hashes
    assert "unsafe" not in policy
    assert "http:" not in policy


def test_every_file_of_the_page_is_built_in():
    files = {path.name for path in FOLDER.iterdir()}
    assert files == {f"{name}.js" for name in SCRIPTS} | {f"{name}.css" for name in STYLES} | {"page.html"}


def test_no_two_modules_declare_the_same_name():
    declared: list[str] = []
    for name in SCRIPTS:
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        declared += re.findall(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared)), sorted(each for each in declared if declared.count(each) > 1)


def test_modules_import_what_stands_before_them():
    for place, name in enumerate(SCRIPTS):
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        for imported in re.findall(r'^import .* from "\./(\w+)\.js";$', text, re.MULTILINE):
            assert imported in SCRIPTS[:place], f"{name} imports {imported}"
        assert text.count("import ") == len(re.findall(r'^import \{[^}]*\} from "\./\w+\.js";$', text, re.MULTILINE))


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
)
def test_no_module_makes_markup_from_text(word: str):
    for name in SCRIPTS:
        assert word not in (FOLDER / f"{name}.js").read_text(encoding="utf-8")
