"""Hugging Face: `generate` emits the run as tokens, from a folder, without a network."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.export.networks import Exported, exported
from tmformer.errors import ExportError
from tmformer.export import Network, write_export
from tmformer.export.huggingface import readme, state_dict
from tmformer.export.vocabulary import vocabulary_of
from tmformer.pipeline import run

RUNS = {
    "bb4": ("bb4", ""),
    "palindrome": ("palindrome", "abba"),
    "no palindrome": ("palindrome", "ab"),
    "increment": ("increment", "1011"),
    "parentheses rejected": ("balanced_parentheses", "())"),
}


def made(name: str, given: str) -> Exported:
    return exported(name, given, "wei_ma")


def our_tokens(made: Exported) -> list[str]:
    """The run as our own engine emits it."""
    emitted: list[str] = []

    def keep(_step: int, _begun: int, token: Any) -> None:
        (tape,) = token.tapes
        emitted.append(token.next_state if tape.move is None else f"{token.next_state} {tape.written} {tape.move}")

    run(made.weights, made.given, emit=keep)
    return emitted


def ours_and_end(made: Exported) -> list[str]:
    return [*our_tokens(made), f"<{made.trace.outcome}>"]


def test_the_folder_says_what_it_is(tmp_path):
    network = made("increment", "1").network
    files = write_export(network, "huggingface", tmp_path / "out")
    assert {path.name for path in files} == {path.name for path in (tmp_path / "out").iterdir()}
    text = (tmp_path / "out" / "README.md").read_text()
    for said in ("increment", str(network.certificate), network.certificate.file, "FEEDBACK".lower(), "<full>"):
        assert said in text.lower() or said in text
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["eos_token_id"] == config["end_tokens"]
    assert config["rows"] == network.max_positions
    code = (tmp_path / "out" / "modeling_tmformer.py").read_text()
    assert "FEEDBACK VECTOR" in code
    assert "import tmformer" not in code


def test_readme_says_how_many_machine_steps_there_are_room_for():
    network = made("increment", "1011").network
    steps = network.weights.labels.parameters["steps"]
    assert f"{steps} machine steps" in readme(network, vocabulary_of(network))


def test_tensors_are_those_of_the_network_but_for_what_tokens_say():
    network = made("increment", "1011").network
    vocabulary = vocabulary_of(network)
    state = state_dict(network, vocabulary)
    assert all(np.array_equal(state[name], array) for name, array in network.arrays.items())
    embedded = state["embedding.weight"][list(vocabulary.prompt)] + state["positions.weight"]
    assert np.array_equal(embedded, network.prompt)


def test_equal_networks_give_equal_bytes(tmp_path):
    network = made("increment", "1").network
    one, other = (write_export(network, "huggingface", tmp_path / name) for name in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def loaded(network: Network, folder: Path) -> tuple[Any, Any]:
    transformers = pytest.importorskip("transformers", reason="what is exported is run by the extra huggingface")
    write_export(network, "huggingface", folder)
    return (
        transformers.AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True),
        transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=True),
    )


@pytest.fixture(scope="module")
def _offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No network, and code of models in a folder of its own."""
    modules = tmp_path_factory.mktemp("modules")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        for place in ("transformers.dynamic_module_utils", "transformers.utils.hub", "transformers.utils"):
            patch.setattr(f"{place}.HF_MODULES_CACHE", str(modules), raising=False)
        yield


hub = pytest.mark.usefixtures("_offline")
third_party = pytest.mark.filterwarnings("default")  # Transformers and PyTorch warn of each other


@pytest.mark.torch
@hub
@third_party
@pytest.mark.parametrize("name", RUNS)
def test_generate_emits_our_run_to_its_end(name, tmp_path):
    each = made(*RUNS[name])
    model, tokenizer = loaded(each.network, tmp_path / name.replace(" ", "_"))
    prompt = tokenizer(each.given, return_tensors="pt")
    assert prompt["input_ids"].tolist() == [list(vocabulary_of(each.network).prompt)]
    ids = model.generate(**prompt)[0, prompt["input_ids"].shape[1] :]
    assert tokenizer.convert_ids_to_tokens(ids.tolist()) == ours_and_end(each)
    assert tokenizer.decode(ids) == "; ".join(ours_and_end(each))
    if name == "bb4":
        assert len(ids) == 107 + 2


@pytest.mark.torch
@hub
@third_party
def test_fewer_new_tokens_stop_there_and_no_memory_gives_the_same(tmp_path):
    each = made("palindrome", "abba")
    model, tokenizer = loaded(each.network, tmp_path / "palindrome")
    prompt = tokenizer(each.given, return_tensors="pt")
    for options in ({}, {"use_cache": False}, {"do_sample": True, "temperature": 0.01}):
        ids = model.generate(**prompt, max_new_tokens=5, **options)[0, prompt["input_ids"].shape[1] :]
        assert tokenizer.convert_ids_to_tokens(ids.tolist()) == our_tokens(each)[:5]


@pytest.mark.torch
@hub
@third_party
def test_a_batch_runs_each_input_to_its_own_end(tmp_path):
    each = exported("balanced_parentheses", "(())", "wei_ma")
    model, tokenizer = loaded(each.network, tmp_path / "parentheses")
    words = ["(())", ")", "()"]
    ids = model.generate(**tokenizer(words, return_tensors="pt"))
    said = [tokenizer.decode(row, skip_special_tokens=False) for row in ids]
    assert [next(end for end in ("<accepted>", "<rejected>", "<full>") if end in text) for text in said] == [
        "<accepted>",
        "<rejected>",
        "<accepted>",
    ]
    for text, word in zip(said, words, strict=True):
        emitted = [token for token in text.split("; ") if not token.startswith(("<", "cell=", "start="))]
        steps: list[str] = []
        run(each.machine, word, construction="wei_ma", emit=lambda _, __, token, to=steps: to.append(token.next_state))
        assert [token.split()[0] for token in emitted] == steps


@pytest.mark.torch
@hub
@third_party
def test_ties_of_value_1_give_exactly_1(tmp_path):
    import torch

    model, _ = loaded(made("increment", "1011").network, tmp_path / "increment")
    attention = model.blocks[-1].attention
    attention.query = attention.key = torch.nn.Parameter(torch.zeros(1, 1, 2))
    attention.value = torch.nn.Parameter(torch.tensor([[[1.0, 0.0]]]))
    attention.output = torch.nn.Parameter(torch.tensor([[[0.0], [1.0]]]))
    for ties in (3, 41, 49, 1000):
        found, _ = attention(torch.ones(ties, 2), ())
        assert (found[:, 1] == 1).all()


@pytest.mark.torch
@hub
@third_party
def test_a_row_sees_itself_and_earlier_rows_only(tmp_path):
    import torch

    model, _ = loaded(made("increment", "1011").network, tmp_path / "increment")
    attention = model.blocks[-1].attention
    seen = []
    attention.powers.register_forward_hook(lambda *of: seen.append(of[2] > 0))
    attention.query = attention.key = torch.nn.Parameter(torch.zeros(1, 1, attention.query.shape[2]))
    x = torch.zeros(4, attention.query.shape[2])
    _, past = attention(x, ())
    attention(x[:2], past)
    assert torch.equal(seen[0][0], torch.ones(4, 4).tril().bool())
    assert torch.equal(seen[1][0], torch.ones(6, 6).tril().bool()[4:])


@pytest.mark.torch
@hub
@third_party
def test_a_full_sequence_ends_by_saying_so(tmp_path):
    each = exported("bb4", "", "wei_ma", steps=9)
    model, tokenizer = loaded(each.network, tmp_path / "bb4")
    prompt = tokenizer("", return_tensors="pt")
    ids = model.generate(**prompt)[0, prompt["input_ids"].shape[1] :]
    assert tokenizer.convert_ids_to_tokens(ids.tolist())[-1] == "<full>"
    assert len(ids) == 9 + 2


@pytest.mark.torch
@hub
@third_party
def test_hidden_states_are_ours_after_each_block(tmp_path):
    each = made("increment", "1011")
    model, tokenizer = loaded(each.network, tmp_path / "increment")
    prompt = tokenizer(each.given, return_tensors="pt")
    whole = model.generate(**prompt)[:, :-2]  # the last token that is an input
    states = model(whole, output_hidden_states=True).hidden_states
    ours = each.trace
    assert len(states) == len(ours) + 1
    for block, theirs in zip([ours[0].before, *(block.after for block in ours)], states, strict=True):
        assert np.array_equal(theirs[0].detach().numpy(), block)


@pytest.mark.torch
@hub
@third_party
def test_saving_and_loading_again_changes_nothing(tmp_path):
    transformers = pytest.importorskip("transformers", reason="what is exported is run by the extra huggingface")
    each = made("increment", "1011")
    model, tokenizer = loaded(each.network, tmp_path / "first")
    model.save_pretrained(tmp_path / "second")
    tokenizer.save_pretrained(tmp_path / "second")
    again = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "second", trust_remote_code=True)
    words = transformers.AutoTokenizer.from_pretrained(tmp_path / "second", trust_remote_code=True)
    prompt = words(each.given, return_tensors="pt")
    assert words.decode(again.generate(**prompt)[0]) == tokenizer.decode(model.generate(**prompt)[0])
    one, other = (dict(which.state_dict()) for which in (model, again))
    assert set(one) == set(other)
    assert all((one[name] == other[name]).all() for name in one)


@pytest.mark.torch
@hub
@third_party
def test_a_planted_weight_is_seen(tmp_path):
    import torch

    each = made("increment", "1011")
    model, tokenizer = loaded(each.network, tmp_path / "increment")
    prompt = tokenizer(each.given, return_tensors="pt")
    ours = ours_and_end(each)
    for name, parameter in itertools.islice(model.named_parameters(), 2, None):
        used = parameter.detach().flatten().nonzero().flatten()
        if "attention.output" not in name or len(used) == 0:
            continue
        with torch.no_grad():
            parameter.view(-1)[used[0]] *= -1
            ids = model.generate(**prompt)[0, prompt["input_ids"].shape[1] :]
            parameter.view(-1)[used[0]] *= -1
        assert tokenizer.convert_ids_to_tokens(ids.tolist()) != ours, name


@pytest.mark.torch
@hub
@third_party
def test_what_is_no_run_is_refused(tmp_path):
    import torch

    each = made("increment", "1011")
    model, tokenizer = loaded(each.network, tmp_path / "increment")
    prompt = tokenizer(each.given, return_tensors="pt")["input_ids"]
    with pytest.raises(ValueError, match="this is no run"):
        model(torch.cat([prompt, prompt[:, :1]], dim=1))
    with pytest.raises(ValueError, match="A prompt has"):
        model(prompt[:, :-1])
    with pytest.raises(ValueError, match="no padding"):
        model(prompt, attention_mask=torch.zeros_like(prompt))
    with pytest.raises(ValueError, match="for float32"):
        model.to(torch.bfloat16)(prompt)
    with pytest.raises(ValueError, match="none of this machine's tokens"):
        tokenizer("2")
    with pytest.raises(ValueError, match="at most 4 cells"):
        tokenizer("10110")


@pytest.mark.parametrize("which", [("bb2", ""), ("bb2", "", "wei_ma", {"form": "encoder-decoder"})])
def test_networks_that_generate_no_tokens_are_refused(which, tmp_path):
    name, given, *rest = which
    construction, options = rest or ("cellular", {})
    with pytest.raises(ExportError, match="decoder of wei_ma"):
        write_export(exported(name, given, construction, **options).network, "huggingface", tmp_path / "out")
    assert not list(tmp_path.iterdir())
