"""JFLAP's `.jff` files: Turing machines of one to five two-way tapes, as XML.

    <structure><type>turing</type><tapes>1</tapes><automaton>
      <state id="0" name="q0"><initial/></state> <state id="1" name="q1"><final/></state>
      <transition><from>0</from><to>1</to><read>a</read><write>b</write><move>R</move></transition>
    </automaton></structure>

Labels are those of `jflap_labels`. The alphabet is the blank □ and every symbol that a label names; ``~`` and ``!x`` stand for
those. A run that enters a final state halts and accepts; one that finds no transition rejects. Transitions with ``!`` are
tried last; where two others match the same symbols, the machine is nondeterministic, and refused unless they do the same.
A transition out of a final state is refused: by JFLAP's preferences it is dead or it is not. Names of states that are
missing or not unique become q<id>. JFLAP 6 and 7 write states as `<block>`; a block that holds a machine is refused.
Positions and labels of the picture are read over; the notes are the comment.
"""

import re
from collections import Counter
from collections.abc import Mapping

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats.jflap_labels import BLANK, Label, parse_labels, resolve_variables
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.markup import Element, check_children, only, parse_markup
from tmformer.machine.formats.patterns import Pattern, expand
from tmformer.machine.spec import Machine, check_start

MAX_TAPES = 5
"""The most tapes that JFLAP knows."""

_LIKELY = re.compile(r"\ufeff?\s*<[?!A-Za-z]")
_STATE = ("x", "y", "label", "initial", "final")
_BLOCK = (*_STATE, "tag", "automaton")
_TRANSITION = ("from", "to", "read", "write", "move", "controlx", "controly")


def is_likely(text: str) -> bool:
    """Whether a text looks like this format, well formed or not: whether it is XML.

    >>> is_likely("<structure>"), is_likely("blank: '<'")
    (True, False)
    """
    return bool(_LIKELY.match(text[:10_000]))


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    """Read a `.jff` file.

    Args:
        text: the XML.
        source: what the places in errors begin with.
        start: the name of the start state, if it is not the one that the file calls initial.

    Raises:
        MachineError: with line and column, if the file is not as the module docstring describes it.

    >>> parse(
    ...     "<structure><type>turing</type><automaton><state id='0'><initial/><final/></state></automaton></structure>"
    ... ).machine.accepting
    ('q0',)
    """
    root = parse_markup(text, source)
    _check_type(root)
    num_tapes = _num_tapes(root)
    # The files of JFLAP 4 have no <automaton>.
    body = only(root, "automaton") or root
    states = _states(body)
    names = _names(states)
    final = {name for name, state in states.items() if state.all("final")}
    patterns, alphabet = _patterns(body, names, final, num_tapes)
    halting = tuple(names[name] for name in states if name in final)
    machine = Machine(
        states=tuple(names.values()),
        symbols=alphabet,
        blank=BLANK,
        start=_start(states, names, body, start),
        transitions=expand(
            patterns,
            alphabet,
            "Remove one of the two, or let them do the same; to JFLAP the machine is nondeterministic.",
        ),
        halting=halting,
        accepting=halting,
        tapes=num_tapes,
        undefined_rejects=True,
    )
    return Document(machine, _notes(root, body))


def _check_type(root: Element) -> None:
    if root.name != "structure":
        raise MachineError(
            "A JFLAP file is a <structure>",
            found=f"<{root.name[:40]}>",
            where=str(root.place),
            remedy="Give a .jff file as JFLAP saves it.",
        )
    check_children(root, ("type", "tapes", "automaton", "state", "block", "transition", "note"))
    kind = only(root, "type")
    if kind is None or kind.text.strip() not in ("turing", "turingbb"):
        raise MachineError(
            "A JFLAP file says <type>turing</type>",
            found=f"the type {shown(kind.text)}" if kind else "no <type>",
            where=str(kind.place if kind else root.place),
            remedy="Give a Turing machine; other automata and grammars are not read.",
        )


def _num_tapes(root: Element) -> int:
    tapes = only(root, "tapes")
    known = {str(number): number for number in range(1, MAX_TAPES + 1)}
    if tapes is None:
        return 1
    if tapes.text.strip() in known:
        return known[tapes.text.strip()]
    raise MachineError(
        f"A JFLAP machine has 1 to {MAX_TAPES} tapes",
        found=shown(tapes.text),
        where=str(tapes.place),
        remedy="Write the number of tapes in digits.",
    )


def _states(body: Element) -> dict[str, Element]:
    """The states by their id."""
    _check_body(body)
    states: dict[str, Element] = {}
    for state in body.children:
        if state.name not in ("state", "block"):
            continue
        check_children(state, _STATE if state.name == "state" else _BLOCK)
        name = state.attributes.get("id")
        if name is None or name in states:
            raise MachineError(
                "Each state has an id of its own",
                found="no id"
                if name is None
                else f"id={shown(name)} a second time (first at line {states[name].place.line})",
                where=str(state.place),
                remedy="Write id= with a number that no other state has.",
            )
        states[name] = state
    if states:
        return states
    raise MachineError(
        "A machine has at least one state",
        found="no <state>",
        where=str(body.place),
        remedy='Write <state id="0" name="q0"><initial/></state>.',
    )


def _check_body(body: Element) -> None:
    """Refuse what has no meaning here, building blocks above all."""
    tags = [tag.text.strip() for block in body.all("block") for tag in block.all("tag")]
    check_children(body, ("state", "block", "transition", "note", "type", "tapes", *dict.fromkeys(tags)))
    for block in body.children:
        inner = [block] if block.name in tags else block.all("automaton")
        if any(machine.children for machine in inner):
            raise MachineError(
                "A machine has states, not building blocks",
                found=f"the machine inside the building block {shown(block.attributes.get('name', block.name))}",
                where=str(block.place),
                remedy="In JFLAP, replace the block by the states and transitions that it stands for.",
            )


def _names(states: Mapping[str, Element]) -> dict[str, str]:
    """The name of each state by its id."""
    given = Counter(state.attributes.get("name", "") for state in states.values())
    owns = {name: state.attributes.get("name", "") for name, state in states.items()}
    names = {name: own if own and given[own] == 1 else f"q{name}" for name, own in owns.items()}
    taken = Counter(names.values())
    for name, state in states.items():
        if taken[names[name]] > 1:
            raise MachineError(
                "Each state can be told from the others by its name, or by q<id> where its name is missing or not unique",
                found=f"{shown(names[name])} for two states",
                where=str(state.place),
                remedy="Give the states names that differ.",
            )
    return names


def _start(states: Mapping[str, Element], names: Mapping[str, str], body: Element, asked: str | None) -> str:
    if asked is not None:
        check_start(asked, tuple(names.values()))
        return asked
    initial = [name for name, state in states.items() if state.all("initial")]
    if len(initial) == 1:
        return names[initial[0]]
    raise MachineError(
        "Exactly one state is the <initial/> one",
        found=f"{len(initial)}: {shown(names[initial[0]])} and {shown(names[initial[1]])}" if initial else "none",
        where=str(states[initial[1]].place if initial else body.place),
        remedy="Mark one state as initial, or name the start state that you want.",
    )


def _patterns(
    body: Element, names: Mapping[str, str], final: set[str], num_tapes: int
) -> tuple[list[Pattern], tuple[str, ...]]:
    """The transitions as patterns, and the alphabet."""
    elements = body.all("transition")
    ends = [_ends(element, names, final) for element in elements]
    labels = [parse_labels(element, num_tapes) for element in elements]
    every = [label for row in labels for label in row]
    variables = {label.variable for label in every if label.variable}
    patterns: list[Pattern] = []
    alphabet = {BLANK: None}
    for element, (leaves, leads), row in zip(elements, ends, labels, strict=True):
        writes = resolve_variables(row, variables)
        alphabet |= dict.fromkeys(symbol for label in row for symbol in label.match.listed)
        alphabet |= dict.fromkeys(symbol for symbol in writes if symbol is not None)
        patterns.append(_pattern(element, names[leaves], row, writes, names[leads]))
    return patterns, tuple(alphabet)


def _pattern(
    element: Element, state: str, labels: tuple[Label, ...], writes: tuple[str | None, ...], next_state: str
) -> Pattern:
    return Pattern(
        state=state,
        reads=tuple(label.match for label in labels),
        writes=writes,
        moves=tuple(label.move for label in labels),
        next_state=next_state,
        place=element.place,
        priority=int(any(label.is_negative for label in labels)),
    )


def _ends(element: Element, names: Mapping[str, str], final: set[str]) -> tuple[str, str]:
    """The ids of the states that a transition leaves and leads to."""
    check_children(element, _TRANSITION)
    if element.attributes.get("block") == "true":
        raise MachineError(
            "A machine has states, not building blocks",
            found="a transition between building blocks",
            where=str(element.place),
            remedy="In JFLAP, replace the blocks by the states and transitions that they stand for.",
        )
    leaves, leads = _end(element, "from", names), _end(element, "to", names)
    if leaves in final:
        raise MachineError(
            "A final state has no way out: the run halts and accepts there",
            found=f"a transition that leaves the final state {shown(names[leaves])}",
            where=str(element.place),
            remedy="Remove the transition, which JFLAP does not take by default, or let the state be not final.",
        )
    return leaves, leads


def _end(element: Element, end: str, names: Mapping[str, str]) -> str:
    found = only(element, end)
    name = found.text.strip() if found else None
    if name is not None and name in names:
        return name
    raise MachineError(
        "A transition goes <from> and <to> the id of a state",
        found=f"<{end}>{shown(name)}, the id of no state" if name is not None else f"no <{end}>",
        where=str(found.place if found else element.place),
        remedy=f"Write the id of a state, as in <state id=...>{did_you_mean(name or '', names)}",
    )


def _notes(root: Element, body: Element) -> str:
    notes = [note for holder in ([root] if body is root else [root, body]) for note in holder.all("note")]
    return "\n".join(text.text.strip() for note in notes for text in note.all("text"))
