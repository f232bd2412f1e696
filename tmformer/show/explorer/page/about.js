/** The header: which machine, compiled how, what became of the run, and why its numbers may be trusted. */

import { make } from "./elements.js";
import { counted, namedText } from "./names.js";
import { themeButton } from "./theme.js";

const SECTIONS = [
    ["tape", "Tape"],
    ["space-time", "Space and time"],
    ["diagram", "State diagram"],
    ["table", "Transition table"],
    ["attention", "Attention"],
    ["registers", "Residual stream"],
    ["weights", "Weights"],
];

// Where it is not the table of the machine that is shown.
const WRITTEN_FROM = {
    universal: "for every machine of some size, and this machine's transition table is the beginning of its prompt",
    switchable: "from the transition tables of two machines, of which this run chose one",
};

/** @param place the element to fill. */
export function mountAbout(place, run) {
    place.append(
        make("a", { class: "skip", href: "#tape", click: (event) => goTo(event, "tape") }, "To the tape"),
        make("h1", {}, namedText(run.name || "A Turing machine"), ", inside a transformer"),
        themeButton(),
        make("p", { class: "story" }, ...runStory(run)),
        make("dl", {}, ...runFacts(run)),
        make(
            "nav",
            { "aria-label": "Views" },
            ...SECTIONS.map(([id, text]) => make("a", { href: `#${id}`, click: (event) => goTo(event, id) }, text)),
        ),
    );
}

/** Go to a section without a new address: in a frame of a notebook an address is that of the notebook. */
function goTo(event, id) {
    event.preventDefault();
    const section = document.getElementById(id);
    section.scrollIntoView();
    section.tabIndex = -1;
    section.focus({ preventScroll: true });
}

/** The run in sentences. */
function runStory(run) {
    const { construction, grows, d_model: width } = run.network;
    const heads = run.network.blocks.reduce((sum, block) => sum + block.heads.length, 0);
    const blocks = grows ? run.blocks : run.perLoop;
    return [
        `This transformer was not trained: the construction ${construction} wrote each of its weights ${WRITTEN_FROM[construction] ?? "from the machine's transition table"}. `,
        run.network.visited ? "Only the states that this run visits were compiled. " : "",
        `It has ${counted(blocks, "block")}${grows ? "" : `, used again for each machine step,`} with ${counted(heads, "attention head")}`,
        ` and a residual stream of ${counted(width, "coordinate")}. `,
        grows
            ? "Each decoding step appends one row to its sequence, and that row is one machine step. "
            : "Each cell of the tape is one row of its sequence. ",
        "The residual stream and the winners below are those that the Flax model computed in this run; scores, shares and margins this page computes from the matrices.",
    ];
}

/** Facts of the run as pairs of a description list. */
function runFacts(run) {
    const network = run.network;
    const facts = [
        ["Input", inputText(run)],
        ["Outcome", outcomeBadge(run)],
        ["Machine steps", run.steps.toLocaleString("en")],
        ["Construction", network.construction],
        ["Rows", run.rows.toLocaleString("en")],
        ["Blocks computed", run.blocks.toLocaleString("en")],
        ["Number format", network.format],
        ["Attention", `${network.regime} softmax`],
        ["Sharpness c", String(network.sharpness)],
        ["Inverse temperature \u03b2", shortBeta(network.beta)],
        ["Certificate", make("span", { class: "badge good" }, "\u2713 ", network.certificate)],
    ];
    return facts.map(([term, fact]) => make("div", {}, make("dt", {}, term), make("dd", {}, fact)));
}

function shortBeta(beta) {
    return Number.isInteger(beta) ? beta.toLocaleString("en") : String(Number(beta.toPrecision(7)));
}

/** The tapes at the start, written out. */
function inputText(run) {
    const tapes = run.tapes.map(({ symbols }) =>
        symbols.length ? namedText(joined(symbols)) : make("span", { class: "quiet" }, "empty tape"),
    );
    return make("span", {}, ...tapes.flatMap((tape, index) => (index ? [" / ", tape] : [tape])));
}

function joined(symbols) {
    return symbols.join(symbols.every((symbol) => [...symbol].length === 1) ? "" : " ");
}

function outcomeBadge(run) {
    const words =
        { halted: "halts", undefined: "no transition is defined", limit: "goes on; recorded so far" }[run.outcome] ??
        run.outcome;
    if (run.accepted === null) return words;
    const verdict = run.accepted ? ["\u2713 accepted", "good"] : ["\u2717 rejected", "bad"];
    return make("span", {}, make("span", { class: `badge ${verdict[1]}` }, verdict[0]), `, ${words}`);
}
