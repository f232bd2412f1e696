/** To be drawn. */

/** @param place the element to fill. */
export function mountSpacetime(place, run, cursor) {
}
