"""`tmformer convert`: a machine in the format of another tool."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import AS_IT_IS, Flag, Machine, Number, ReadAs
from tmformer.cli.atlas import save
from tmformer.cli.compile import place_fault
from tmformer.cli.printing import pairs, show, show_note, write, write_json
from tmformer.cli.sources import is_weights_name, read_machine, refuse_head
from tmformer.errors import UsageError
from tmformer.machine import FORMATS, format_document, format_named, format_of_file, with_names

if TYPE_CHECKING:
    from tmformer.machine import Document, Written

EXAMPLES = """Examples:

  tmformer convert bb2 --to bbchallenge
  tmformer convert mine.jff -o mine.yaml
  tmformer convert bb2 --to morphett --rename-blank _ --rename-state Z=halt
  tmformer convert mine.txt --from morphett --start q0 -o mine.yaml

What a format cannot express is refused by name; `tmformer info MACHINE` says
what each would refuse. What else the file says, such as its comment, is kept
where the format has room; a note on standard error names what is left out.
A file is written whole or not at all, and replaces one of that name."""


def rewrite_command(
    machine: Machine,
    /,
    *,
    to: Annotated[str | None, Parameter(metavar="NAME")] = None,
    output: Annotated[str | None, Parameter(name=["--output", "-o"], metavar="FILE")] = None,
    rename_blank: Annotated[str | None, Parameter(metavar="SYMBOL")] = None,
    rename_state: Annotated[Sequence[str] | None, Parameter(metavar="OLD=NEW", negative_iterable=())] = None,
    read_as: ReadAs = AS_IT_IS,
    head: Number = 0,
    json: Flag = False,
) -> int:
    """Write a machine in another format: the same machine, or a refusal that says what the format cannot express.

    Args:
        machine: What stands for a machine: MACHINE.
        to: The format: turingmachine.io, bbchallenge, morphett, jflap, automata or doty; as FILE is called if not given.
        output: The file to write; standard output if not given.
        rename_blank: Call the blank so; some formats have one name for it: 0, _ or □.
        rename_state: Call the state OLD NEW; may be given several times.
        read_as: How MACHINE is read.
        head: Only 0: no format says where the tape head begins; `tmformer run` takes it.
        json: Print what was written, and what was left out, as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    refuse_head("convert", head)
    name = _format_name(to, output)
    _check_place(output, machine)
    document = read_machine(machine, "convert", "saved weights are no machine file", read_as)
    document = with_names(document, rename_blank, _states(rename_state or ()))
    written = format_document(document, name)
    left_out = left_out_of(document, written, machine, output or "")
    if output is not None:
        save(output, written.text, "A machine")
    if json:
        place = {"text": written.text} if output is None else {"file": output}
        write_json({"machine": document.machine.name, "format": name} | place | {"left_out": left_out})
        return 0
    if output is None:
        write(written.text)
    else:
        size = len(written.text.encode())
        show(pairs([("file", f"{output}, {size:,} bytes"), ("machine", document.machine.name), ("format", name)]))
    if left_out:
        show_note(f"note: {name} has no room for {', '.join(left_out)}, left out")
    return 0


def left_out_of(document: "Document", written: "Written", *files: str) -> list[str]:
    """What the text does not hold; a name that is only that of a file is not lost.

    Args:
        document: what was written.
        written: how.
        files: the files that the machine came from and goes to.
    """
    is_named = document.machine.name in {Path(file.partition("\0")[0]).stem for file in files}
    return [part for part in written.left_out if not (is_named and part == "the name")]


def _format_name(to: str | None, output: str | None) -> str:
    """The format to write in: as the user says, or as the file is called, which may not say something else."""
    called = None if output is None else format_of_file(output)
    if to is None and called is None:
        raise UsageError(
            "A machine is written in a format that --to names, or that FILE's ending tells",
            found="neither" if output is None else repr(output),
            where="tmformer convert",
            remedy=f"Add --to NAME, one of {', '.join(FORMATS)}.",
        )
    if to is None:
        return str(called)
    name = next(known for known, each in FORMATS.items() if each is format_named(to, "--to"))
    if output is not None and called not in (None, "turingmachine.io", name):
        raise UsageError(
            "A file's ending does not tell another format than it is written in",
            found=f"--to {name} and {output!r}, which is read as {called}",
            where=f"--output {output}",
            remedy="Leave --to out, or give the file another ending.",
        )
    return name


def _check_place(output: str | None, machine: str) -> None:
    """Refuse a place where no file can be written, where it would pass for weights, or where the machine itself stands."""
    if output is None:
        return
    path = Path(output.partition("\0")[0])
    fault = "a name of weights" if is_weights_name(output) else "an empty name" * (not output) or place_fault(output)
    if not fault and path.exists() and path.resolve() == Path(machine.partition("\0")[0]).resolve():
        fault = "the machine file itself"
    if fault:
        raise UsageError(
            "A machine is written to a new file in a folder that exists, or replaces another file",
            found=fault,
            where=f"--output {output}",
            remedy="Write -o machine.yaml.",
        )


def _states(renamings: Sequence[str]) -> dict[str, str]:
    """The new name of each state that gets one, by the old."""
    names: dict[str, str] = {}
    for renaming in renamings:
        old, _, new = renaming.partition("=")
        if not old or not new or old in names:
            raise UsageError(
                "A state is renamed as OLD=NEW, each once",
                found=repr(renaming[:80]),
                where="--rename-state",
                remedy="Write --rename-state Z=halt.",
            )
        names[old] = new
    return names
