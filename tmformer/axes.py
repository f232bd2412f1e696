"""The axes that shapes in signatures are written with.

rows     positions of the sequence, BOS and padding included
model    coordinates of the residual stream, d_model
heads    attention heads
key      coordinates of a query or a key, d_key
value    coordinates of a value, d_value
mlp      hidden units of the MLP, d_mlp
values   values of a register that the stop table reads; of an attention head, what it averages
reads    values of a register that is read at the target of a signal
registers  registers that are read there, one after another
combinations  values of all of them together, the last one counting fastest
signals  registers that the stop table listens to
loops    applications of the blocks
batch    independent sequences, or independent networks of one shape
keys     numbers that a cache keeps of each row for scores: coordinates of the residual stream, as some block left them
changed  keys through which the scores of an attention head differ from those of the one before it
kinds    flags that tell which rows have position codes, and which ones
sums     sums that are taken at once
terms    the terms of a sum, added from left to right where sums are emulated
axes     any axes, the same in what goes in and what comes out
outputs  numbers that a gate writes in a network that passes one message
bytes    bytes of eight rows each, a bit a row
pairs    state and symbol of a machine, for which it has a rule
digits   binary digits of position codes
"""
