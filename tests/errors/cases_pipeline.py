"""What the pipeline refuses."""

import hashlib
import json
import tempfile
from pathlib import Path

from tests.errors.sites import Case
from tmformer.machine import configuration, parse
from tmformer.pipeline import certify, compile, run, run_batch
from tmformer.pipeline.checkpoints import Checkpoints
from tmformer.pipeline.checkpoints import _read as read_checkpoint
from tmformer.pipeline.growing import Progress
from tmformer.program import RUNNING

MACHINE = parse("1RA1RA")
NETWORK = compile(MACHINE, "universal", steps=2)

OTHER = Path(tempfile.mkdtemp())  # the checkpoints of another run, of which the second is of another version
run(parse("1LA1LA"), engine="exact", max_steps=1, every=1, checkpoint=OTHER / "run")


def of_another_version() -> object:
    """A checkpoint as a later tmformer might write it."""
    plain = {"version": 0}
    digest = hashlib.sha256(b'{"version":0}').hexdigest()
    folder = OTHER / "version"
    folder.mkdir(exist_ok=True)
    (folder / f"checkpoint-{1:020}.json").write_text(json.dumps({"checkpoint": plain, "sha256": digest}))
    return Checkpoints(folder, {}).newest(None)


def damaged(text: str) -> Case:
    """A checkpoint that is not as it was written, where nobody is told of it but by an error."""

    def read() -> object:
        path = OTHER / "damaged.json"
        path.write_text(text)
        return read_checkpoint(path)

    return read


def unwritable() -> object:
    """Checkpoints in a folder that has gone."""
    return Checkpoints(OTHER / "gone", {}).save(Progress(configuration("A", 0, {}, "0"), 1, RUNNING, 1))


CASES: dict[str, Case] = {
    "weights that know no machine": lambda: run(NETWORK),
    "a machine beside weights that know one": lambda: run(compile(MACHINE, steps=2), machine=MACHINE),
    "two machines": lambda: run(MACHINE, machine=MACHINE),
    "more inputs than tapes": lambda: run(MACHINE, [["1"], ["1"]]),
    "a batch of none": lambda: run_batch(NETWORK, []),
    "a batch that outgrows its network": lambda: run_batch(NETWORK, [(MACHINE, "")], max_steps=3),
    "a macro block that is too coarse": lambda: run(compile(MACHINE, steps=9, macro=2), engine="exact", max_steps=2),
    "unknown engine": lambda: run(MACHINE, engine="fast"),
    "unknown regime": lambda: certify(compile(MACHINE, steps=2), regime="hot"),
    "every zero machine steps": lambda: run(MACHINE, every=0),
    "checkpoints of another run": lambda: run(MACHINE, engine="exact", checkpoint=OTHER / "run"),
    "checkpoints of another version": of_another_version,
    "half a checkpoint": damaged('{"check'),
    "a checkpoint with another digest": damaged('{"checkpoint": {}, "sha256": ""}'),
    "checkpoints where a file is": lambda: Checkpoints(Path(__file__), {}).open(),
    "checkpoints where nothing is": unwritable,
    "checkpoints of a context of fixed size": lambda: run(compile(MACHINE, "wei_ma", steps=2), checkpoint=OTHER / "x"),
    "checkpoints of a run that is shown": lambda: run(
        MACHINE, construction="wei_ma", emit=lambda *_: None, checkpoint=OTHER / "x"
    ),
    "fewer than no machine steps": lambda: run(MACHINE, max_steps=-1),
    "compiled weights and cells": lambda: run(compile(MACHINE, steps=2), engine="exact", cells=5),
    "no machine": lambda: run("bb2"),
    "left its window": lambda: run(compile(MACHINE, steps=2), engine="exact", max_steps=5),
    "a context that is full": lambda: run(compile(MACHINE, "wei_ma", steps=2), engine="exact", max_steps=3),
    "a context of fixed size without steps": lambda: run(MACHINE, construction="wei_ma", cells=5),
    "a reference in an engine of weights": lambda: run(MACHINE, construction="perez", engine="dense", max_steps=5),
    "nothing to emit": lambda: run(MACHINE, emit=lambda *_: None),
    "nothing to emit, by a reference": lambda: run(MACHINE, construction="perez", emit=lambda *_: None),
    "retrieval asked to emit": lambda: run(MACHINE, construction="wei_ma", engine="retrieval", emit=lambda *_: None),
    "a reference and cells": lambda: run(MACHINE, construction="perez", cells=5),
    "a reference in an unknown arithmetic": lambda: run(MACHINE, construction="perez", format="bfloat16", max_steps=5),
    "a reference that is compiled": lambda: compile(MACHINE, "perez", steps=2),
    "options of another construction": lambda: run(MACHINE, form="decoder-only"),
}
