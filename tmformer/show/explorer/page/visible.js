/** Views that compute only while they are on the screen, and only for the newest state of the cursor. */

/**
 * A function that asks for a view to be painted: at the next frame if the view is on the screen, else as soon as it is.
 * @param place the element that must be visible.
 * @param paint does the work; is given a function that says whether it is still the newest painting.
 */
export function painter(place, paint) {
    let seen = false;
    let wanted = false;
    let asked = false;
    let newest = 0;
    const start = () => {
        asked = false;
        if (!seen || !wanted) return;
        wanted = false;
        newest += 1;
        const own = newest;
        paint(() => own === newest);
    };
    const ask = () => {
        wanted = true;
        if (seen && !asked) requestAnimationFrame(start);
        asked = asked || seen;
    };
    const watcher = new IntersectionObserver(
        (entries) => {
            seen = entries[entries.length - 1].isIntersecting;
            if (seen && wanted) ask();
        },
        { rootMargin: "200px" },
    );
    watcher.observe(place);
    return ask;
}

/** Call a function whenever an element gets another width. */
export function onWidth(place, listener) {
    let width = 0;
    new ResizeObserver(([entry]) => {
        const now = Math.round(entry.contentRect.width);
        if (now !== width) listener((width = now));
    }).observe(place);
}
