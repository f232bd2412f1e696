/** Colours of the style sheet for canvases. */

const mixer = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** The value of a custom property, such as "--ink". */
export function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Red, green and blue of any colour that CSS knows. */
export function colourChannels(text) {
    mixer.clearRect(0, 0, 1, 1);
    mixer.fillStyle = text;
    mixer.fillRect(0, 0, 1, 1);
    return [...mixer.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** A function from 0..1 to a colour between those given. */
export function colourRamp(...texts) {
    const stops = texts.map(colourChannels);
    return (share) => {
        const at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
        const low = Math.min(Math.floor(at), stops.length - 2);
        const mixed = stops[low].map((value, index) =>
            Math.round(value + (stops[low + 1][index] - value) * (at - low)),
        );
        return `rgb(${mixed.join(",")})`;
    };
}

/** The sequential ramp of the page. */
export function sequential() {
    return colourRamp(...[0, 1, 2, 3, 4].map((step) => colour(`--ramp-${step}`)));
}

/** Call a function whenever the page turns light or dark. */
export function onTheme(listener) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
    new MutationObserver(listener).observe(document.documentElement, {
        attributes: true,
        attributeFilter: ["data-theme", "class"],
    });
}

/** A canvas made as large as it must be on this screen; gives its context, in CSS pixels. */
export function sized(canvas, width, height) {
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    return context;
}
