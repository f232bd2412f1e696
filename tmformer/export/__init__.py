"""Export: a certified network in the files of other tools, with the names of all that is in it.

Takes      Weights, their certificate, and a prompt.
Gives      a Network of plain arrays, and folders that other tools load: the numbers are those of the Flax model.
May touch  decode, model, precision, weights, program, errors.
Never      machine, constructions, cli. No other framework is imported here unless its file is asked for.
"""

from tmformer.export.folder import KINDS, Writer, check_place, write_export
from tmformer.export.network import FORMAT, Network, names_of, network_of

__all__ = [
    "FORMAT",
    "KINDS",
    "Network",
    "Writer",
    "check_place",
    "names_of",
    "network_of",
    "write_export",
]
