"""The explorer: a page that shows a run step by step."""

from tmformer.show.explorer.page import explore

__all__ = ["explore"]
