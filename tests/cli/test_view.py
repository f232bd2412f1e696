"""The tape as it goes."""

import io

import pytest
from rich.console import Console

from tmformer.cli import view as view_module
from tmformer.cli.progress import Pace
from tmformer.cli.view import Beside, Lines, Rows, Silent, view_of
from tmformer.machine import configuration, initial_configuration, load, run

BB4 = list(run(load("bb4"), initial_configuration("A", (), "0")))


def terminal(width: int = 80, height: int = 24) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=height, markup=False, color_system=None)


def picture(rows: Rows) -> list[str]:
    return rows.picture().plain.splitlines()


def test_lines(capsys: pytest.CaptureFixture[str]):
    lines = Lines()
    for steps, now in enumerate(BB4[:4]):
        lines.show(steps, now)
    out = capsys.readouterr().out.splitlines()
    assert [line.split() for line in out] == [
        ["0", "A", "[0]"],
        ["1", "B", "1[0]"],
        ["2", "A", "[1]1"],
        ["3", "B", "[0]11"],
    ]


def test_a_line_stands_for_machine_steps_that_were_not_shown(capsys: pytest.CaptureFixture[str]):
    lines = Lines()
    for steps in (0, 1, 4, 5, 5, 9):
        lines.show(steps, BB4[steps])
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out] == ["0", "1", "…", "4", "5", "5", "…", "9"]
    assert {len(line) for line in out if "…" in line} == {8}


def test_a_machine_that_starts_halted_has_one_line(capsys: pytest.CaptureFixture[str]):
    Lines().show(0, BB4[0])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_long_tapes_are_cut_around_the_tape_head(capsys: pytest.CaptureFixture[str]):
    Lines().show(9, configuration("A", 500, dict.fromkeys(range(1000), "1"), "0"))
    out = capsys.readouterr().out.splitlines()
    assert max(map(len, out)) <= 80
    assert "1[1]1" in out[0]
    assert out[0].endswith("…")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 8), (28, 3)])
def test_the_picture_fits_the_terminal(width: int, height: int):
    rows = Rows(BB4[0], terminal(width, height))
    for steps, now in enumerate(BB4[1:], start=1):
        rows.show(steps, now)
        lines = picture(rows)
        assert max(map(len, lines[:-1])) <= width
        assert len(lines) <= max(3, height)
        assert lines[-2].split()[0] == str(steps)
        assert "[" in lines[-2]


def test_cells_stand_under_cells():
    rows = Rows(BB4[0], terminal())
    for steps, now in enumerate(BB4[1:8], start=1):
        rows.show(steps, now)
    lines = picture(rows)[1:-1]
    assert len({len(line) for line in lines}) == 1
    column = {now.head: line.index("[") for now, line in zip(BB4[:8], lines, strict=True)}
    origin = column[0]
    assert all(place == origin + 2 * cell for cell, place in column.items())


def test_a_tape_wider_than_the_terminal_follows_the_tape_head():
    tape = dict.fromkeys(range(500), "1")
    rows = Rows(configuration("A", 0, tape, "0"), terminal())
    for steps in range(1, 500):
        rows.show(steps, configuration("A", steps, tape, "0"))
        last = picture(rows)[-2]
        assert "1[1]" in last
        assert len(last) <= 80


def test_wide_and_hostile_symbols():
    rows = Rows(configuration("[red]\x1b", 1, {0: "界", 1: "[bold]", 2: "\x1b[2J"}, " "), terminal())
    console = terminal()
    console.print(rows.picture())
    out = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[2J" not in out
    assert "[bold]" in out
    assert r"[red]\x1b" in out


def test_the_last_picture_stays():
    console = terminal()
    with Rows(BB4[0], console).on_screen() as rows:
        for steps, now in enumerate(BB4[1:], start=1):
            rows.show(steps, now)
    last = console.file.getvalue().split("step")[-1]  # type: ignore[attr-defined]
    assert "107" in last
    assert "Ctrl-C" not in last


def test_the_view_suits_the_output(monkeypatch: pytest.MonkeyPatch):
    with view_of(BB4[0], is_silent=True) as view:
        assert isinstance(view, Silent)
        view.show(1, BB4[1])
    with view_of(BB4[0], is_silent=False) as view:
        assert isinstance(view, Lines)
    monkeypatch.setattr(view_module, "is_live", lambda: True)
    monkeypatch.setattr(view_module, "stdout_console", terminal)
    with view_of(BB4[0], is_silent=False) as view:
        assert isinstance(view, Rows)


def late() -> Pace:
    """A run that has taken nine seconds each time one asks."""
    seconds = iter(range(0, 10_000, 9))
    return Pace(None, lambda: next(seconds))


def test_the_picture_says_how_far_the_run_is():
    rows = Rows(BB4[0], terminal(), late())
    rows.show(1, BB4[1])
    rows.show(10, BB4[10])
    assert picture(rows)[-1] == "10 machine steps, 1 steps/s, 5 cells; Ctrl-C ends the run"
    rows = Rows(BB4[0], terminal(), Pace(None, lambda: 0))
    rows.show(1, BB4[1])
    assert picture(rows)[-1] == "running; Ctrl-C ends the run"


def test_beside_a_pipe_one_line_on_standard_error_says_it(capsys: pytest.CaptureFixture[str]):
    console = terminal()
    with Beside(Lines(), late(), console).on_screen() as beside:
        for steps in (0, 9, 18):
            beside.show(steps, BB4[steps])
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "18 machine steps, 1 steps/s, " in said
    assert said.endswith("\x1b[2K")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["0", "…", "9", "…", "18"]


def test_where_standard_error_is_a_terminal_it_says_how_far_the_run_is(monkeypatch: pytest.MonkeyPatch):
    """Not where standard output shows something on the same terminal."""

    def kind(**how: bool) -> type:
        with view_of(BB4[0], late(), **how) as view:
            return type(view)

    assert [kind(is_silent=True, is_json=True), kind(is_silent=False)] == [Silent, Lines]
    monkeypatch.setattr(view_module, "is_live_error", lambda: True)
    monkeypatch.setattr(view_module, "stderr_console", terminal)
    assert [kind(is_silent=True, is_json=True), kind(is_silent=False), kind(is_silent=True)] == [Beside] * 3
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert [kind(is_silent=True, is_json=True), kind(is_silent=True)] == [Beside, Silent]
    with view_of(BB4[0], is_silent=True) as view:
        assert isinstance(view, Silent)
