"""Entries to draw."""

from tmformer.verify import Entry

ENTRIES = [
    Entry("cellular", "float32", "pure", 2**20, (), "", 2**20, 2**20, ""),
    Entry("cellular", "float16", "pure", 0, (64,), "no", 2**9, 2**8, "a <fault>"),
    Entry("wei_ma radix 2", "float32", "accumulate-float32", 2**4, (), "no", 2**6, 2**6, "fault"),
    Entry("perez", "float16", "pure", 0, (), "none", 13, 13, "machine step 12"),
]
