"""The files that are written as they are: programs of other tools, which this package never imports."""

from importlib.resources import files


def template(name: str) -> str:
    """The text of a file of `written`.

    Args:
        name: of the file.

    >>> "Turing machine" in template("torch_model.py")
    True
    """
    return files("tmformer.export").joinpath("written", name).read_text(encoding="utf-8")
