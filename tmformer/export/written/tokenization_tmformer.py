"""The tokens of a Turing machine's run: an input becomes a prompt, and ids become words such as ``B 1 R``."""

import json
from pathlib import Path

from transformers import PreTrainedTokenizer


class TmformerTokenizer(PreTrainedTokenizer):
    """Input symbols, one character each or with blanks between them, become <bos>, a token for each cell, and the start state.

    Args:
        vocab_file: vocab.json, the id of each token.
        blank: the token of a blank cell.
        start: the token of the start state.
        before: blank cells before the input.
        cells: how many cells a prompt has.
    """

    vocab_files_names = {"vocab_file": "vocab.json"}  # noqa: RUF012 - as Transformers has it
    model_input_names = ["input_ids", "attention_mask"]  # noqa: RUF012 - likewise

    def __init__(self, vocab_file, blank="", start="", before=0, cells=1, **kwargs):
        self.ids = json.loads(Path(vocab_file).read_text(encoding="utf-8"))
        self.words = {number: word for word, number in self.ids.items()}
        self.blank, self.start, self.before, self.cells = blank, start, before, cells
        super().__init__(blank=blank, start=start, before=before, cells=cells, **kwargs)

    @property
    def vocab_size(self):
        return len(self.ids)

    def get_vocab(self):
        return dict(self.ids)

    def tokenize(self, text, **_):
        symbols = text.split() if any(map(str.isspace, text)) or f"cell={text}" in self.ids else list(text)
        return [f"cell={symbol}" for symbol in symbols]

    def _convert_token_to_id(self, token):
        if token not in self.ids:
            raise ValueError(f"{token!r} is none of this machine's tokens, which vocab.json lists")
        return self.ids[token]

    def _convert_id_to_token(self, index):
        return self.words[index]

    def build_inputs_with_special_tokens(self, token_ids_0, token_ids_1=None):
        after = self.cells - self.before - len(token_ids_0)
        if token_ids_1 is not None or after < 0:
            raise ValueError(f"A prompt has an input of at most {self.cells - self.before} cells")
        blank = [self.ids[self.blank]]
        cells = self.before * blank + list(token_ids_0) + after * blank
        return [self.ids["<bos>"], *cells, self.ids[self.start]]

    def convert_tokens_to_string(self, tokens):
        return "; ".join(tokens)

    def save_vocabulary(self, save_directory, filename_prefix=None):
        file = Path(save_directory) / f"{filename_prefix + '-' if filename_prefix else ''}vocab.json"
        file.write_text(json.dumps(self.ids, ensure_ascii=False, indent=1), encoding="utf-8")
        return (str(file),)
