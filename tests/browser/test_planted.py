"""Faults planted in the page's script, each of which the tests must see."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.browser import test_labels, test_machine_views, test_network
from tests.browser.looking import overlaps, pale, wait
from tests.browser.planting import planted
from tests.browser.runs import evaluated, parentheses

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

WINNER = ("const winner = scores.indexOf(best);", "const winner = Math.max(0, scores.indexOf(best) - 1);")
LIT_STATE = ("states.indexOf(run.states[step]);", "states.indexOf(run.states[Math.min(step + 1, run.steps)]);")
LIT_RULE = ("transitionsUsed(this.run)[step] : -1", "transitionsUsed(this.run)[step + 1] : -1")
TAPE = (
    "for (let at = from * CHECKPOINT; at < step; at += 1)",
    "for (let at = from * CHECKPOINT; at < step - 1; at += 1)",
)
RACE = ("run.text(value, before, other) === digit)", "run.text(value, before, other) !== digit)")
REGISTERS = (
    'const STREAM_STAGES = ["before", "attended", "after"];',
    'const STREAM_STAGES = ["before", "after", "attended"];',
)
WEIGHTS = ("(row, column) => this.say(row, column)", "(row, column) => this.say(row, Math.max(0, column - 1))")
MARGIN = ("marginSentence(run, best - found.scores[below],", "marginSentence(run, 1 + best - found.scores[below],")

CAUGHT: dict[str, tuple[tuple[str, str], Callable[[Opened], None]]] = {
    "the winner is the row before": (
        WINNER,
        lambda opened: test_network.test_whom_a_row_attends_to(opened, "cellular"),
    ),
    "the margin is 1 more": (MARGIN, lambda opened: test_network.test_whom_a_row_attends_to(opened, "wei_ma")),
    "the state lit is the next one": (
        LIT_STATE,
        lambda opened: test_machine_views.test_each_machine_step_is_shown_as_it_was(opened, "bb3", "", "cellular"),
    ),
    "the rule lit is the next one": (
        LIT_RULE,
        lambda opened: test_machine_views.test_each_machine_step_is_shown_as_it_was(opened, "bb3", "", "cellular"),
    ),
    "the tape is a machine step late": (
        TAPE,
        lambda opened: test_machine_views.test_each_machine_step_is_shown_as_it_was(opened, "bb3", "", "cellular"),
    ),
    "the search keeps those that lose": (
        RACE,
        lambda opened: test_network.test_the_search_closes_in_on_the_last_visit(opened, 2),
    ),
    "two places of the stream are exchanged": (
        REGISTERS,
        lambda opened: test_network.test_registers_say_what_the_stream_holds_at_three_places(opened, "cellular"),
    ),
    "the weight told is its neighbour": (
        WEIGHTS,
        lambda opened: test_network.test_the_entry_under_the_pointer_is_the_matrix_entry(opened, "cellular"),
    ),
}


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_planted_fault_is_caught(opened: Opened, fault: str):
    change, check = CAUGHT[fault]
    with pytest.raises((AssertionError, ValueError)) as found:
        check(partial(opened, change=planted(*change)))
    assert "in the script" not in str(found.value)


def test_a_label_moved_over_another_is_caught(opened: Opened):
    page = opened(parentheses())
    evaluated(page, "cursor.goTo(5);")
    assert overlaps(page, "attention") == []
    page.evaluate(
        """() => { const [one, other] = document.querySelectorAll("#attention .head-arrow .arrow-name");
        one.setAttribute("x", other.getAttribute("x")); }"""
    )
    assert overlaps(page, "attention") != []


def test_pale_text_is_caught(opened: Opened):
    page = opened(parentheses())
    wait(page, "attention")
    assert pale(page) == []
    page.evaluate("document.documentElement.style.setProperty('--ink-soft', '#999999')")
    assert pale(page) != []


def test_text_wider_than_a_phone_is_caught(opened: Opened):
    """Planted: the lead of the tape does not wrap."""

    def nowrap(recording: Any, **options: Any) -> Any:
        page = opened(recording, **options)
        page.evaluate("document.querySelector('#tape .lead').style.whiteSpace = 'nowrap'")
        return page

    with pytest.raises(AssertionError):
        test_labels.test_no_text_is_written_over_another_or_cut_off(nowrap, "cellular", 390)
