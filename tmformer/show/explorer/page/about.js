/** To be drawn. */

/** @param place the element to fill. */
export function mountAbout(place, run, cursor) {
}
