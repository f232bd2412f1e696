"""The configuration of a Turing machine as a decoder: its sizes, and which tokens end a run."""

from transformers import PreTrainedConfig


class TmformerConfig(PreTrainedConfig):
    """Sizes of a decoder, and the meaning of its codes.

    Args:
        shapes: of each tensor of the state dict, by name.
        beta: the inverse temperature: logits of attention are beta times the scores.
        prompt_length: tokens of a prompt: <bos>, one for each recorded cell, and one for the start state.
        rows: of a sequence, at most.
        max_position_embeddings: tokens, at most: two more, the last one emitted and how the run ended.
        end_tokens: the token of each code of the stop table; the first code, to go on, has none. The last one is of a sequence
            that is full.
    """

    model_type = "tmformer"

    def __init__(
        self,
        shapes=None,
        beta=128.0,
        prompt_length=3,
        rows=3,
        max_position_embeddings=5,
        end_tokens=(),
        hidden_size=0,
        num_hidden_layers=0,
        vocab_size=0,
        **kwargs,
    ):
        self.shapes = shapes or {}
        self.beta = beta
        self.prompt_length = prompt_length
        self.rows = rows
        self.max_position_embeddings = max_position_embeddings
        self.end_tokens = list(end_tokens)
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.vocab_size = vocab_size
        super().__init__(**{"tie_word_embeddings": False, **kwargs})
