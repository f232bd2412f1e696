"""A Turing machine as a decoder-only transformer whose `generate` emits its run, one token a machine step.

One thing is not as in a language model: a token is less than what a row hands on to the next. A row's input is the
embedding of its token, which says the state, plus the FEEDBACK VECTOR, coordinates of the row before it after all blocks:
the cell that the tape head has come to, the symbol found there, and flags; and the digits of its own position. `Memory` carries
that vector, beside keys and values, as `past_key_values`; without it, the rows are computed again from the first token on. So a
sequence whose tokens are not those that its rows emit is no run, and is refused.

Everything is exact in float32, and only there; certificate.json says why. names.json names each coordinate, attention
head and hidden unit.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, einsum, nn
from transformers import GenerationMixin, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

from .configuration_tmformer import TmformerConfig


class Tensors(nn.Module):
    """Some tensors of the state dict: parameters of blocks, buffers elsewhere, of int32 where they count."""

    def __init__(self, config: TmformerConfig, prefix: str) -> None:
        super().__init__()
        for name, shape in config.shapes.items():
            parent, _, own = name.rpartition(".")
            if parent == prefix and prefix.startswith("blocks"):
                setattr(self, own, nn.Parameter(torch.zeros(shape)))
            elif parent == prefix:
                is_float = own in {"signals", "reads", "where", "set"}
                self.register_buffer(own, torch.zeros(shape, dtype=torch.float32 if is_float else torch.int32))


class Attention(Tensors):
    """softmax(beta (W_Q x)(W_K x)^T) (W_V x), then W_O, summed over attention heads; causal, without biases."""

    def __init__(self, config: TmformerConfig, prefix: str) -> None:
        super().__init__(config, prefix)
        self.beta = config.beta
        self.powers = nn.Identity()  # to hook: attention weights [heads, new, all], times their sum over the last axis

    def forward(self, x: Tensor, past: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """What is added to the rows x, and keys and values of all rows so far, of which `past` are those before x."""
        queries, *known = (einsum("nd,hkd->hnk", x, each) for each in (self.query, self.key, self.value))
        keys, values = (torch.cat(pair, dim=1) for pair in zip(past, known)) if past else known
        rows = torch.arange(keys.shape[1], device=x.device)
        logits = self.beta * (queries @ keys.mT)
        logits = logits.where(rows <= rows[-len(x) :, None], torch.finfo(x.dtype).min)
        powers = self.powers(torch.exp(logits - logits.amax(dim=-1, keepdim=True)))
        found = powers @ values / powers.sum(dim=-1, keepdim=True)  # normalised last: ties of value 1 give exactly 1
        return einsum("hnv,hdv->nd", found, self.output), (keys, values)


class Mlp(Tensors):
    """W_out ReLU(W_in x + b_in)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.w_in.T + self.b_in) @ self.w_out.T


class Block(nn.Module):
    """Attention, then MLP, both with residual."""

    def __init__(self, config: TmformerConfig, prefix: str) -> None:
        super().__init__()
        self.attention = Attention(config, f"{prefix}.attention")
        self.mlp = Mlp(config, f"{prefix}.mlp")

    def forward(self, x: Tensor, past: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        added, known = self.attention(x, past)
        x = x + added
        return x + self.mlp(x), known


@dataclass
class Run:
    """Where the run of one sequence is.

    Args:
        tokens: how many there were.
        known: for each block the keys and values of all rows.
        last: the last row after all blocks, part of which is the feedback vector.
        emitted: the token that it emits.
        end: the token that follows, where the stop table says that the run is over.
    """

    tokens: int = 0
    known: tuple[tuple[Tensor, ...], ...] = ()
    last: Tensor | None = None
    emitted: int | None = None
    end: int | None = None


@dataclass
class Memory:
    """What one call of the model hands on to the next, as `past_key_values`: a Run for each sequence of the batch."""

    runs: tuple[Run, ...]

    def get_seq_length(self) -> int:
        """Tokens so far."""
        return self.runs[0].tokens


class TmformerForCausalLM(PreTrainedModel, GenerationMixin):
    """Emits the start state, then next state, written symbol and move of each machine step, then how the run ended."""

    config_class = TmformerConfig
    base_model_prefix = ""
    main_input_name = "input_ids"

    def __init__(self, config: TmformerConfig) -> None:
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.positions = nn.Embedding(config.prompt_length, config.hidden_size)
        self.blocks = nn.ModuleList(Block(config, f"blocks.{number}") for number in range(config.num_hidden_layers))
        self.readout, self.feedback = Tensors(config, "readout"), Tensors(config, "feedback")
        self.unembedding = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    @classmethod
    def _supports_default_dynamic_cache(cls) -> bool:
        return False  # the first call makes a Memory

    def get_input_embeddings(self) -> nn.Module:
        """The embedding of tokens."""
        return self.embedding

    def get_output_embeddings(self) -> nn.Module:
        """The unembedding: integers, that of the token emitted larger by 1 at least than any other."""
        return self.unembedding

    def forward(
        self,
        input_ids: Tensor,
        past_key_values: Memory | None = None,
        attention_mask: Tensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
    ) -> CausalLMOutputWithPast | tuple:
        """Logits [batch, tokens, vocabulary]; hidden states are those before the first block and after each one."""
        if attention_mask is not None and not attention_mask.bool().all():
            raise ValueError("A prompt has no padding: all prompts have the same length")
        if self.dtype != torch.float32:
            raise ValueError(f"The certificate of this network is for float32, not for {self.dtype}")
        runs = past_key_values.runs if past_key_values is not None else tuple(Run() for _ in input_ids)
        followed = [self._follow(run, ids.tolist()) for run, ids in zip(runs, input_ids, strict=True)]
        reached, logits, states = zip(*followed, strict=True)
        output = CausalLMOutputWithPast(
            logits=torch.stack(logits),
            past_key_values=None if use_cache is False else Memory(reached),
            hidden_states=torch.stack(states, dim=1).unbind() if output_hidden_states else None,
        )
        return output.to_tuple() if return_dict is False else output

    def _follow(self, run: Run, ids: list[int]) -> tuple[Run, Tensor, Tensor]:
        """A run after these tokens, logits [tokens, vocabulary], and states [blocks + 1, tokens, d_model]."""
        parts, length = [], self.config.prompt_length
        if run.tokens == 0:
            if len(ids) < length:
                raise ValueError(f"A prompt has {length} tokens, not {len(ids)}: <bos>, the cells, and the start state")
            prompt, ids = torch.tensor(ids[:length], device=self.device), ids[length:]
            parts.append(self._rows(run, self.embedding(prompt) + self.positions.weight))
        for token in ids:
            run = parts[-1][0] if parts else run
            if token not in ({run.emitted} if run.end != run.emitted else {run.end, self.config.pad_token_id}):
                raise ValueError(f"Token {token} is not {run.emitted}, which the row before it emits: this is no run")
            parts.append(self._ended(run) if run.end is not None else self._rows(run, self._fed(run, token)[None]))
        return parts[-1][0], torch.cat([part[1] for part in parts]), torch.cat([part[2] for part in parts], dim=1)

    def _fed(self, run: Run, token: int) -> Tensor:
        """The input of the next row: what its token says, the feedback vector, and the digits of its own position."""
        codes, none = self.feedback, run.last.new_zeros(1)
        flags = torch.cat([run.last, none])[codes.sources[codes.flags]]
        bits = (run.tokens + codes.offset) // codes.divisor % codes.modulus >> codes.bit & 1
        digits = (flags[:, None] * (2 * bits - 1) * codes.set).sum(dim=0)
        return self.embedding.weight[token] + torch.cat([run.last, none, digits])[codes.sources]

    def _rows(self, run: Run, x: Tensor) -> tuple[Run, Tensor, Tensor]:
        """The rows x through all blocks."""
        states, known = [x], []
        for number, block in enumerate(self.blocks):
            x, both = block(x, run.known[number] if run.known else ())
            known.append(both)
            states.append(x)
        logits, tokens = self.unembedding(x), run.tokens + len(x)
        code = self._read(x[-1])
        if code == 0 and tokens == self.config.rows:
            code = len(self.config.end_tokens)
        end = self.config.end_tokens[code - 1] if code else None
        return Run(tokens, tuple(known), x[-1], int(logits[-1].argmax()), end), logits, torch.stack(states)

    def _ended(self, run: Run) -> tuple[Run, Tensor, Tensor]:
        """After the end there are no rows any more, only the token that says how it ended."""
        logits = torch.zeros(1, self.config.vocab_size, device=self.device)
        logits[0, run.end] = 1
        states = torch.zeros(len(self.blocks) + 1, 1, self.config.hidden_size, device=self.device)
        return Run(run.tokens + 1, run.known, run.last, run.end, run.end), logits, states

    def _read(self, row: Tensor) -> int:
        """The code of what the stop table says of the newest row: 0 is to go on, 1 is no data row, 2 encodes nothing."""
        signals = ((self.readout.signals @ row) > 0.5).nonzero().tolist()
        if len(signals) != 1:
            return 2
        if not row @ self.readout.where > 0.5:
            return 1
        held, reads = self.readout.reads @ row, 0
        for values in held:
            reads = reads * len(values) + int(values.argmax())
        return int(self.readout.codes[signals[0][1], reads]) if (held > 0.5).any(dim=-1).all() else 0
