"""A Turing machine as a transformer in plain PyTorch; `python model.py` runs the prompt in this folder to its end.

All numbers are those of tmformer's Flax model: certificate.json says why float32 computes every block exactly. Every
coordinate, attention head and hidden unit has a name in names.json, as does every row of `unembedding`.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, einsum, nn

HERE = Path(__file__).resolve().parent


class Tensors(nn.Module):
    """Some tensors of the state dict under their own names: parameters if they are float, else buffers."""

    def __init__(self, state: dict[str, Tensor], prefix: str) -> None:
        super().__init__()
        for name, tensor in state.items():
            if name.rpartition(".")[0] == prefix:
                kept = nn.Parameter(tensor) if prefix.startswith("blocks") else nn.Buffer(tensor)
                setattr(self, name.rpartition(".")[2], kept)


class Attention(Tensors):
    """softmax(beta (W_Q x)(W_K x)^T) (W_V x), then W_O, summed over attention heads; no biases."""

    def __init__(self, state: dict[str, Tensor], prefix: str, masks: list[str], names: dict) -> None:
        super().__init__(state, prefix)
        self.masks, self.encoder, self.beta = masks, names["encoder"], names["beta"]
        self.powers = (
            nn.Identity()
        )  # to hook: attention weights [heads, rows, rows], times their sum over the last axis

    def forward(self, x: Tensor) -> Tensor:
        queries, keys, values = (einsum("nd,hkd->hnk", x, each) for each in (self.query, self.key, self.value))
        logits = (self.beta * (queries @ keys.mT)).where(self.sees(x), torch.finfo(x.dtype).min)
        powers = self.powers(torch.exp(logits - logits.amax(dim=-1, keepdim=True)))
        found = powers @ values / powers.sum(dim=-1, keepdim=True)  # normalised last: ties of value 1 give exactly 1
        return einsum("hnv,hdv->nd", found, self.output)

    def sees(self, x: Tensor) -> Tensor:
        """Which rows each row sees, for each attention head: all, or earlier ones of its own side, or the encoder's."""
        rows = torch.arange(len(x), device=x.device)
        side = x[:, self.encoder] > 0.5 if self.encoder is not None else torch.zeros_like(rows, dtype=torch.bool)
        causal = (rows[:, None] >= rows) & (side[:, None] == side)
        known = {"none": torch.ones_like(causal), "causal": causal, "across": side.expand_as(causal)}
        return torch.stack([known[mask] for mask in self.masks]) if self.masks else causal.new_ones(0, len(x), len(x))


class Mlp(Tensors):
    """W_out ReLU(W_in x + b_in)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.w_in.T + self.b_in) @ self.w_out.T


class Block(nn.Module):
    """Attention, then MLP, both with residual."""

    def __init__(self, state: dict[str, Tensor], prefix: str, masks: list[str], names: dict) -> None:
        super().__init__()
        self.attention = Attention(state, f"{prefix}.attention", masks, names)
        self.mlp = Mlp(state, f"{prefix}.mlp")

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        return x + self.mlp(x)


class Model(nn.Module):
    """The blocks, applied again and again to the residual stream [rows, d_model], until the stop table says so."""

    def __init__(self, state: dict[str, Tensor], names: dict) -> None:
        super().__init__()
        self.names, self.grows, self.loops = names, names["grows"], names["loops"]
        masks = enumerate(names["masks"])
        self.blocks = nn.ModuleList(Block(state, f"blocks.{number}", own, names) for number, own in masks)
        self.readout, self.feedback = Tensors(state, "readout"), Tensors(state, "feedback")
        self.prompt, self.unembedding = nn.Buffer(state["prompt"]), nn.Buffer(state["unembedding"])

    def forward(self, x: Tensor) -> Tensor:
        """The residual stream after all blocks of a loop, or, where the sequence grows, of a decoding step."""
        for _ in range(self.loops if self.grows else 1):
            for block in self.blocks:
                x = block(x)
        return x

    def logits(self, x: Tensor) -> Tensor:
        """[rows, tokens or values]: names.json names them under "unembedding"."""
        return x @ self.unembedding.T

    def read(self, x: Tensor) -> tuple[int, int]:
        """What the stop table says, 0 being to go on, and how many machine steps the next loop counts."""
        signals = (einsum("nd,svd->nsv", x, self.readout.signals) > 0.5).nonzero().tolist()
        if len(signals) != 1:
            return self.names["outcomes"].index("broken"), 1
        (row, signal, code), reads = signals[0], 0
        target = row + int(self.readout.offsets[signal])
        if not 0 <= target < len(x) or not x[target] @ self.readout.where > 0.5:
            return self.names["outcomes"].index("outside"), 1
        held = self.readout.reads @ x[target]
        for values in held:
            reads = reads * len(values) + int(values.argmax())
        if not (held > 0.5).any(dim=-1).all():
            return 0, 1
        return int(self.readout.codes[code, reads]), int(self.readout.counts[code, reads])

    def next_row(self, last: Tensor, position: int) -> Tensor:
        """A row before all blocks: what the row before fed back after all blocks, and the digits of its own position."""
        codes, none = self.feedback, last.new_zeros(1)
        flags = torch.cat([last, none])[codes.sources[codes.flags]]
        bits = (position + codes.offset) // codes.divisor % codes.modulus >> codes.bit & 1
        digits = (flags[:, None] * (2 * bits - 1) * codes.set).sum(dim=0)
        return torch.cat([last, none, digits])[codes.sources]

    @torch.no_grad()
    def run(self, x: Tensor, most: float = float("inf")) -> tuple[Tensor, str, int]:
        """The residual stream at the end, how it ended, and the machine steps, `most` at most."""
        after, steps = (self(x), 0) if self.grows else (x, 0)
        code, count = self.read(after[-1:] if self.grows else after)
        while code == 0 and steps + count <= most and not (self.grows and len(after) == self.names["max_positions"]):
            x = torch.cat([x, self.next_row(after[-1], len(x))[None]]) if self.grows else after
            after, steps = self(x), steps + count
            code, count = self.read(after[-1:] if self.grows else after)
        outcome = self.names["outcomes"][code] if code or steps == most else "full" if self.grows else "coarse"
        return after, outcome, steps

    def decode(self, row: Tensor) -> str:
        """What the registers of a row hold."""
        words = []
        for each in self.names["registers"]:
            held = row[each["first"] :][: each["width"]].tolist()
            if each["kind"] == "code" and any(held):
                words.append(f"{each['name']}={sum((bit > 0) << place for place, bit in enumerate(held))}")
            elif any(held):
                words.append(each["name"] + (f"={each['values'][held.index(1)]}" if each["kind"] == "one-hot" else ""))
        return " ".join(words)


def load(folder: Path = HERE) -> Model:
    """The model in a folder, with its prompt."""
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    state = load_file(folder / "model.safetensors")
    model = Model(state, names)
    model.load_state_dict(state)
    return model.eval()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("model.py runs the prompt in its folder and takes no input: export again, with another INPUT")
    model = load()
    rows, outcome, steps = model.run(model.prompt)
    print(*map(model.decode, rows), f"{outcome} after {steps} machine steps", sep="\n")
