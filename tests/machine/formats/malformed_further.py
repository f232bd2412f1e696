"""Malformed texts of JFLAP's and of Doty's format, besides the files of `malformed/`; each refusal has at least one."""

from tests.machine.formats.malformed import Malformed

STATES = "<state id='0' name='go'><initial/></state><state id='1' name='end'><final/></state>"


def jff(body: str, head: str = "<type>turing</type>") -> str:
    """A JFLAP file of two states, the rest of which begins line 2."""
    return f"<structure>{head}<automaton>{STATES}\n{body}</automaton></structure>"


def rule(label: str, ends: str = "<from>0</from><to>1</to>") -> str:
    """A JFLAP file with one transition, whose label begins at 2:37."""
    return jff(f"<transition>{ends}{label}</transition>")


def two(label: str) -> str:
    """The same on two tapes, with the transition at 2:1."""
    return jff(f"<transition><from>0</from><to>1</to>{label}</transition>", "<type>turing</type><tapes>2</tapes>")


JFLAP: dict[str, Malformed] = {
    "no XML": Malformed("<structure>\n<type", "2:1", "well-formed XML", "unclosed token"),
    "half a character in XML": Malformed("<structure>\n<type>\ud800", "2:7", "printable", "U+D800"),
    "an entity": Malformed("<structure>&x;", "1:12", "well-formed", "undefined entity"),
    "a document type after a comment": Malformed("<!-- <!DOCTYPE -->\n <!DOCTYPE é>\n<a/>", "2:2", "no document type", "'é'"),
    "deep XML": Malformed("<structure>" + "<a>" * 9, "1:33", "nests little", "more than 8 levels"),
    "too long XML": Malformed("<" + "a" * 2_000_000, "1:1", "short enough", "2,000,001 characters"),
    "no structure": Malformed("<machine/>", "1:1", "is a <structure>", "<machine>"),
    "an unknown element": Malformed("<structure>\n<typ>turing</typ></structure>", "2:1", "known elements only", "<typ>", "'type'"),
    "an element spelt wrong": Malformed(jff("<state id='2'><initials/></state>"), "2:15", "<state> holds known", "<initials>", "'initial'"),
    "no type": Malformed("<structure/>", "1:1", "<type>turing</type>", "no <type>"),
    "a type twice": Malformed("<structure><type>turing</type>\n<type>fa</type></structure>", "2:1", "holds one <type>", "line 1"),
    "six tapes": Malformed("<structure><type>turing</type>\n<tapes>6</tapes></structure>", "2:1", "1 to 5 tapes", "'6'"),
    "no states": Malformed("<structure><type>turing</type></structure>", "1:1", "at least one state", "no <state>"),
    "a state without an id": Malformed(jff("<state/>"), "2:1", "id of its own", "no id"),
    "names that cannot be told apart": Malformed(jff("<state id='go' name='q2'/><state id='2'/>"), "2:1", "told from", "'q2'"),
    "no initial state": Malformed(jff("").replace("<initial/>", ""), "1:31", "Exactly one", "none"),
    "a transition of blocks": Malformed(jff("<transition block='true'/>"), "2:1", "not building blocks", "transition"),
    "a machine in a block": Malformed(
        jff("<block id='2' name='b'><automaton><state id='0'/></automaton></block>"), "2:1", "building blocks", "'b'"
    ),
    "no end": Malformed(rule("", "<from>0</from>"), "2:1", "<from> and <to>", "no <to>"),
    "out of a final state": Malformed(rule("", "<from>1</from><to>0</to>"), "2:1", "no way out", "'end'"),
    "two symbols": Malformed(rule("<read>ab</read>"), "2:37", "one symbol", "'ab'"),
    "blanks around a symbol": Malformed(rule("<read> a </read>"), "2:37", "one symbol", "' a '"),
    "two symbols written": Malformed(rule("<write>ab</write>"), "2:37", "one symbol", "'ab'"),
    "two characters to JFLAP": Malformed(rule("<read>🙂</read>"), "2:37", "one symbol", "'🙂'", "65,536"),
    "not anything": Malformed(rule("<read>!~</read>"), "2:37", "one symbol", "'!~'"),
    "not two": Malformed(rule("<read>!ab</read>"), "2:37", "one symbol", "'!ab'"),
    "no variable": Malformed(rule("<read>a,b}</read>"), "2:37", "one symbol", "'a,b}'"),
    "nothing to bind": Malformed(rule("<read>a,,b}v</read>"), "2:37", "one symbol", "'a,,b}v'"),
    "a variable of two letters": Malformed(rule("<read>a,b}vw</read>"), "2:37", "one symbol", "'a,b}vw'"),
    "not and a variable": Malformed(rule("<read>!a}v</read>"), "2:37", "one symbol", "'!a}v'"),
    "no move": Malformed(rule("<move/>"), "2:37", "L, R or S", "nothing"),
    "another move": Malformed(rule("<move>r</move>"), "2:37", "L, R or S", "'r'"),
    "a move twice": Malformed(rule("<move>R</move><move>L</move>"), "2:51", "one <move>", "a second <move> for tape 1"),
    "a tape too many": Malformed(two("<read tape='3'>a</read>"), "2:37", "1 to 2", "tape='3'"),
    "a variable on two tapes": Malformed(two("<read tape='2'>a}v</read>"), "2:37", "single tape only", "'a}v'"),
    "a variable bound elsewhere": Malformed(
        jff(
            "<transition><from>0</from><to>0</to><read>a,b}v</read><write>v</write></transition>\n"
            "<transition><from>0</from><to>1</to><read>c</read><write>v</write></transition>"
        ),
        "3:51", "transition that binds it", "'v'",
    ),
    "a variable among symbols": Malformed(rule("<read>a,v}v</read><write>b</write>"), "2:55", "is not one of them", "'v'"),
    "two rules with !": Malformed(
        jff(
            "<transition><from>0</from><to>0</to><read>!a</read><write>b</write></transition>\n"
            "<transition><from>0</from><to>1</to><read>!b</read><write>b</write></transition>"
        ),
        "3:1", "nondeterministic", "'□' does one thing here and another at 2:1",
    ),
    "more transitions than anyone means": Malformed(
        jff(
            "".join(f"<transition><from>0</from><to>0</to><read>{chr(0x4E00 + number)}</read></transition>" for number in range(50))
            + "\n<transition><from>0</from><to>1</to>"
            + "".join(f"<read tape='{tape}'>~</read>" for tape in range(1, 6))
            + "</transition>",
            "<type>turing</type><tapes>5</tapes>",
        ),
        "3:1", "at most 100,000", "over 51 symbols",
    ),
}  # fmt: skip
"""Texts that are read as JFLAP files, all through `parse_document`."""


def doty(rules: str = "q: {a: [y, a, R]}", **changes: str) -> str:
    """A machine file on one line a key, the rules in line 7."""
    fields = {
        "states": "[q, y, n]", "input_alphabet": "[a]", "tape_alphabet_extra": "[x]", "start_state": "q",
        "accept_state": "y", "reject_state": "n", "delta": f"{{{rules}}}",
    }  # fmt: skip
    return "".join(f"{key}: {value}\n" for key, value in (fields | changes).items())


DOTY: dict[str, Malformed] = {
    "a key too many in Doty's format": Malformed(doty(blank="_"), "8:1", "only known keys", "'blank'"),
    "a state listed twice": Malformed(doty(states="[q, y, q]"), "1:16", "listed once", "'q' a second time"),
    "states as a text": Malformed(doty(states="q"), "1:9", "`states` is a list", "'q'"),
    "no input symbols": Malformed(doty(input_alphabet="[]"), "2:17", "at least one input symbol", "empty list"),
    "a long input symbol": Malformed(doty(input_alphabet="[ab]"), "2:18", "one character", "'ab'"),
    "the wildcard as a symbol": Malformed(doty(tape_alphabet_extra="['?']"), "3:23", "no ?", "'?'"),
    "a symbol beyond the simulator": Malformed(doty(tape_alphabet_extra="[🙂]"), "3:23", "one character", "'🙂'"),
    "an unknown accepting state in Doty's format": Malformed(doty(accept_state="ny"), "5:15", "`accept_state` is one", "'ny'", "'y'"),
    "one state for both": Malformed(doty(reject_state="y"), "6:15", "not both", "'y'"),
    "an unknown start": Malformed(doty(start_state="p"), "4:14", "`start_state` is one", "'p'"),
    "no rules": Malformed(doty(""), "7:8", "at least one rule", "none in `delta`"),
    "states without rules": Malformed(doty("q: {}"), "7:8", "at least one rule", "none in `delta`"),
    "rules of an unknown state": Malformed(doty("p: {a: [y, a, R]}"), "7:9", "state of a rule", "'p'"),
    "rules as a list": Malformed(doty("q: [y, a, R]"), "7:12", "rules of state 'q' is a mapping", "a list"),
    "the same reads twice": Malformed(doty("q: {a: [y, a, R], a: [n, a, R]}"), "7:27", "comes once", "'a' a second"),
    "a rule of two": Malformed(doty("q: {a: [y, R]}"), "7:16", "[next state, writes, moves]", "2 items"),
    "a rule as a text": Malformed(doty("q: {a: y}"), "7:16", "is a list", "'y'"),
    "an unknown move": Malformed(doty("q: {a: [y, a, N]}"), "7:23", "one move L, R or S", "'N' with 'N'"),
    "two symbols on one tape": Malformed(doty("q: {a: [y, a, R], aa: [y, a, R]}"), "7:27", "for each tape", "'aa' for 1 tape"),
    "a number of tapes in words": Malformed(doty(num_tapes="one"), "8:12", "`num_tapes` is", "'one'"),
    "a tag in Doty's format": Malformed(doty(start_state="!!python/name:os.system q"), "4:14", "plain YAML", "tag"),
    "more rules than anyone means": Malformed(
        doty("q: {?????: [q, ?????, RRRRR]}", input_alphabet=f"[{', '.join('abcdefghijk')}]"),
        "7:13", "at most 100,000", "371,293",
    ),
}  # fmt: skip
"""Texts that are read as Doty's YAML, all through `parse_document`."""
