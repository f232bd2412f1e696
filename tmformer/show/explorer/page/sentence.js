/** A configuration, and the machine step that comes next, in a sentence. */

import { make } from "./elements.js";
import { moveWords, namedList, namedText, signedNumber } from "./names.js";
import { transitionsUsed } from "./uses.js";

/** The children of a sentence that says what is there after `step` machine steps and what comes next. */
export function configurationSentence(run, step) {
    const cells = run.heads.map((heads) => signedNumber(heads[step]));
    const reads = run.heads.map((heads, number) => run.read(number, step, heads[step]));
    const where = cells.length === 1 ? `tape head at cell ${cells[0]}` : `tape heads at cells ${cells.join(" and ")}`;
    return [
        make("strong", {}, `Step ${step}`),
        ": state ",
        namedText(run.states[step]),
        `, ${where}, ${reads.length === 1 ? "reads" : "read"} `,
        ...namedList(reads),
        ". ",
        ...nextStep(run, step),
    ];
}

function nextStep(run, step) {
    if (step === run.steps) return [endWords(run)];
    const transition = run.machine?.transitions[transitionsUsed(run)[step]];
    if (!transition) return ["The run goes on to state ", namedText(run.states[step + 1]), "."];
    const [, reads, writes, moves, next] = transition;
    const parts = reads.flatMap((symbol, tape) => [
        tape ? "; " : "",
        ...(reads.length > 1 ? [`on tape ${tape + 1} `] : []),
        ...(symbol === writes[tape] ? ["leaves ", namedText(symbol)] : ["writes ", namedText(writes[tape])]),
        `, ${moveWords[moves[tape]]}`,
    ]);
    return ["Next: ", ...parts, next === run.states[step] ? ", keeps state " : ", to state ", namedText(next), "."];
}

function endWords(run) {
    if (run.outcome === "limit") return "The recording ends here; the machine would go on.";
    const verdict = run.accepted === null ? "" : run.accepted ? " and accepts" : " and rejects";
    if (run.outcome === "undefined") return `The machine stops${verdict}: there is no transition for this.`;
    return `The machine halts${verdict}.`;
}
