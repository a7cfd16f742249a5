// A row of tabs, of which one is chosen.

import { STEPS, make } from "./dom.js";

// `chosen` hears which. The row is reached once by the Tab key, and arrows go on from there.
export const tabList = (label, chosen) => {
  const bar = make("div", { role: "tablist", "aria-label": label });
  const tabs = () => [...bar.children];
  const select = (at) => {
    tabs().forEach((tab, number) => {
      tab.setAttribute("aria-selected", String(number === at));
      tab.tabIndex = number === at ? 0 : -1;
    });
    chosen(at);
  };
  bar.addEventListener("click", (event) => {
    const at = tabs().indexOf(event.target.closest("[role=tab]"));
    if (at >= 0) select(at);
  });
  bar.addEventListener("keydown", (event) => {
    const all = tabs(), at = all.indexOf(event.target);
    const to = { Home: 0, End: all.length - 1 }[event.key] ?? (STEPS[event.key] && at + STEPS[event.key]);
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = (to + all.length) % all.length;
    select(next);
    tabs()[next].focus();
  });
  const name = (titles) =>
    bar.replaceChildren(...titles.map((title) => make("button", { type: "button", role: "tab" }, title)));
  return { bar, name, select };
};
