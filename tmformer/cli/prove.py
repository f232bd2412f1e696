"""`tmformer prove`: a theorem about the matrices in a weights file, for Coq to judge."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from tmformer.cli.arguments import Flag
from tmformer.cli.printing import pairs, show, show_note, write_json

if TYPE_CHECKING:
    from tmformer.prove import Verdict, Writing

UNJUDGED = 3
"""The exit status where there is no Coq to judge what was written."""

_SILENCE = 2.0  # seconds in which nothing is said
_SHORT = {"file_is_proved": "theorem"}

EXAMPLES = """Examples:

  tmformer compile bb4 --steps 107 -o bb4.safetensors
  tmformer prove bb4.safetensors -o bb4_proof
  apt-get install --no-install-recommends coq libcoq-flocq

DIR gets a Coq file with the matrices of FILE and theorems about them, and the
proofs that they rest on. Here these are built once, in ~/.cache/tmformer.
Whoever has Coq can judge it all again, from the texts alone:

  cd DIR/tmformer_proofs
  coq_makefile -Q . Tmformer -o Makefile *.v && make && cd ..
  coqc -Q tmformer_proofs Tmformer Bb4.v

Exit status: 0 if it is proved, 1 if not, 2 for an error, 3 if Coq is not here."""


def prove_command(
    file: Annotated[str, Parameter(metavar="FILE")],
    /,
    *,
    output: Annotated[str, Parameter(name=["--output", "-o"], metavar="DIR")],
    json: Flag = False,
) -> int:
    """Prove that the network in a file simulates its machine, for the starts and machine steps that it is compiled for.

    Coq compares the matrices of FILE, entry by entry, with those of the construction that the theorem is about.

    Args:
        file: Saved weights: FILE.
        output: The folder to write to; made if it is not there.
        json: Print the verdict as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    from tmformer.prove import find_coq, prove, write_file

    writing = write_file(file, output)
    coq = find_coq()
    verdict = None if coq is None else prove(writing, coq, progress(is_silent=json))
    if json:
        write_json(_plain(writing, verdict))
    else:
        _show(writing, verdict)
    if verdict is None:
        return UNJUDGED
    return 0 if verdict.proved else 1


def progress(*, is_silent: bool, clock: Callable[[], float] = time.monotonic) -> Callable[[str], None]:
    """Says on standard error what is being done, once that has taken two seconds.

    Args:
        is_silent: whether nothing is ever said.
        clock: the time in seconds.
    """
    begun = clock()

    def say(text: str) -> None:
        if not is_silent and clock() - begun >= _SILENCE:
            show_note(text)

    return say


def _plain(writing: "Writing", verdict: "Verdict | None") -> dict[str, object]:
    from tmformer.prove import INSTALL

    plain: dict[str, object] = {"proved": None, "message": f"Coq is not here: {INSTALL}"}
    if verdict is not None:
        plain = {"proved": verdict.proved, "message": verdict.message}
    return plain | {
        "file": str(writing.path),
        "sha256": writing.sha256,
        "theorems": dict(writing.theorems) if verdict is not None and verdict.proved else {},
    }


def _show(writing: "Writing", verdict: "Verdict | None") -> None:
    from tmformer.prove import INSTALL

    if verdict is None:
        show(Text("not judged: Coq is not on this computer", style="bold"))
        rows = [("install", INSTALL), ("then", "the same command again")]
    elif verdict.proved:
        show(Text("proved", style="bold green"))
        rows = [(_SHORT.get(name, name.removeprefix("file_in_")), words) for name, words in writing.theorems.items()]
    else:
        show(Text("not proved", style="bold red"))
        rows = [("coqc", line) for line in verdict.message.splitlines()]
    show(pairs([*rows, ("file", f"sha256 {writing.sha256}"), ("written", str(writing.path))]))
