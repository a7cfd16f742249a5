// What the script that loads this one lends it, on the element that loads it.

const loader = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
export const { Field, make, whenParsed } = loader.crowd;

export const drawn = (name, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
