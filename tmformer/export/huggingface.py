"""Hugging Face: a folder that `AutoModelForCausalLM` loads, and whose `generate` emits the run of the machine as tokens."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from tmformer.export.network import FORMAT, Network
from tmformer.export.templates import template
from tmformer.export.vocabulary import BOS, PAD, Vocabulary, vocabulary_of

_PROGRAMS = ("configuration_tmformer.py", "modeling_tmformer.py", "tokenization_tmformer.py")


def write_huggingface(network: Network, folder: Path) -> list[Path]:
    """Write configuration, weights, modelling code, tokenizer and README of a decoder that generates a run.

    Args:
        network: of wei_ma, a decoder only, with one tape.
        folder: an empty folder.

    Returns:
        The files.

    Raises:
        ExportError: for any other network, or if two tokens would have one name.
    """
    vocabulary = vocabulary_of(network)
    state = state_dict(network, vocabulary)
    texts = {name: template(name) for name in _PROGRAMS}
    texts["config.json"] = _json(_config(network, vocabulary, state))
    texts["generation_config.json"] = _json(_generation(network, vocabulary))
    texts["tokenizer_config.json"] = _json(_tokenizer(network, vocabulary))
    texts["vocab.json"] = _json({token: number for number, token in enumerate(vocabulary.tokens)})
    texts["README.md"] = readme(network, vocabulary)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "model.safetensors").write_bytes(safetensors.numpy.save(state, {"format": "pt"}))
    return [folder / name for name in (*texts, "model.safetensors")]


def state_dict(network: Network, vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """The tensors of the decoder by name: those of the network, and how tokens are embedded and told.

    Args:
        network: whose blocks, stop table and feedback they are.
        vocabulary: its tokens.
    """
    tensors = network.tensors()
    tensors = {name: tensors[name] for name in tensors if name.startswith(("blocks.", "readout.", "feedback."))}
    tensors |= {
        "feedback.sources": vocabulary.sources,
        "embedding.weight": vocabulary.embedding,
        "positions.weight": vocabulary.positions,
        "unembedding.weight": vocabulary.unembedding,
    }
    return {name: np.ascontiguousarray(array) for name, array in sorted(tensors.items())}


def _config(network: Network, vocabulary: Vocabulary, state: dict[str, np.ndarray]) -> dict[str, Any]:
    return {
        "architectures": ["TmformerForCausalLM"],
        "auto_map": {
            "AutoConfig": "configuration_tmformer.TmformerConfig",
            "AutoModelForCausalLM": "modeling_tmformer.TmformerForCausalLM",
        },
        "model_type": "tmformer",
        "dtype": FORMAT,
        "shapes": {name: list(array.shape) for name, array in state.items()},
        "beta": network.beta,
        "prompt_length": len(vocabulary.prompt),
        "rows": network.max_positions,
        "max_position_embeddings": network.max_positions + 2,
        "end_tokens": list(vocabulary.ends),
        "hidden_size": network.weights.layout.d_model,
        "num_hidden_layers": network.num_blocks,
        "vocab_size": len(vocabulary.tokens),
        **_special(vocabulary),
    }


def _special(vocabulary: Vocabulary) -> dict[str, Any]:
    tokens = vocabulary.tokens
    ids = {"bos_token_id": tokens.index(BOS), "pad_token_id": tokens.index(PAD)}
    return ids | {"eos_token_id": list(vocabulary.ends)}


def _generation(network: Network, vocabulary: Vocabulary) -> dict[str, Any]:
    """As long as the longest run, with the start state before it and its end after it; nothing is sampled."""
    longest = network.max_positions - len(vocabulary.prompt) + 2
    return _special(vocabulary) | {"do_sample": False, "max_new_tokens": longest}


def _tokenizer(network: Network, vocabulary: Vocabulary) -> dict[str, Any]:
    cells = len(vocabulary.prompt) - 2
    return {
        "auto_map": {"AutoTokenizer": ["tokenization_tmformer.TmformerTokenizer", None]},
        "tokenizer_class": "TmformerTokenizer",
        "model_max_length": network.max_positions + 2,
        "clean_up_tokenization_spaces": False,
        "bos_token": BOS,
        "pad_token": PAD,
        "blank": vocabulary.blank,
        "start": vocabulary.start,
        "before": -int(network.weights.labels.parameters["origin"]),
        "cells": cells,
    }


def readme(network: Network, vocabulary: Vocabulary) -> str:
    """What the folder holds, for those who find it.

    Args:
        network: what was written.
        vocabulary: its tokens.
    """
    labels = network.weights.labels
    steps, cells = network.max_positions - len(vocabulary.prompt), len(vocabulary.prompt) - 2
    return template("huggingface_readme.md").format_map(
        {
            "machine": labels.parameters.get("machine", ""),
            "steps": f"{steps:,}",
            "cells": f"{cells:,}",
            "first": labels.parameters["origin"],
            "blocks": network.num_blocks,
            "d_model": network.weights.layout.d_model,
            "certificate": str(network.certificate),
            "sha256": network.certificate.file,
            "ends": ", ".join(f"`{vocabulary.tokens[end]}`" for end in vocabulary.ends),
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
