"""The inputs and the `expect:` list of a machine file, as `turingmachine_io` and `expectations` read them."""

from tmformer.machine.document import Case, Document
from tmformer.machine.formats.scalars import MAX_NAME, scalar, scalars


def format_inputs(document: Document) -> str:
    r"""The lines `input:`, `further inputs:` and `expect:`; each only if there is something to say.

    Raises:
        MachineError: if a name is too long for a line of YAML.

    >>> from tmformer.machine import parse_document
    >>> text = "{blank: ' ', start state: a, input: 01, table: {a: {[0,1]: R, ' ': {L: b}}, b: }}"
    >>> format_inputs(parse_document(text))
    "input: '01'\n"
    """
    lines = [f"input: {_word(document.input)}"] * bool(document.input)
    lines += [f"further inputs: {_words(document.further)}"] * bool(document.further)
    lines += ["expect:"] * bool(document.cases)
    lines += [f"  - {{{_case(case, document.machine.tapes)}}}" for case in document.cases]
    return "".join(f"{line}\n" for line in lines)


def _case(case: Case, tapes: int) -> str:
    """What is said of a case, as the entries of a mapping."""
    further = (*case.further, *((),) * (tapes - 1 - len(case.further)))
    entries = {
        "input": _word(case.input),
        "start head": str(case.start_head) if case.start_head else None,
        "outcome": str(case.outcome),
        "steps": None if case.steps is None else str(case.steps),
        "state": None if case.state is None else scalar(case.state),
        "tape": None if case.tape is None else _word(case.tape),
        "head": None if case.head is None else str(case.head),
        "accepted": None if case.accepted is None else str(case.accepted).lower(),
        "further inputs": _words(further) if case.further else None,
        "further tapes": None if case.further_tapes is None else _words(case.further_tapes),
    }
    return ", ".join(f"{key}: {value}" for key, value in entries.items() if value is not None)


def _word(symbols: tuple[str, ...]) -> str:
    """Symbols as a text, a character each; as a list where that will not do."""
    is_text = len(symbols) <= MAX_NAME and all(len(symbol) == 1 for symbol in symbols)
    return scalar("".join(symbols), is_quoted=True) if is_text else scalars(symbols)


def _words(words: tuple[tuple[str, ...], ...]) -> str:
    return f"[{', '.join(map(_word, words))}]"
