/** To be drawn. */

/** @param place the element to fill. */
export function mountDiagram(place, run, cursor) {
}
