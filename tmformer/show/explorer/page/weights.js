/** To be drawn. */

/** @param place the element to fill. */
export function mountWeights(place, run, cursor) {
}
