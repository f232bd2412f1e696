"""Whether the proofs hold: `make proofs`, or `python3 proofs/check.py`. Needs Python's standard library, Coq 8.16 and Flocq.

First, without Coq: nothing is admitted, assumed or switched off, the files that state things are those committed, and each theorem
listed stands in Theorems.v. Then Coq builds everything from clean, and says of each theorem what it rests on.

    python3 proofs/check.py            all of this
    python3 proofs/check.py --chk      and coqchk, a second checker, over all that was built
    python3 proofs/check.py --scan     only what needs no Coq
    python3 proofs/check.py --renew    write statements.sha256 and assumptions.txt anew, for a commit that says why

What is committed beside the Coq files: `statements.sha256`, the hash of each file that a reader must trust; `theorems.txt`, each
theorem in words; `assumptions.txt`, what Coq prints for each: its whole statement, and what it rests on.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", "coq", "libcoq-flocq")
TRUSTED = ("Machine", "Transformer", "Program", "Cellular", "WeiMa", "Decoding", "Numbers")
"""The files that a reader must trust: what they say is not proved, but what theorems are about."""

STATING = ("Theorems", "Examples", "File", "Same", "Blocks")
"""The files whose theorems are listed, and what they are stated by; of these all is trusted but the proofs."""

FORBIDDEN = re.compile(
    r"\b(?:Admitted|Admit|admit|give_up|Abort|Axioms?|Parameters?|Conjectures?|Primitive|native_compute|bypass_check|Load|Drop|LoadPath"
    r"|type[-_]in[-_]type|Declare\s+(?:ML|Module)|Unset\s+\w+\s+Check\w*|Set\s+Bypass\w*|Set\s+Type\s+In\s+Type)\b"
)
"""What no proof needs, outside of comments and strings."""
_MARKS = re.compile(
    r"\b(?P<assumed>Hypothes[ie]s|Variables?|Context)\b|\bEnd\s+(?P<end>\w+)"
    r"|\b(?P<kind>Section|Module)\s+(?:(?:Import|Export|Type)\s+)?(?P<name>\w+)(?P<rest>[^.]*)\."
)
_STATED = re.compile(r"^\s*(?:Theorem|Corollary)\s+(\w+)(.*?)\bProof\b", re.MULTILINE | re.DOTALL)
_PROOF = re.compile(r"\bProof\b.*?\b(?:Qed|Defined)\b", re.DOTALL)

MEANING = {
    "Closed under the global context": "nothing beyond Coq's own logic",
    "ClassicalDedekindReals.sig_not_dec": "real numbers: of a negated statement it is decided whether it holds",
    "ClassicalDedekindReals.sig_forall_dec": "real numbers: of a sequence of yes and no it is decided whether a no occurs",
    "FunctionalExtensionality.functional_extensionality_dep": "functions with equal values are equal",
    "Classical_Prop.classic": "a statement holds, or its negation",
}


class FaultError(Exception):
    """Why the proofs are not accepted."""


def plain(text: str) -> str:
    """The text with comments and strings blanked, line ends kept; comments nest, and hold strings."""
    kept: list[str] = []
    depth, place, quoted = 0, 0, False
    while place < len(text):
        two = text[place : place + 2]
        if not quoted and two == "(*":
            depth, place = depth + 1, place + 2
            kept.append(" ")
            continue
        if not quoted and depth and two == "*)":
            depth, place = depth - 1, place + 2
            continue
        if text[place] == '"':
            quoted = not quoted
        shown = text[place] if (depth == 0 and not quoted and text[place] != '"') else " "
        kept.append("\n" if text[place] == "\n" else shown)
        place += 1
    return "".join(kept)


def scan(folder: Path) -> list[str]:
    """Every place where something is admitted, assumed or switched off; variables of sections are no assumptions."""
    found: list[str] = []
    for file in sorted(folder.glob("*.v")):
        text = plain(file.read_text(encoding="utf-8"))
        found += [_at(file, text, each) for each in FORBIDDEN.finditer(text)]
        inside: list[tuple[str, str]] = []
        for mark in _MARKS.finditer(text):
            if mark["kind"] and ":=" not in mark["rest"]:
                inside.append((mark["kind"], mark["name"]))
            elif mark["end"] and inside and inside[-1][1] == mark["end"]:
                inside.pop()
            elif mark["assumed"] and "Section" not in [kind for kind, _ in inside]:
                found.append(_at(file, text, mark))
    return found


def _at(file: Path, text: str, found: re.Match[str]) -> str:
    return f"{file.name}:{text.count(chr(10), 0, found.start()) + 1}: {' '.join(found[0].split())}"


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each file that is trusted, of all but the proofs in those that state theorems, and of each that is listed."""
    files = [folder / f"{name}.v" for name in TRUSTED]
    trusted = {file.name: file.read_bytes() for file in files if file.is_file()}
    theorems = {name: " ".join(text.split()).encode() for name, (_, text) in stated(folder).items()}
    said = trusted | {name: theorems[name] for name in sentences(folder) if name in theorems}
    for file in (
        folder / f"{name}.v" for name in STATING
    ):  # definitions, notations and sections that statements stand in
        if file.is_file():
            unproved = _PROOF.sub(" ", plain(file.read_text(encoding="utf-8")))
            said[f"{file.name}:statements"] = " ".join(unproved.split()).encode()
    return {name: hashlib.sha256(each).hexdigest() for name, each in said.items()}


def committed_hashes(folder: Path) -> dict[str, str]:
    """As `statements.sha256` has them."""
    lines = (folder / "statements.sha256").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def sentences(folder: Path) -> dict[str, str]:
    """Each theorem in words, as `theorems.txt` has them: a name, then indented lines."""
    found: dict[str, str] = {}
    name = ""
    for line in (folder / "theorems.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            name, found[line.strip()] = line.strip(), ""
        else:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def stated(folder: Path) -> dict[str, tuple[str, str]]:
    """For each theorem the file that it stands in, without its ending, and its statement.

    Raises:
        FaultError: for two theorems of one name.
    """
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(folder.glob("*.v")):
        for name, statement in _STATED.findall(plain(file.read_text(encoding="utf-8"))):
            if name in found:
                raise FaultError(
                    f"each theorem has a name of its own; {name} stands in {found[name][0]}.v and {file.name}"
                )
            found[name] = (file.stem, statement)
    return found


def check_text(folder: Path) -> None:
    """All that needs no Coq.

    Raises:
        FaultError: naming what is admitted, changed or missing.
    """
    found = scan(folder)
    if found:
        raise FaultError("nothing is admitted, assumed or switched off:\n  " + "\n  ".join(found))
    missing = sorted(set(sentences(folder)) - set(stated(folder)))
    if missing:
        raise FaultError(f"each theorem in theorems.txt is stated; missing: {', '.join(missing)}")
    now, before = hashes(folder), committed_hashes(folder)
    changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if changed:
        raise FaultError(
            f"what is stated is what is committed; changed: {', '.join(changed)}. Read the change; where it is meant, "
            "run `python3 proofs/check.py --renew` and commit statements.sha256 with a reason."
        )


def install() -> None:
    """Coq and Flocq, by apt-get where they are missing and may be installed.

    Raises:
        FaultError: saying what to do where they may not.
    """
    if is_there():
        return
    command = " ".join(INSTALL)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise FaultError(f"Coq 8.16 and Flocq are installed; they are not. Run, as root: {command}")
    print(f"Coq or Flocq is missing: {command}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for each in (["apt-get", "update", "--quiet"], list(INSTALL)):
        subprocess.run(each, env=environment, stdout=subprocess.DEVNULL, check=False)
    if not is_there():
        raise FaultError(f"Coq 8.16 and Flocq can be installed; try yourself: {command}")


def is_there() -> bool:
    """Whether coqc runs, and finds Flocq."""
    if shutil.which("coqc") is None or shutil.which("coq_makefile") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Try.v").write_text("From Flocq Require Import Core.\n", encoding="utf-8")
        return subprocess.run(["coqc", "-q", "Try.v"], cwd=folder, capture_output=True, check=False).returncode == 0


def build(folder: Path, to: Path, jobs: int) -> None:
    """Build all Coq files from clean, in an empty folder.

    Raises:
        FaultError: with what Coq says.
    """
    names = sorted(file.name for file in folder.glob("*.v"))
    for name in names:
        shutil.copyfile(folder / name, to / name)
    _run(["coq_makefile", "-Q", ".", "Tmformer", "-o", "CoqMakefile", *names], to)
    _run(["make", "--no-print-directory", "-f", "CoqMakefile", f"-j{jobs}"], to)


def said_by_coq(built: Path, names: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """For each theorem its statement, closed over all variables of its section, and what it rests on, as Coq prints them.

    Raises:
        FaultError: if Coq does not say so of each.
    """
    where = stated(built)
    files = " ".join(sorted({where[name][0] for name in names}))
    text = f"From Coq Require Import String List ZArith.\nFrom Tmformer Require {files}.\nSet Printing Width 120.\n"
    for name in names:
        theorem = f"Tmformer.{where[name][0]}.{name}"
        text += f'Check "{name}"%string.\nCheck @{theorem}.\nCheck "rests on"%string.\nPrint Assumptions {theorem}.\n'
    (built / "Asked.v").write_text(text, encoding="utf-8")
    said = _run(["coqc", "-q", "-w", "none", "-Q", ".", "Tmformer", "Asked.v"], built)
    parts = re.split(r'^"([\w ]+)"\S*\n\s+: string\n', said, flags=re.MULTILINE)
    if parts[1::4] != list(names) or set(parts[3::4]) != {"rests on"}:
        raise FaultError(f"Coq says what each theorem states and rests on; it says:\n{said}")
    return {name: (parts[4 * n + 2], _axioms(parts[4 * n + 4])) for n, name in enumerate(names)}


def _axioms(said: str) -> list[str]:
    """The names of axioms, and all else that Coq says, line by line; types are left out."""
    lines = [line for line in said.splitlines() if line[:1].strip() and line != "Axioms:"]
    return sorted(re.sub(r"^([\w.']+)\s*(?::.*)?$", r"\1", line) for line in lines)


def listed(found: dict[str, tuple[str, list[str]]]) -> str:
    """As `assumptions.txt` has them."""
    return "\n".join(f"{said}rests on\n" + "".join(f"  {each}\n" for each in axioms) for said, axioms in found.values())


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise FaultError("everything is built:\n  " + "\n  ".join(said[:20]))
    return done.stdout


def report(folder: Path, found: dict[str, tuple[str, list[str]]]) -> None:
    """Print each theorem with what it rests on, in words."""
    for name, sentence in sentences(folder).items():
        print(f"\n{name}\n  {sentence}\n  Rests on:")
        for each in found[name][1]:
            print(f"    {each}: {MEANING[each]}")


def renew(folder: Path) -> None:
    """Write the hashes anew."""
    text = "".join(f"{digest}  {name}\n" for name, digest in hashes(folder).items())
    (folder / "statements.sha256").write_text(text, encoding="utf-8")


def check(folder: Path, *, built: Path, jobs: int, again: bool, renewing: bool) -> None:
    """Build, and compare what the theorems rest on with what is committed.

    Raises:
        FaultError: if Coq refuses, or a theorem rests on something else.
    """
    print("Building from clean; a minute or two ...", flush=True)
    build(folder, built, jobs)
    found = said_by_coq(built, list(sentences(folder)))
    others = sorted({each for _, axioms in found.values() for each in axioms} - MEANING.keys())
    if others:
        raise FaultError(f"theorems rest on standard axioms alone; on others: {', '.join(others)}")
    committed = folder / "assumptions.txt"
    if renewing:
        committed.write_text(listed(found), encoding="utf-8")
    if listed(found) != committed.read_text(encoding="utf-8"):
        raise FaultError(f"theorems state and rest on what is committed in assumptions.txt; Coq says:\n{listed(found)}")
    if again:
        modules = [f"Tmformer.{file.stem}" for file in sorted(built.glob("*.vo")) if file.stem != "Asked"]
        _run(["coqchk", "-silent", "-o", "-Q", ".", "Tmformer", *modules], built)
    report(folder, found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the proofs.

    Args:
        arguments: of the command line; those of the process if not given.

    Returns:
        The exit status: 0 if all holds, 1 if not.
    """
    parser = argparse.ArgumentParser(description="Check the proofs: see the head of this file.")
    parser.add_argument("--scan", action="store_true", help="only what needs no Coq")
    parser.add_argument("--chk", action="store_true", help="coqchk too")
    parser.add_argument("--renew", action="store_true", help="write the committed hashes and assumptions anew")
    parser.add_argument("--folder", type=Path, default=HERE, help="of the Coq files")
    parser.add_argument("--keep", type=Path, help="an empty folder to build in, which is kept")
    parser.add_argument("--jobs", type=int, default=2, help="files that are built at the same time")
    asked = parser.parse_args(arguments)
    try:
        if asked.renew:
            renew(asked.folder)
        check_text(asked.folder)
        if not asked.scan:
            install()
            with tempfile.TemporaryDirectory() as temporary:
                built = asked.keep or Path(temporary)
                built.mkdir(parents=True, exist_ok=True)
                check(asked.folder, built=built, jobs=asked.jobs, again=asked.chk, renewing=asked.renew)
    except FaultError as fault:
        print(f"The proofs are not accepted: {fault}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The proofs cannot be read or built: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    print("\nThe proofs hold." if not asked.scan else "Nothing is admitted, assumed or changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
