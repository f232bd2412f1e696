"""What the readers and writers of JFLAP's and of Doty's format refuse."""

from functools import partial

from tests.errors.sites import Case
from tests.machine.formats.malformed_further import DOTY, JFLAP, doty
from tests.machine.formats.test_doty_writer import BEYOND as BEYOND_DOTY
from tests.machine.formats.test_jflap_writer import BEYOND as BEYOND_JFLAP
from tmformer.machine import format_machine, parse_document

WITHOUT_A_KEY = doty().replace("start_state", "# start_state")
WRITTEN_ONLY = doty("q: {a: [y, ?, R]}")
RULES_OF_A_HALTING_STATE = doty("y: {a: [y, a, R]}")
CASES: dict[str, Case] = {
    **{name: partial(parse_document, malformed.text) for name, malformed in [*JFLAP.items(), *DOTY.items()]},
    **{f"{name}, to JFLAP": partial(format_machine, machine, "jflap") for name, (machine, _) in BEYOND_JFLAP.items()},
    **{f"{name}, to Doty": partial(format_machine, machine, "doty") for name, (machine, _) in BEYOND_DOTY.items()},
    "no start_state": partial(parse_document, WITHOUT_A_KEY),
    "a wildcard written only": partial(parse_document, WRITTEN_ONLY),
    "rules of the accepting state": partial(parse_document, RULES_OF_A_HALTING_STATE),
}
