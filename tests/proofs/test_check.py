"""proofs/check.py: what it refuses before anything is built, and what it says of what is committed."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tmformer.constructions import ALL_CLAIMS, Claims
from tmformer.precision import FACTS

PROOFS = Path(__file__).parents[2] / "proofs"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_proofs", PROOFS / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in [*PROOFS.glob("*.v"), *PROOFS.glob("*.txt"), *PROOFS.glob("*.sha256")]:
        shutil.copyfile(file, tmp_path / file.name)
    return tmp_path


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_what_is_committed_passes(check: ModuleType, folder: Path):
    check.check_text(folder)
    done = subprocess.run([sys.executable, "-I", "-S", str(PROOFS / "check.py"), "--scan"], check=False)
    assert done.returncode == 0


PLANTED = {
    "admitted": "Lemma planted : False. Admitted.",
    "admit": "Lemma planted : False. Proof. admit. Abort.",
    "axiom": "Axiom planted : False.",
    "axioms": "Axioms planted planted2 : False.",
    "parameter": "Parameter planted : False.",
    "conjecture": "Conjecture planted : False.",
    "primitive": "Primitive planted := #int63_add.",
    "a variable outside of sections": "Variable planted : False.",
    "a local one": "Local Hypothesis planted : False.",
    "a context": "Context (planted : False).",
    "a variable behind a section": "Section S. End S. Variables planted : False.",
    "a variable in a module": "Module P. Hypotheses planted : False. End P.",
    "a variable behind an alias of a module": "Section S. Module P := Nat. End S. Hypothesis planted : False.",
    "no guard": "Unset Guard Checking.",
    "no positivity": "Unset Positivity Checking.",
    "no universes": "Unset Universe Checking.",
    "a bypass": "#[bypass_check(guard)] Fixpoint planted (n : nat) : False := planted n.",
    "a plugin": 'Declare ML Module "planted".',
    "loaded": "Load planted.",
    "admitted obligations": "Admit Obligations.",
    "another kernel": "Lemma planted : True. Proof. native_compute. exact I. Qed.",
    "a module that is declared": "Declare Module Planted : Other.",
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_assumed_is_refused(check: ModuleType, folder: Path, name: str, monkeypatch, capsys):
    """Before anything is built."""
    monkeypatch.setattr(check, "build", None)
    append(folder / "File.v", f"\n{PLANTED[name]}\n")
    assert check.main(["--folder", str(folder)]) == 1
    line = len((folder / "File.v").read_text(encoding="utf-8").splitlines())
    said = capsys.readouterr().err
    assert "nothing is admitted, assumed or switched off" in said
    assert f"File.v:{line}: " in said


def test_words_in_comments_and_strings_are_no_fault(check: ModuleType, folder: Path):
    append(folder / "File.v", '\n(* Admitted. (* "*)" *) Axiom x : False. *)\nDefinition s := "Admitted".\n')
    assert check.scan(folder) == []
    append(folder / "File.v", "Section S.\nVariable planted : False.\nEnd S.\n")
    assert check.scan(folder) == []
    assert check.plain('a (* b (* c *) " *) " d *) e "f" g').split() == ["a", "e", "g"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("Machine.v", "w < symbols M /\\ p < states M", "w < symbols M"),
        ("Cellular.v", "null := bos", "null := cell"),
        ("Decoding.v", "forall i, 1 <= i <= width ->", "forall i, 1 <= i < width ->"),
        ("Numbers.v", "then 1 else 0", "then 2 else 0"),
        ("WeiMa.v", "backwards := true", "backwards := false"),
        ("Transformer.v", "j <=? i", "j <? i"),
        ("Program.v", "3 - 4 * m", "2 - 4 * m"),
        ("Theorems.v", "Hypothesis few_digits : (digits <= 60)", "Hypothesis few_digits : (digits <= 6)"),
        ("Theorems.v", "Hypothesis checked", "Hypothesis other : False.\nHypothesis checked"),
        ("Examples.v", "halts_after bb2 6.", "halts_after bb2 6 \\/ True."),
        ("Examples.v", "Theorem bb2_halts_after_6", "Lemma bb2_halts_after_6"),
        (
            "Examples.v",
            "Definition halts_after (M : machine) (T : nat) : Prop :=",
            "Definition halts_after (M : machine) (T : nat) : Prop := True \\/",
        ),
        ("File.v", "nth a (nth q rules []) None", "None"),
        (
            "Blocks.v",
            "Definition implements (rs : list register) (b : block) (st : stage) : Prop :=",
            "Definition implements (rs : list register) (b : block) (st : stage) : Prop := True \\/",
        ),
    ],
)
def test_another_statement_is_refused(check: ModuleType, folder: Path, file: str, old: str, new: str, monkeypatch):
    monkeypatch.setattr(check, "build", None)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(check.FaultError, match=r"changed: |missing: "):
        check.check_text(folder)


def unproved(claims: list[Claims], stated: set[str], listed: set[str]) -> list[str]:
    """The theorems that claims name, and that do not stand in Theorems.v, or are not among those that are checked."""
    named = [(each.construction, name) for each in claims for name in each.theorems]
    return [f"{construction}: {name}" for construction, name in named if name not in stated & listed]


def test_each_theorem_that_a_claim_names_is_stated(check: ModuleType):
    stated = {name for name, (file, _) in check.stated(PROOFS).items() if file == "Theorems"}
    assert unproved(list(ALL_CLAIMS), stated, set(check.sentences(PROOFS))) == []


def test_a_theorem_that_is_not_stated_is_named():
    claims = list(ALL_CLAIMS)
    names = {name for each in claims for name in each.theorems}
    assert {"cellular_hard", "wei_ma_hard"} <= names
    assert unproved(claims, names, names) == []
    assert unproved(claims, names - {"wei_ma_hard"}, names) == ["wei_ma: wei_ma_hard"]
    assert unproved(claims, names, names - {"cellular_hard"}) == ["cellular: cellular_hard"]


def test_a_proof_may_change(check: ModuleType, folder: Path):
    text = (folder / "Examples.v").read_text(encoding="utf-8")
    (folder / "Examples.v").write_text(text.replace("now apply is_machine_sound", "apply is_machine_sound; auto"))
    check.check_text(folder)


def test_a_missing_statement_file_and_two_theorems_of_one_name(check: ModuleType, folder: Path):
    (folder / "Planted.v").write_text("Theorem cellular_hard : True. Proof. exact I. Qed.", encoding="utf-8")
    with pytest.raises(check.FaultError, match="a name of its own"):
        check.check_text(folder)
    (folder / "Planted.v").unlink()
    (folder / "Machine.v").unlink()
    with pytest.raises(check.FaultError, match="changed: Machine"):
        check.check_text(folder)


def test_renewing_is_what_accepts_a_change(check: ModuleType, folder: Path):
    append(folder / "Machine.v", "(* meant *)\n")
    with pytest.raises(check.FaultError, match="--renew"):
        check.check_text(folder)
    check.renew(folder)
    check.check_text(folder)


@pytest.mark.coq
def test_a_theorem_that_rests_on_more_is_refused(check: ModuleType, tmp_path: Path):
    """Also where the scan is passed: a hypothesis of the section is a part of the statement, and a library has axioms."""
    folder, built = tmp_path / "proofs", tmp_path / "built"
    folder.mkdir()
    built.mkdir()
    text = "From Coq Require Import Classical.\nSection S.\n{0}\nTheorem planted : True \\/ False.\nProof. {1} Qed.\nEnd S.\n"
    (folder / "theorems.txt").write_text("planted\n  Planted.\n", encoding="utf-8")

    def judged(hypothesis: str, proof: str) -> str:
        (folder / "Planted.v").write_text(text.format(hypothesis, proof), encoding="utf-8")
        shutil.rmtree(built)
        built.mkdir()
        check.build(folder, built, 1)
        return check.listed(check.said_by_coq(built, ["planted"]))

    good = judged("", "now left.")
    assert good.endswith("True \\/ False\nrests on\n  Closed under the global context\n")
    assert "Classical_Prop.classic" in judged("", "destruct (classic False); now left.").splitlines()[-1]
    assert "False -> True \\/ False" in judged("Hypothesis absurd : False.", "destruct absurd.")
    with pytest.raises(check.FaultError, match="Planted"):
        judged("", "now right.")


def test_another_list_of_assumptions_is_refused(check: ModuleType, folder: Path, monkeypatch, capsys):
    """What Coq says is compared with what is committed; Coq is played here."""
    names = check.sentences(folder)
    axioms = ["Classical_Prop.classic"]
    monkeypatch.setattr(check, "install", lambda: None)
    monkeypatch.setattr(check, "build", lambda *_: None)
    monkeypatch.setattr(check, "said_by_coq", lambda *_: {name: (f"{name}\n", axioms) for name in names})
    assert check.main(["--folder", str(folder)]) == 1
    assert "state and rest on what is committed" in capsys.readouterr().err
    assert check.main(["--folder", str(folder), "--renew"]) == 0
    assert check.main(["--folder", str(folder)]) == 0
    assert "Classical_Prop.classic: a statement holds, or its negation" in capsys.readouterr().out
    axioms.append("absurd")
    assert check.main(["--folder", str(folder), "--renew"]) == 1
    assert "on others: absurd" in capsys.readouterr().err


def test_a_file_that_is_missing_and_ctrl_c(check: ModuleType, folder: Path, monkeypatch, capsys):
    (folder / "theorems.txt").unlink()
    assert check.main(["--folder", str(folder), "--scan"]) == 1
    assert "cannot be read or built" in capsys.readouterr().err

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "check_text", interrupted)
    assert check.main(["--scan"]) == 130


def test_facts_about_the_device_have_the_names_under_which_it_is_tried():
    text = (PROOFS / "Numbers.v").read_text(encoding="utf-8")
    named = re.findall(r'\(\*\* "(.+?)" \*\)', text)
    assert named == [*FACTS["saturated"][:2], *FACTS["graded"][:2]]
