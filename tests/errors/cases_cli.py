"""What the command line refuses by itself: words, numbers out of range, saved weights where a machine is needed."""

import tempfile
from pathlib import Path

from tests.errors.sites import Case
from tmformer.cli import dispatch
from tmformer.cli.atlas import save as save_picture
from tmformer.machine import parse
from tmformer.pipeline import compile as compile_weights
from tmformer.weights import save

COMMANDS: dict[str, tuple[str, ...]] = {
    "unknown subcommand": ("rnu", "bb2"),
    "unknown option": ("run", "bb2", "--cels", "4"),
    "option without its value": ("run", "bb2", "--cells"),
    "flag with a value": ("run", "bb2", "--json=yes"),
    "value that is no number": ("run", "bb2", "--cells", "many"),
    "machine steps that are no number": ("run", "bb2", "--every", "often"),
    "every zero machine steps": ("run", "bb2", "--every", "0"),
    "nothing to run": ("run",),
    "too many inputs": ("run", "bb2", "1", "1"),
    "an option twice": ("run", "bb2", "--cells", "4", "--cells", "5"),
    "a machine where weights are asked for": ("run", "bb2", "--weights", "bb3"),
    "negative machine steps": ("run", "bb2", "--max-steps", "-1"),
    "saved weights, compiled already": ("inspect", "bb2.safetensors", "--steps", "4"),
    "saved weights, no reference": ("verify", "bb2.safetensors"),
    "no number of machine steps": ("inspect", "bb2"),
    "no number of machine steps to certify": ("certify", "bb2"),
    "a certificate and a reason to have none": ("run", "bb2", "--certificate", "x.json", "--uncertified", "no"),
    "an atlas of nothing": ("atlas", "--format", "bfloat16", "--construction", "perez", "--largest", "4"),
    "an atlas drawn to a folder": ("atlas", "--largest", "4", "-o", "."),
    "a certificate in place of weights": ("certify", "bb2", "--steps", "4", "-o", "bb2.safetensors"),
    "a certificate that is not there": ("check", "bb2.safetensors", "no such file"),
    "a form that is none": ("run", "bb2", "--construction", "wei_ma", "--form", "decoder"),
    "a radix that is none": (
        "compile",
        "bb2",
        "--construction",
        "wei_ma",
        "--radix",
        "1",
        "--steps",
        "4",
        "-o",
        "a.safetensors",
    ),
    "an atlas beyond its edge": ("atlas", "--largest", "2097152"),
    "a picture into a folder that is missing": (
        "atlas",
        "--construction",
        "perez",
        "--format",
        "bfloat16",
        "-o",
        "no such folder/a.svg",
    ),
    "a page that is called otherwise": ("show", "bb2", "-o", "bb2.txt"),
    "a diagram of another kind": ("diagram", "bb2", "--format", "png"),
    "a diagram in a file of another kind": ("diagram", "bb2", "-o", "bb2.png"),
    "a diagram of two kinds": ("diagram", "bb2", "--format", "tikz", "-o", "bb2.svg"),
    "a diagram into a folder that is missing": ("diagram", "bb2", "-o", "no such folder/a.svg"),
    "a diagram of saved weights": ("diagram", "bb2.safetensors"),
    "neither a format nor a file": ("convert", "bb2"),
    "an ending of another format": ("convert", "bb2", "--to", "yaml", "-o", "a.jff"),
    "a machine in place of weights": ("convert", "bb2", "--to", "yaml", "-o", "a.safetensors"),
    "a state renamed to nothing": ("convert", "bb2", "--to", "yaml", "--rename-state", "Z"),
    "a tape head in a machine file": ("convert", "bb2", "--to", "yaml", "--head", "1"),
    "a tape head said twice": ("run", "bb2", "1*1", "--from", "morphett", "--head", "1"),
    "saved weights, read already": ("run", "bb2.safetensors", "--start", "B"),
    "no tokens": ("run", "bb2", "--trace"),
    "a reference has no weights": ("inspect", "bb2", "--construction", "perez", "--steps", "4"),
    "a reference is on no rung": ("verify", "bb2", "--construction", "perez"),
    "a batch of nothing": ("batch", "bb2"),
    "a batch that is not compiled for any number of steps": ("batch", "bb2", "--inputs", "pyproject.toml"),
    "a process that does not know how many there are": ("batch", "bb2", "--process", "0"),
    "a selftest of no position": ("selftest", "--positions", "0"),
    "a selftest of no policy": ("selftest", "--policy", "none"),
    "a comparison in a regime that is none": ("compare", "bb2", "--regime", "hard"),
    "a comparison of saved weights, compiled already": ("compare", "bb2.safetensors", "--cells", "4"),
    "output without a name": ("compile", "bb2", "--steps", "4", "-o", ".safetensors"),
    "output into a folder that is missing": ("compile", "bb2", "--steps", "4", "-o", "no such folder/a.safetensors"),
    "output of another name": ("compile", "bb2", "--steps", "4", "-o", "bb2.npz"),
}


def case(words: tuple[str, ...]) -> Case:
    return lambda: dispatch(words)


def output_is_a_folder() -> int:
    with tempfile.TemporaryDirectory(suffix=".safetensors") as folder:
        return dispatch(("compile", "bb2", "--steps", "4", "-o", str(Path(folder))))


def other_bytes() -> int:
    """A weights file with a blank more in its header."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.safetensors"
        save(compile_weights(parse("1RB1LB_1LA1RZ"), steps=2), path)
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        path.write_bytes((size + 8).to_bytes(8, "little") + data[8 : 8 + size] + b" " * 8 + data[8 + size :])
        return dispatch(("certify", str(path)))


def lines(content: bytes) -> int:
    """A batch of what is in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.txt"
        path.write_bytes(content)
        return dispatch(("batch", "increment", "--inputs", str(path), "--max-steps", "9"))


CASES: dict[str, Case] = {name: case(words) for name, words in COMMANDS.items()} | {
    "output that is a folder": output_is_a_folder,
    "weights that tmformer did not write so": other_bytes,
    "an input with a symbol that the machine does not know": lambda: lines(b"1\n2\n"),
    "an empty file of inputs": lambda: lines(b""),
    "inputs that are no text": lambda: lines(b"\xff"),
    "a picture that cannot be written": lambda: save_picture("/no/such/folder/a.svg", ""),
}
