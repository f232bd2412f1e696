"""`tmformer certify`: the reason why a network decodes exactly in floats, for a machine to check."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import AS_IT_IS, Cells, Flag, Form, Name, Number, Radix, ReadAs, Source, Steps
from tmformer.cli.compile import check_output, place_fault
from tmformer.cli.printing import pairs, show, write
from tmformer.cli.sources import check_cell, check_number, is_weights_file, read_source, refuse_compiling
from tmformer.errors import UsageError, WeightsError
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.precision import Certificate
    from tmformer.weights import Weights

EXAMPLES = """Examples:

  tmformer certify bb4 --steps 107 --save bb4.safetensors -o bb4.json
  tmformer certify bb4.safetensors --format float16 --policy pure
  tmformer certify bb4 --steps 4096 --construction wei_ma --regime graded

A certificate speaks of the bytes of a weights file, which --save or
`tmformer compile` with the same options writes. `tmformer check` judges it.

Exit status: 0 if it is certified, 2 if exactness cannot be promised."""


def certify_command(
    machine: Source,
    /,
    *,
    steps: Steps | None = None,
    format: Name = "float32",
    policy: Name = "accumulate-float32",
    regime: Name = "saturated",
    output: Annotated[str | None, Parameter(name=["--output", "-o"], metavar="CERT")] = None,
    save: Annotated[str | None, Parameter(metavar="FILE")] = None,
    cells: Cells | None = None,
    head: Number | None = None,
    input_length: Number | None = None,
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Certify that a network decodes exactly in floats, for every admissible input.

    Where that cannot be promised there is no certificate, but an error that names the lookup, and what would help.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        steps: T, the machine steps to compile for; not for saved weights.
        format: Number format of weights and activations: float32 (if not given), bfloat16, tf32, float8_e5m2, e5m7 ...
        policy: accumulate-float32 (if not given): sums in float32; pure: all in the format; scores-float32: scores too.
        regime: saturated (if not given), as networks run; or graded, for analysis and training.
        output: The file to write the certificate to.
        save: Also save the weights that it speaks of, in a file called *.safetensors.
        cells: As in `tmformer compile`.
        head: As in `tmformer compile`.
        input_length: As in `tmformer compile`.
        construction: How the machine is compiled: cellular (if not given), wei_ma or universal.
        form: In which form.
        radix: With which search.
        read_as: How MACHINE is read.
        json: Print the certificate itself, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--steps", steps, least=0)
    check_number("--cells", cells, least=1)
    check_number("--input-length", input_length, least=0)
    check_cell("--head", head)
    if save is not None:
        check_output(save, "--save")
    _check_certificate_file(output, machine)
    sizes = {"steps": steps, "cells": cells, "head": head, "input_length": input_length}
    weights = _weights(machine, sizes | {"construction": construction, "form": form, "radix": radix}, read_as)
    from tmformer.pipeline import certify
    from tmformer.weights import save as save_weights

    certificate = certify(weights, format=format, policy=policy, regime=regime)
    _check_bytes(machine, certificate)
    if save is not None:
        save_weights(weights, save)
    if output is not None:
        certificate.save(output)
    if json:
        write(certificate.to_bytes().decode() + "\n")
    else:
        _show(certificate, {"weights": save, "certificate": output})
    return 0


def _weights(machine: str, options: dict[str, int | str | None], read_as: ReadAs) -> "Weights":
    if is_weights_file(machine):
        refuse_compiling(machine, {f"--{name.replace('_', '-')}": value for name, value in options.items()})
    elif options["steps"] is None:
        raise UsageError(
            "A machine is compiled for a number of machine steps",
            found="no --steps",
            where=f"tmformer certify {machine}",
            remedy="Add --steps T, such as --steps 100; saved weights need none.",
        )
    source = read_source(machine, read_as)
    if not isinstance(source, Document):
        return source
    from tmformer.pipeline import compile as compile_weights

    given = {name: value for name, value in options.items() if value is not None and name != "construction"}
    return compile_weights(
        source.machine,
        str(options["construction"] or "cellular"),
        **{"input_length": max(map(len, source.words)), **given},  # pyright: ignore[reportArgumentType]
    )


def _check_certificate_file(output: str | None, machine: str) -> None:
    """Refuse a certificate's place before anything is computed: weights, no folder, or something that is no file."""
    if output is None:
        return
    path = Path(output.partition("\0")[0])
    kind = "a name of weights" if is_weights_file(output) else place_fault(output)
    if not kind and path.exists() and path.resolve() == Path(machine.partition("\0")[0]).resolve():
        kind = "the machine file itself"
    if kind:
        raise UsageError(
            "A certificate is written to a new file in a folder that exists, or replaces one that is no weights file",
            found=kind,
            where=f"--output {output}",
            remedy="Write -o cert.json.",
        )


def _check_bytes(machine: str, certificate: "Certificate") -> None:
    """A certificate is of a file's very bytes: a file that says the same in other bytes has none."""
    if not is_weights_file(machine):
        return
    found = hashlib.sha256(Path(machine).read_bytes()).hexdigest()
    if found != certificate.file:
        raise WeightsError(
            "A certificate speaks of a weights file as tmformer writes it",
            found=f"the hash {found}, not {certificate.file}",
            where=machine,
            remedy="Load it and save it again, or compile the machine again.",
        )


def _show(certificate: "Certificate", files: dict[str, str | None]) -> None:
    margins = [lookup["margin"] for lookup in certificate.lookups.values() if isinstance(lookup["margin"], int)]
    ties = max((int(lookup["ties"] or 0) for lookup in certificate.lookups.values()), default=0)
    rows = [
        ("certificate", str(certificate)),
        ("file", f"sha256 {certificate.file}"),
        ("lookups", f"{len(certificate.lookups)}; margin {min(margins, default=0)} at least, ties {ties:,} at most"),
    ]
    if certificate.beta is not None:
        rows.append(("beta", f"{certificate.beta} nats for a unit of score"))
    if certificate.sharpness is not None:
        rows.append(("sharpness", f"{certificate.sharpness}: a unit of score weighs 2^{certificate.sharpness}"))
    rows += [("rests on", fact) for fact in certificate.facts]
    rows += [("written", f"{name} {file}") for name, file in files.items() if file is not None]
    show(pairs(rows))
