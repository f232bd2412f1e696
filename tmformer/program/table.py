"""What a table writes, on symbols."""

from collections import defaultdict
from collections.abc import Mapping
from typing import final

from tmformer.errors import ProgramError
from tmformer.program.ops import Labels, Rule, Table
from tmformer.program.stream import Stream, Value, as_value, empty_value


@final
class Rules:
    """The rules of a table, found by what the registers hold that they read.

    Args:
        labels: the registers.
        table: the rules.
    """

    def __init__(self, labels: Labels, table: Table) -> None:
        self._types = {register.name: register.type for register in labels.registers}
        self._empty = {register.name: empty_value(register) for register in labels.registers}
        self._table = table
        self._by_reads: dict[tuple[str, ...], dict[tuple[Value, ...], list[Rule]]]
        self._by_reads = defaultdict(lambda: defaultdict(list))
        for rule in table.rules:
            held = sorted((literal.register, self._value(literal.register, literal.value)) for literal in rule.when)
            self._by_reads[tuple(name for name, _ in held)][tuple(value for _, value in held)].append(rule)

    def written(self, stream: Stream, row: int) -> Mapping[str, Value]:
        """What a row holds anew: registers cleared, rules written.

        Raises:
            ProgramError: if two rules write one register, or one that should be empty is not.
        """
        written: dict[str, Value] = {}
        for reads, rules in self._by_reads.items():
            for rule in rules.get(tuple([stream[name][row] for name in reads]), ()):
                for write in rule.then:
                    name = write.register
                    if name in written:
                        raise _refusal("At most one rule writes a register of a row", f"two writes to {name!r}", row)
                    if name in self._table.fills and stream[name][row] != self._empty[name]:
                        raise _refusal("A register that is filled is empty", f"{name} = {stream[name][row]!r}", row)
                    written[name] = self._value(name, write.value)
        return {name: self._empty[name] for name in self._table.clears} | written

    def _value(self, register: str, text: str | None) -> Value:
        return self._empty[register] if text is None else as_value(self._types[register], text)


def _refusal(rule: str, found: str, row: int) -> ProgramError:
    return ProgramError(rule, found=found, where=f"row {row}", remedy="Make the rules exclude each other.")


def apply_table(labels: Labels, table: Table, stream: Stream) -> Stream:
    """The stream after the MLP.

    Raises:
        ProgramError: as `Rules.written`.
    """
    rules = Rules(labels, table)
    columns = {name: list(values) for name, values in stream.columns.items()}
    for row in range(stream.num_rows):
        for name, value in rules.written(stream, row).items():
            columns[name][row] = value
    return Stream({name: tuple(values) for name, values in columns.items()})
