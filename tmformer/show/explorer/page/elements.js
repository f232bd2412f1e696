/** Making elements; text is always text, never markup, so that nothing from a machine file can become code. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children; a child that is a string becomes text.
 * @param name of the element, such as "button".
 * @param attributes by name; a function becomes a listener of that event, null and false are left out.
 */
export function make(name, attributes = {}, ...children) {
    return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function draw(name, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(name, value);
        else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
}
