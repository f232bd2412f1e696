/** Play, pause, step, speed, jump: with buttons, a slider and keys; and the line that says what is there now. */

import { draw, make } from "./elements.js";
import { configurationSentence } from "./sentence.js";
import { Player, SPEEDS } from "./player.js";
import { helpDialog, listenToKeys } from "./keys.js";

const ICONS = {
    first: "M3 3h2v10H3zM13 3v10L6 8z",
    back: "M11.5 3v10L4.5 8z",
    play: "M4 2.5v11L13.5 8z",
    pause: "M4 3h3v10H4zM9 3h3v10H9z",
    forward: "M4.5 3v10l7-5z",
    last: "M11 3h2v10h-2zM3 3v10l7-5z",
};

/** @param place the element to fill. */
export function mountControls(place, run, cursor) {
    const player = new Player(cursor);
    const help = helpDialog();
    const bar = make(
        "div",
        { class: "bar" },
        make("span", { class: "group" }, ...stepButtons(run, cursor, player)),
        stepSlider(run, cursor, player),
        stepField(run, cursor, player),
        speedField(player),
        make("button", { type: "button", "aria-label": "Keys", title: "Keys (?)", click: () => help.showModal() }, "?"),
    );
    place.append(bar, nowLine(run, cursor, player), help);
    listenToKeys(cursor, player, help);
}

function iconButton(name, label, press) {
    const picture = draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: ICONS[name] }));
    return make("button", { type: "button", class: "icon", "aria-label": label, title: label, click: press }, picture);
}

function stepButtons(run, cursor, player) {
    const go = (step) => () => {
        player.pause();
        cursor.goTo(step());
    };
    const first = iconButton(
        "first",
        "To the start",
        go(() => 0),
    );
    const back = iconButton(
        "back",
        "One machine step back",
        go(() => cursor.step - 1),
    );
    const play = iconButton("play", "Play", () => player.toggle());
    const forward = iconButton(
        "forward",
        "One machine step forward",
        go(() => cursor.step + 1),
    );
    const last = iconButton(
        "last",
        "To the end",
        go(() => run.steps),
    );
    play.classList.add("main");
    player.watch(() => {
        const label = player.plays ? "Pause" : "Play";
        play.setAttribute("aria-label", label);
        play.title = `${label} (space)`;
        play.querySelector("path").setAttribute("d", ICONS[player.plays ? "pause" : "play"]);
    });
    // Not `disabled`: a button that has the focus would lose it at either end.
    return [first, back, play, forward, last];
}

function stepSlider(run, cursor, player) {
    const slider = make("input", { type: "range", min: 0, max: run.steps, step: 1, "aria-label": "Machine step" });
    slider.addEventListener("input", () => {
        player.pause();
        cursor.goTo(Number(slider.value));
    });
    cursor.watch(({ step }) => {
        slider.value = step;
        slider.setAttribute("aria-valuetext", `machine step ${step} of ${run.steps}`);
    });
    return slider;
}

function stepField(run, cursor, player) {
    const field = make("input", { type: "number", min: 0, max: run.steps, inputmode: "numeric" });
    field.addEventListener("change", () => {
        player.pause();
        cursor.goTo(field.value === "" ? cursor.step : Number(field.value));
        field.value = cursor.step;
    });
    cursor.watch(({ step }) => {
        field.value = step;
    });
    return make(
        "label",
        {},
        make("span", { class: "long" }, "Machine step"),
        field,
        make("span", { class: "quiet numbers" }, `of ${run.steps.toLocaleString("en")}`),
    );
}

function speedField(player) {
    const choices = SPEEDS.map((speed, index) => make("option", { value: index }, `${speed.toLocaleString("en")} / s`));
    const field = make(
        "select",
        { "aria-label": "Speed: machine steps a second", title: "Speed (+ and \u2212)" },
        ...choices,
    );
    field.addEventListener("change", () => player.choose(Number(field.value)));
    player.watch(() => {
        field.value = player.speed;
    });
    return field;
}

/** The line that says what is there now; read aloud, but not while the run plays. */
function nowLine(run, cursor, player) {
    const line = make("p", { class: "now", role: "status", "aria-live": "polite" });
    cursor.watch(({ step }, changed) => {
        if (changed.has("step")) line.replaceChildren(...configurationSentence(run, step));
    });
    player.watch(() => line.setAttribute("aria-live", player.plays ? "off" : "polite"));
    return line;
}
