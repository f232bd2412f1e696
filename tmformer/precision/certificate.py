"""What loading a model asks for: a reason to trust it."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Uncertified:
    """An explicit statement that a network is run in floats without a certificate, and why.

    Args:
        reason: the reason, in words; it is kept with the model, as `Transformer.certificate`.
    """

    reason: str
