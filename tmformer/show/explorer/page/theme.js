/** Light and dark: as the reader's system is, until the button says otherwise. */

import { make } from "./elements.js";

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
function isDark() {
    return document.documentElement.dataset.theme === "dark";
}

function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("themechange"));
}

/** Call a function whenever the colours have changed. */
export function watchTheme(listener) {
    document.addEventListener("themechange", listener);
}

/** A colour of the palette as [red, green, blue], such as of "--ink". */
export function paletteColour(name) {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
}

/** A colour as CSS. */
export function cssColour([red, green, blue], alpha = 1) {
    return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

/** The button that changes between light and dark. */
export function themeButton() {
    const button = make("button", { type: "button", click: () => setTheme(!isDark()) });
    const write = () => {
        button.textContent = isDark() ? "Light colours" : "Dark colours";
    };
    watchTheme(write);
    darkSystem.addEventListener("change", (event) => setTheme(event.matches));
    setTheme(darkSystem.matches);
    return button;
}
