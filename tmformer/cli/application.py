"""All subcommands in one application, with their help."""

from collections.abc import Callable

from cyclopts import App

from tmformer.cli import (
    atlas,
    batch,
    certify,
    check,
    compare,
    convert,
    diagram,
    info,
    machines,
    prove,
    run,
    selftest,
    verify,
)
from tmformer.cli import compile as compile_module
from tmformer.cli import inspect as inspect_module
from tmformer.cli import show as show_module

_HELP = """Turing machines compiled, not trained, into exact transformers."""

_EPILOGUE = """Try:

  tmformer run balanced_parentheses "(()())"
  tmformer machines
  tmformer run --help"""

COMMANDS: dict[str, tuple[Callable[..., int], str, str]] = {
    "run": (run.run_command, "MACHINE [INPUT] [OPTIONS]", run.EXAMPLES),
    "batch": (batch.batch_command, "MACHINE | FILE [OPTIONS]", batch.EXAMPLES),
    "verify": (verify.verify_command, "MACHINE [INPUT ...] [OPTIONS]", verify.EXAMPLES),
    "compare": (compare.compare_command, "[MACHINE] [INPUT] [OPTIONS]", compare.EXAMPLES),
    "compile": (compile_module.compile_command, "MACHINE --steps T -o FILE [OPTIONS]", compile_module.EXAMPLES),
    "certify": (certify.certify_command, "MACHINE --steps T | FILE [OPTIONS]", certify.EXAMPLES),
    "check": (check.check_command, "FILE CERT [OPTIONS]", check.EXAMPLES),
    "prove": (prove.prove_command, "FILE -o DIR [OPTIONS]", prove.EXAMPLES),
    "inspect": (inspect_module.inspect_command, "MACHINE --steps T | FILE [OPTIONS]", inspect_module.EXAMPLES),
    "info": (info.info_command, "MACHINE [OPTIONS]", info.EXAMPLES),
    "convert": (convert.rewrite_command, "MACHINE --to NAME | -o FILE [OPTIONS]", convert.EXAMPLES),
    "show": (show_module.show_command, "MACHINE [INPUT] -o FILE [OPTIONS]", show_module.EXAMPLES),
    "diagram": (diagram.diagram_command, "MACHINE [-o FILE] [OPTIONS]", diagram.EXAMPLES),
    "atlas": (atlas.atlas_command, "[OPTIONS]", atlas.EXAMPLES),
    "machines": (machines.machines_command, "[OPTIONS]", machines.EXAMPLES),
    "selftest": (selftest.selftest_command, "[OPTIONS]", selftest.EXAMPLES),
}
"""Each subcommand: its function, how it is used, examples."""


def application() -> App:
    """The application; it prints no errors and leaves the process to nobody."""
    app = App(
        name="tmformer",
        help=_HELP,
        usage="Usage: tmformer COMMAND [OPTIONS]",
        help_epilogue=_EPILOGUE,
        help_format="plaintext",
        version=_version,
        version_format="plaintext",
        group_parameters="Options",
        print_error=False,
        exit_on_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    for name, (function, usage, epilogue) in COMMANDS.items():
        app.command(function, name=name, usage=f"Usage: tmformer {name} {usage}", help_epilogue=epilogue)
    return app


def _version() -> str:
    from importlib.metadata import version

    return f"tmformer {version('tmformer')}"
