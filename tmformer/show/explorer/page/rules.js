/** The rows of a transition table: states by symbols, or one transition a row where that would be too wide. */

import { make } from "./elements.js";
import { counted, isolated, moveSigns, moveWords, namedList, namedText } from "./names.js";

const NARROW = 9; // ch, of a column
const WIDE = 20;

/**
 * States by symbols.
 * @param press called with the number of a rule that was chosen.
 * @param counts how often each rule is used.
 */
export function matrixOfRules(machine, press, counts) {
    const rules = new Map(machine.transitions.map(([state, [read]], index) => [JSON.stringify([state, read]), index]));
    const places = new Map(machine.states.map((state, index) => [state, index]));
    const headings = new Map(
        machine.symbols.map((symbol) => [symbol, make("th", { scope: "col" }, "reads ", namedText(symbol))]),
    );
    const element = (state) => () => {
        const cells = machine.symbols.map((symbol) => {
            const rule = rules.get(JSON.stringify([state, symbol]));
            return make(
                "td",
                {},
                rule === undefined
                    ? make("span", { class: "quiet", title: "no transition" }, "\u2013")
                    : ruleButton(machine, rule, press, counts),
            );
        });
        return make("tr", { "data-state": state }, make("th", { scope: "row" }, stateName(machine, state)), ...cells);
    };
    const rows = machine.states.map((state) => ({ state, element: element(state) }));
    return {
        noun: "state",
        rows,
        headings,
        header: make("tr", {}, make("th", { scope: "col" }, "state"), ...headings.values()),
        widths: [
            clipped(longest(machine.states) + 5),
            ...machine.symbols.map(() => clipped(longest(machine.states) + longest(machine.symbols) + 7)),
        ],
        rowOf: (state, _, shown) =>
            shown === rows ? (places.get(state) ?? -1) : shown.findIndex((row) => row.state === state),
    };
}

/** One transition a row. */
export function listOfRules(machine, press, counts) {
    const rows = machine.transitions.map(([state, reads], rule) => ({
        state,
        rule,
        element: () => {
            const cells = [
                make("td", {}, ...namedList(reads)),
                make("td", {}, ruleButton(machine, rule, press, counts)),
            ];
            return make(
                "tr",
                { "data-state": state },
                make("th", { scope: "row" }, stateName(machine, state)),
                ...cells,
            );
        },
    }));
    const titles = ["state", machine.tapes > 1 ? "reads, tape by tape" : "reads", "writes, moves, next state"];
    const symbol = longest(machine.symbols) + 3;
    return {
        noun: "transition",
        rows,
        headings: new Map(),
        header: make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title))),
        widths: [
            clipped(longest(machine.states) + 5),
            Math.max(WIDE, symbol * machine.tapes),
            Math.max(WIDE + 6, (symbol + 4) * machine.tapes + 12),
        ],
        rowOf: (_, rule, shown) => (shown === rows ? rule : shown.findIndex((row) => row.rule === rule)),
    };
}

function ruleButton(machine, rule, press, counts) {
    const [state, reads, writes, moves, next] = machine.transitions[rule];
    const does = writes.flatMap((symbol, tape) => [
        namedText(symbol),
        make("span", { class: "move", "aria-hidden": "true" }, moveSigns[moves[tape]]),
    ]);
    const words = writes.map((symbol, tape) => `writes ${isolated(symbol)}, ${moveWords[moves[tape]]}`).join("; ");
    const used = counts[rule] ? `used ${counted(counts[rule], "time")}` : "never used in this run";
    const label = `In state ${isolated(state)}, reading ${reads.map(isolated).join(", ")}: ${words}, to state ${isolated(next)}; ${used}`;
    return make(
        "button",
        {
            type: "button",
            class: counts[rule] ? "rule" : "rule idle",
            "data-rule": rule,
            title: label,
            "aria-label": label,
            click: () => press(rule),
        },
        ...does,
        namedText(next),
    );
}

function stateName(machine, state) {
    const kind = ["accepting", "rejecting", "halting"].find((each) => machine[each].includes(state));
    const sign = { accepting: "\u2713", rejecting: "\u2717", halting: "\u25a0" }[kind];
    return kind
        ? make("span", { title: kind }, namedText(state), ` ${sign}`, make("span", { class: "spoken" }, kind))
        : namedText(state);
}

function longest(texts) {
    return texts.reduce((most, text) => Math.max(most, text.length), 1);
}

function clipped(width) {
    return Math.max(NARROW, Math.min(WIDE, width));
}
