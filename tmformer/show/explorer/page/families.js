/** Registers that are digits of one number, cell0 to cell5, told as that number. */

/** The stem and the number at the end of a name; null where there is none. */
function numberedName(name) {
    const found = /^(.*?)(\d+)$/.exec(name);
    return found && found[1] ? { stem: found[1], digit: Number(found[2]) } : null;
}

/** How many digits each stem has, if they are 0, 1, 2 ... and alike. */
function digitStems(run) {
    const sizes = new Map();
    for (const register of run.registers.values()) {
        const own = numberedName(register.name);
        if (!own || register.kind === "one-hot") continue;
        const same = sizes.get(own.stem) ?? [];
        if (same.length === own.digit && (!same.length || same[0].kind === register.kind))
            sizes.set(own.stem, [...same, register]);
    }
    return sizes;
}

/**
 * The registers in their order, digits of one number together: {name, registers, whole: whether it is all digits, folded}.
 * @param registers those to group, by default all.
 */
export function groupRegisters(run, registers = [...run.registers.values()]) {
    run.stems ??= digitStems(run);
    const groups = new Map();
    for (const register of registers) {
        const own = numberedName(register.name);
        const all = own ? run.stems.get(own.stem) : undefined;
        const folds = all && all.length > 1 && all.includes(register);
        const name = folds ? own.stem : register.name;
        const group = groups.get(name) ?? {
            name,
            registers: [],
            all: folds ? all : [register],
            folded: Boolean(folds),
        };
        group.registers.push(register);
        groups.set(name, group);
    }
    return [...groups.values()];
}

/** The number that a code holds in a row; null where it holds none. */
export function codeValue(run, register, stream, row) {
    let sum = 0;
    const first = row * run.width + register.first;
    for (let digit = 0; digit < register.width; digit += 1) {
        const value = stream[first + digit];
        if (Math.abs(value) !== 1) return null;
        if (value > 0) sum += 2 ** digit;
    }
    return sum;
}

/** The base of digits that are codes of so many bits: as positions follow one another, each digit occurs. */
function digitBase(run, width, stream) {
    if (width === 1) return 2;
    run.radixes ??= new Map();
    if (!run.radixes.has(width)) {
        const wide = [...run.stems.values()]
            .filter((all) => all.length > 1 && all[0].width === width)
            .map((all) => all[0]);
        let most = 1;
        for (let row = 0; row < run.rows; row += 1)
            for (const register of wide) most = Math.max(most, codeValue(run, register, stream, row) ?? 0);
        run.radixes.set(width, most + 1);
    }
    return run.radixes.get(width);
}

/** Cells are known modulo a power of two: the one that the run can mean. */
function signedCell(run, value, modulus) {
    run.lastCell ??= Math.max(...run.tapes.map((_, tape) => run.extent(tape)[1]));
    return value > run.lastCell + 1 ? value - modulus : value;
}

/** The number that all digits of a group make in a row, or null. */
export function groupNumber(run, group, stream, row) {
    if (!group.folded || group.all[0].kind !== "code") return null;
    const digits = group.all.map((register) => codeValue(run, register, stream, row));
    if (digits.includes(null)) return null;
    const base = digitBase(run, group.all[0].width, stream);
    const sum = digits.reduce((total, digit, index) => total + digit * base ** index, 0);
    return group.name.endsWith("cell") ? signedCell(run, sum, base ** digits.length) : sum;
}

/** Its digits, the most significant first, as 01··: a point where one is not among the group's, or not set. */
export function groupDigits(run, group, stream, row) {
    const one = (register) => (group.registers.includes(register) ? codeValue(run, register, stream, row) : null);
    const digits = [...group.all].reverse().map((register) => one(register) ?? "·");
    return digits.join(group.all[0].width > 3 ? " " : "");
}

/** What a group holds in a row, in words; an empty text where it holds nothing. */
export function groupText(run, group, stream, row) {
    if (!group.folded) return run.text(group.registers[0], stream, row);
    if (group.all[0].kind === "flag") return flagsSet(run, group, stream, row);
    const held = group.registers.some((register) => run.text(register, stream, row) !== "");
    if (!held) return "";
    const number = group.registers.length === group.all.length ? groupNumber(run, group, stream, row) : null;
    return number === null ? groupDigits(run, group, stream, row) : String(number);
}

/** The digits whose flag is set. */
function flagsSet(run, group, stream, row) {
    const set = group.all.flatMap((register, digit) => (run.text(register, stream, row) === "" ? [] : [digit]));
    return set.length ? `${set.length > 1 ? "digits" : "digit"} ${set.join(", ")}` : "";
}
