/** Makes an element: `el("p.note", {id: "x"}, "text", child)`. */
// Text is only ever put in as text. Nothing in the widget reads a string as markup, so nothing that a person or a
// server sends can become HTML.
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(9).filter((child) => child));
  return made;
}

/** A button that does something on this page. */
export const button = (label, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, label);

/** A link that leaves for another site, in a tab of its own, so that nothing here is lost. */
// No address of ours is told to it. Only web addresses: a link can never run a script.
export const link = (label, href) =>
  /^https?:\/\//.test(href) ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label) : el("span", {}, label);

let count = 0;
/** An id no other element of this widget has. */
export const fresh = () => `n${(count += 1)}`;

/** Puts the keyboard, and what a screen reader reads next, at an element. */
export function focus(element) {
  if (!element.matches("a[href], button, input, textarea, summary")) element.tabIndex = -1;
  element.focus();
}
