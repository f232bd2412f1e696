"""The table of the atlas."""

from tests.show.drawn import ENTRIES
from tmformer.show import as_markdown, shown


def test_a_row_a_format_and_policy_and_a_column_a_construction():
    lines = as_markdown(ENTRIES).splitlines()
    assert lines[0] == "| format | policy | cellular | wei_ma radix 2 | perez |"
    assert lines[3] == "| float16 | pure | none / 2^9 (2^8) |  | lost at 14 |"
    assert len(lines) == 2 + 3


def test_what_is_shown_of_one():
    assert [shown(entry) for entry in ENTRIES[:3]] == ["2^20 / 2^20", "none / 2^9 (2^8)", "2^4 / 2^6"]
