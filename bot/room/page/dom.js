// Small helpers for the document. Text goes in as text nodes only.

export const byId = (id) => document.getElementById(id);

/// Makes an element: `make("p", {class: "faint"}, "words", child)`. Empty children are left out.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, ...children);
  return element;
}

export function add(element, ...children) {
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false || child === "") continue;
    element.append(child);
  }
  return element;
}

export function button(label, attributes, whenPressed) {
  const made = make("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", whenPressed);
  return made;
}

export const show = (element, shown) => { element.hidden = !shown; };
