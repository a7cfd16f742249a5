// What the script that loads this one lends it, on the element that loads it.

const loader = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
export const { Field, Tool, loose, make, shape } = loader.crowd;
