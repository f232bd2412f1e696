"""Chromium: where it is, and how it comes onto a machine; ``python tests/browser/chromium.py`` installs it by apt-get."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")


def found() -> str | None:
    """The path of a Chromium, if there is one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def install() -> str:
    """The path of a Chromium, installed where it is missing and may be.

    Raises:
        SystemExit: with what to do, where it may not.
    """
    path = found()
    if path:
        return path
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SystemExit("Tests of the explorer need Chromium: install it, as by `apt-get install chromium` as root.")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "--quiet"), INSTALL):
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    path = found()
    if path is None:
        raise SystemExit("apt-get has installed Chromium, but there is no command of that name.")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{install()}\n")
