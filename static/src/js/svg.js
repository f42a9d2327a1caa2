// Elements of drawings and pages, made from plain values. Text only ever as text.
const SVG = "http://www.w3.org/2000/svg";

/** An element of HTML. */
export const element = (name, className = "", text = undefined) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

/** Sets what has changed only, so that an unchanged drawing costs nothing. */
export const set = (target, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (target.getAttribute(name) !== value) target.setAttribute(name, value);
  }
  return target;
};

/** Makes `parent` hold as many elements of one name as there are `wanted`, each with its attributes and text. */
export const fit = (parent, name, wanted) => {
  while (parent.childElementCount > wanted.length) parent.lastElementChild.remove();
  wanted.forEach(({ text, ...attributes }, index) => {
    const child = parent.children[index] ?? parent.appendChild(document.createElementNS(SVG, name));
    set(child, attributes);
    if (text !== undefined && child.textContent !== text) child.textContent = text;
  });
};
