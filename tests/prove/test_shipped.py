"""The proofs that come with tmformer."""

from tmformer.prove.shipped import IMPORTS, library_folder, library_modules, needs


def test_each_file_comes_after_all_that_it_needs():
    found = library_modules(
        tuple(file.name.removesuffix(".v") for file in library_folder().iterdir() if ".v" in file.name)
    )
    assert {"Machine", "Transformer", "Program", "Cellular", "WeiMa", "File", "Examples"} <= set(found)
    for place, (name, text) in enumerate(found.items()):
        assert library_folder().joinpath(f"{name}.v").read_text(encoding="utf-8") == text
        assert set(needs(text)) <= set(list(found)[:place])


def test_only_what_is_needed():
    assert "Examples" not in library_modules()
    assert next(name for name in library_modules() if name in IMPORTS) == "Machine"
    assert library_modules(("NoSuchFile",)) == {}


def test_several_lines_of_imports():
    text = "From Tmformer Require Import Machine\n  Transformer.\nFrom Tmformer Require Export File.\nRequire Import X."
    assert needs(text) == ["Machine", "Transformer", "File"]
