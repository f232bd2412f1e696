"""README.md tells the truth: its Python runs, and its commands print what it shows."""

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import enumeration, speed_against_cells, speed_against_steps, time_of_whole_runs
from benchmarks.__main__ import with_answer
from benchmarks.float_format_limits import in_readme
from tmformer.constructions import ALL_CLAIMS, as_markdown
from tmformer.machine import check_case, parse_document
from tmformer.machine.formats.conventions import as_markdown as machine_formats
from tmformer.precision import FORMATS, POLICIES, policy_named

README = Path(__file__).parents[1] / "README.md"
RESULTS = README.parent / "benchmarks" / "results"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_python(texts: list[str]) -> None:
    """Run all blocks in one namespace, as a reader would; blocks with prompts must print what they show."""
    names: dict[str, object] = {}
    for number, text in enumerate(texts, start=1):
        if ">>>" in text:
            test = doctest.DocTestParser().get_doctest(text, names, f"block {number}", "README.md", 0)
            doctest.DebugRunner(optionflags=FLAGS).run(test, clear_globs=False)
            names.update(test.globs)
        else:
            exec(compile(text, f"README.md, block {number}", "exec"), names)  # noqa: S102 - the README is ours


def commands(texts: list[str]) -> list[tuple[str, str]]:
    """(command, output shown) of each ``$ tmformer ...``; other commands are for other tests."""
    pairs = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(texts), re.MULTILINE)
    return [pair for pair in pairs if pair[0].startswith("tmformer ")]


def run_command(command: str, shown: str, folder: Path) -> None:
    script = f'PATH="{Path(sys.executable).parent}:$PATH"; {command}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=folder)
    if shown.strip():
        assert doctest.OutputChecker().check_output(shown, done.stdout + done.stderr, FLAGS), done.stdout + done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_what_the_readme_links_to_is_there():
    text = README.read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#:]+)\)", text))
    assert "tests/browser/screenshots/search.png" in links
    assert [link for link in sorted(links) if not (README.parent / link).exists()] == []


def test_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    run_python(blocks(README.read_text(encoding="utf-8"), "python"))


def test_commands_of_the_readme_print_what_it_shows(tmp_path: Path):
    for command, shown in commands(blocks(README.read_text(encoding="utf-8"), "console")):
        run_command(command, shown, tmp_path)


def test_it_can_fail(tmp_path: Path):
    text = (
        "```python\nx = 2\n```\n```python\n>>> x + 1\n4\n```\n```console\n$ make demo\n$ tmformer no-such\nfine\n```\n"
    )
    run_python(blocks(text, "python")[:1])
    with pytest.raises(doctest.DocTestFailure):
        run_python(blocks(text, "python"))
    assert commands(blocks(text, "console")) == [("tmformer no-such", "fine\n")]
    with pytest.raises(AssertionError):
        run_command("echo other", "fine\n", tmp_path)
    run_command("echo fine, all", "fine, ...\n", tmp_path)


def between(text: str, mark: str) -> str:
    """What stands between two marks of the README."""
    return text.partition(f"<!-- {mark} -->\n")[2].partition(f"<!-- /{mark} -->")[0].strip()


def test_its_table_of_claims_is_that_of_the_constructions():
    table = as_markdown(ALL_CLAIMS)
    assert between(README.read_text(encoding="utf-8"), "claims") == table
    assert "num_heads" in table


def test_its_table_of_number_formats_is_that_of_the_package():
    lines = [
        "| format | computed | beta | accumulation | integers exact up to | most ties |",
        "|---|---|---|---|---|---|",
    ]
    for each in FORMATS.values():
        policy, computed = policy_named(POLICIES[0], each), "as it is" if each.is_native else "by emulation"
        exact = f"2^{each.precision}"
        lines.append(
            f"| {each.name} | {computed} | {each.beta} | {policy.accumulation.name} | {exact} | {policy.most_ties:,} |"
        )
    assert between(README.read_text(encoding="utf-8"), "formats") == "\n".join(lines)


def test_its_table_of_machine_formats_is_that_of_the_package():
    assert between(README.read_text(encoding="utf-8"), "machine_formats") == machine_formats()


def test_its_table_of_limits_is_that_of_the_committed_atlas():
    answer = json.loads((RESULTS / "float_format_limits.json").read_text(encoding="utf-8"))
    assert between(README.read_text(encoding="utf-8"), "float_format_limits") == in_readme(answer)


def test_its_table_of_enumerations_is_that_of_the_committed_report():
    answer = json.loads((RESULTS / "enumeration.json").read_text(encoding="utf-8"))
    assert between(README.read_text(encoding="utf-8"), "enumeration") == enumeration.in_readme(answer)
    assert [(row["machines"], row["longest"]["most"], row["differing"]) for row in answer["rows"]] == [
        (20_736, 6, 0),
        (16_777_216, 21, 0),
    ]


@pytest.mark.parametrize("question", [speed_against_steps, time_of_whole_runs, speed_against_cells])
def test_its_tables_of_speed_are_those_of_the_committed_results(question: ModuleType):
    name = question.__name__.rpartition(".")[2]
    answer = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    assert between(README.read_text(encoding="utf-8"), name) == question.in_readme(answer)


def test_its_pictures_are_there():
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", README.read_text(encoding="utf-8"))
    assert pictures
    assert all((README.parent / path).is_file() for path in pictures)


def test_an_answer_is_written_between_its_marks():
    text = "a\n<!-- q -->\nold\n<!-- /q -->\nb\n"
    assert with_answer(text, "q", "new") == text.replace("old", "new")
    assert with_answer(text, "other", "new") == text


def test_its_machine_file_does_what_it_expects():
    documents = [parse_document(text) for text in blocks(README.read_text(encoding="utf-8"), "yaml")]
    assert [check_case(document.machine, case).steps for document in documents for case in document.cases]
