"""`tmformer selftest`: what the device at hand makes of the values that certificates rely on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import Flag, Name, Number
from tmformer.cli.printing import busy, pairs, printable, show, write_json
from tmformer.cli.sources import check_number

if TYPE_CHECKING:
    from tmformer.verify import SelfTest, Trial

_MOST = 65_536  # positions: ties in sums of so many numbers take minutes

EXAMPLES = """Examples:

  tmformer selftest
  tmformer selftest --format float16 --policy scores-float32
  tmformer selftest --format float8_e4m3fn,e5m7 --positions 256

A format that JAX lacks is emulated, and slow: give few positions.

Exit status: 0 if all facts hold, 1 if any is broken, 2 for an error."""


def selftest_command(
    *,
    format: Annotated[Sequence[str] | None, Parameter(metavar="NAME", negative_iterable=())] = None,
    policy: Name = "accumulate-float32",
    positions: Number = 4096,
    largest: Number = 64,
    sharpness: Number = 16,
    json: Flag = False,
) -> int:
    """Compute, on the device at hand, each value that certificates rely on.

    They rely on exp, on sums, products and quotients, and on gates at their bounds; each is computed by the
    operations of the model, compiled by XLA, and compared with exact arithmetic.

    Args:
        format: Number format: float32, float64, bfloat16, float16 (all four if not given), or one that is emulated.
        policy: Formats of sums and scores: accumulate-float32 (if not given), pure or scores-float32.
        positions: The most keys that are summed over.
        largest: The largest score: `largest` in a certificate.
        sharpness: The most that a unit of score weighs in the graded regime, as a power of two: `sharpness` in a certificate.
        json: Print the report as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--positions", positions, least=1, most=_MOST)
    check_number("--largest", largest, least=1, most=_MOST)
    check_number("--sharpness", sharpness, least=1, most=64)
    from tmformer.precision import NATIVE_FORMATS, format_named, policy_named
    from tmformer.verify import selftest

    names = [name for given in format or NATIVE_FORMATS for name in given.split(",")]
    found: list[SelfTest] = []
    for chosen in [policy_named(policy, format_named(name)) for name in names]:
        with busy(f"trying {chosen.weights.name}", is_silent=json):
            found.append(selftest(chosen, positions=positions, largest=largest, sharpness=sharpness))
        if not json:
            _show(found[-1])
    if json:
        write_json({"held": all(each.held for each in found), "selftests": [each.to_json() for each in found]})
    return 0 if all(each.held for each in found) else 1


def _show(found: "SelfTest") -> None:
    broken = sum(not trial.held for trial in found.trials)
    verdict = f"{broken} of {len(found.trials)} trials BROKEN" if broken else f"all {len(found.trials)} trials held"
    title = f"{found.format}, {found.policy}, on {found.platform} ({found.device}), jax {found.jax}: {verdict}"
    show(Text(printable(title), style="bold red" if broken else "bold green"), "")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  trial", no_wrap=True)
    table.add_column("regime")
    table.add_column("")
    table.add_column("values", justify="right")
    table.add_column("worst", overflow="fold")
    for trial in found.trials:
        style = "green" if trial.held else "bold red"
        table.add_row(
            Text(f"  {trial.name}"),
            Text(trial.regimes[0] if len(trial.regimes) == 1 else "both"),
            Text("held" if trial.held else "BROKEN", style=style),
            Text(f"{trial.tried:,}"),
            Text(printable(trial.worst)),
        )
    show(table, "", pairs((f"  {name}", text) for name, text in found.notes), "")
    for trial in found.trials:
        if not trial.held:
            show(*_facts(trial))


def _facts(trial: "Trial") -> list[Text]:
    return [Text(f"BROKEN, {trial.name}: {fact}", style="bold red") for fact in trial.facts]
