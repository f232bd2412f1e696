/** The keys of the page, and the dialog that lists them. */

import { make } from "./elements.js";

const SHOWN_KEYS = [
    ["Space", "play or pause"],
    ["\u2190 \u2192", "one machine step back or forward"],
    ["Shift \u2190 \u2192", "ten machine steps"],
    ["Home End", "the start, the end"],
    ["+ \u2212", "faster, slower"],
    ["F", "follow the tape head again"],
    ["?", "these keys"],
];

/** The dialog with all keys. */
export function helpDialog() {
    const keys = SHOWN_KEYS.flatMap(([names, does]) => [
        make(
            "dt",
            {},
            ...names
                .split(" ")
                .map((name) => make("kbd", {}, name))
                .flatMap((key) => [key, " "]),
        ),
        make("dd", {}, does),
    ]);
    const dialog = make("dialog", { "aria-labelledby": "keys-title" });
    dialog.append(
        make("h2", { id: "keys-title" }, "Keys"),
        make("dl", { class: "keys" }, ...keys),
        make(
            "p",
            { class: "lead" },
            "On a tape, a table or a picture that has the focus, the arrow keys move inside it.",
        ),
        make(
            "p",
            { class: "tools" },
            make("button", { type: "button", class: "push", click: () => dialog.close() }, "Close"),
        ),
    );
    return dialog;
}

/** Listen to the keys of the page, but not while something is typed or another view has used the key. */
export function listenToKeys(cursor, player, help) {
    const go = (step) => {
        player.pause();
        cursor.goTo(step);
    };
    const does = {
        " ": () => player.toggle(),
        ArrowLeft: (event) => go(cursor.step - (event.shiftKey ? 10 : 1)),
        ArrowRight: (event) => go(cursor.step + (event.shiftKey ? 10 : 1)),
        Home: () => go(0),
        End: () => go(cursor.run.steps),
        "+": () => player.choose(player.speed + 1),
        "=": () => player.choose(player.speed + 1),
        "-": () => player.choose(player.speed - 1),
        f: () => cursor.choose(null),
        "?": () => help.showModal(),
    };
    document.addEventListener("keydown", (event) => {
        const action = Object.hasOwn(does, event.key) ? does[event.key] : null;
        if (
            !action ||
            event.defaultPrevented ||
            event.ctrlKey ||
            event.metaKey ||
            event.altKey ||
            help.open ||
            keyIsTaken(event)
        )
            return;
        event.preventDefault();
        action(event);
    });
}

/** Whether the element that has the focus needs the key itself. */
function keyIsTaken({ target, key }) {
    if (!(target instanceof Element)) return false;
    if (key === " ") return target.closest("button, a, select, summary, input:not([type=range]), textarea") !== null;
    if (target.matches("input[type=range]")) return key.startsWith("Arrow") || key === "Home" || key === "End";
    return target.closest("input:not([type=checkbox]), select, textarea") !== null;
}
