// The first script of HTML that came with a HIT: what the page sends to the closed service's sites goes to this server,
// whichever way its address was put together. What cannot be sent is said on the page. It leaves no names in the page,
// and uses what no later script has replaced.
(() => {
  "use strict";
  const script = document.currentScript;
  const HERE = `${script.dataset.submitTo}/mturk/externalSubmit`;
  script.remove();
  const CLOSED = /^(?:www|worker|workersandbox)\.mturk\.com$/;
  const PATH = /^\/+mturk\/+externalSubmit\/?$/;
  const { apply, construct } = Reflect;
  const { URL } = window;
  const { getAttribute, setAttribute, closest, append } = Element.prototype;
  const { querySelector, createElement } = Document.prototype;
  const body = Object.getOwnPropertyDescriptor(Document.prototype, "body").get;
  const warn = console.warn.bind(console);

  function whole(address) {
    try {
      return new URL(address, document.baseURI);
    } catch {
      return null;
    }
  }

  // The address here of one where the closed service took work; none for others.
  function local(address) {
    const url = whole(address);
    return url && CLOSED.test(url.hostname) && PATH.test(url.pathname) ? HERE + url.search : null;
  }

  const OUT = "wants to replace the page around it, which a HIT cannot do:";
  const said = new Set();
  function say(text) {
    warn(`mturk-local: ${text}`);
    if (said.has(text)) return;
    said.add(text);
    const note = apply(createElement, document, ["p"]);
    apply(setAttribute, note, ["role", "alert"]);
    apply(setAttribute, note, ["style", "all: revert; margin: 1em; padding: .75em; border: 2px solid #b00; " +
      "background: #fff; color: #900; font: 16px/1.4 sans-serif"]);
    note.textContent = text;
    apply(append, apply(body, document, []) ?? document.documentElement, [note]);
  }

  // Where an element leads out of the frame: a browser does not let it.
  function leavesBy(element, own) {
    const named = (one, name) => one && apply(getAttribute, one, [name]);
    const base = apply(querySelector, document, ["base[target]"]);
    const target = own || named(element, "target") || named(base, "target") || "";
    return /^_(?:top|parent)$/i.test(target);
  }

  // A link, form or button, before the browser follows it.
  function lead(element, name) {
    const given = apply(getAttribute, element, [name]);
    if (given === null) return false;
    const ours = local(given);
    if (ours) apply(setAttribute, element, [name, ours]);
    return (ours ?? whole(given)?.href ?? "").split(/[?#]/)[0] === HERE;
  }
  function stay(element, isOurs, name, { isLast, own }) {
    if (!leavesBy(element, own)) return;
    if (isOurs) apply(setAttribute, element, [name, "_self"]);
    else if (isLast) say(`This page ${OUT} nothing was opened or sent.`);
  }
  function submits(form, button, isLast) {
    const isOurs = lead(form, "action");
    const own = button && lead(button, "formaction");
    const hasOwn = button && apply(getAttribute, button, ["formaction"]) !== null;
    const target = button && apply(getAttribute, button, ["formtarget"]);
    if (target) stay(button, hasOwn ? own : isOurs, "formtarget", { isLast, own: target });
    else stay(form, hasOwn ? own : isOurs, "target", { isLast });
  }
  const isLast = ({ eventPhase }) => eventPhase === Event.BUBBLING_PHASE;
  const onSubmit = (event) => {
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
    submits(event.target, event.submitter, isLast(event));
  };
  const onClick = (event) => {
    const link = event.target instanceof Element && apply(closest, event.target, ["a[href], area[href]"]);
    if (link && !event.defaultPrevented) stay(link, lead(link, "href"), "target", { isLast: isLast(event) });
  };
  // Before and behind what the page does with the event: it may stop it, or put the address together there.
  for (const isBefore of [true, false]) {
    addEventListener("submit", onSubmit, isBefore);
    addEventListener("click", onClick, isBefore);
  }

  function replace(owner, name, made) {
    const known = owner[name];
    if (typeof known !== "function") return;
    const { [name]: method } = { [name](...given) { return made(known, this, given); } };
    Object.defineProperty(owner, name, { ...Object.getOwnPropertyDescriptor(owner, name), value: method });
  }
  replace(HTMLFormElement.prototype, "submit", (known, form, given) => {
    submits(form, null, true);
    return apply(known, form, given);
  });
  // What is given to a function, with the address at this place led here.
  const led = (given, at) => {
    const ours = typeof given[at] === "string" || given[at] instanceof URL ? local(given[at]) : null;
    if (ours) given[at] = ours;
    return given;
  };
  replace(XMLHttpRequest.prototype, "open", (known, on, given) => apply(known, on, led(given, 1)));
  replace(Navigator.prototype, "sendBeacon", (known, on, given) => apply(known, on, led(given, 0)));
  replace(window, "fetch", (known, on, given) => apply(known, on, led(given, 0)));
  const { Request: Known } = window;
  window.Request = new Proxy(Known, { construct: (of, given, target) => construct(of, led(given, 0), target) });
  replace(window, "open", (known, on, [address, target, ...more]) => {
    const ours = address === undefined ? null : local(address);
    const isOut = /^_(?:top|parent)$/i.test(target);
    if (isOut && !ours) say(`This page ${OUT} nothing was opened.`);
    return apply(known, on, [ours ?? address, isOut && ours ? "_self" : target, ...more]);
  });
  // Where the browser has it, and for a page with an origin: `location` cannot be replaced.
  window.navigation?.addEventListener("navigate", (event) => {
    const ours = event.cancelable && !event.formData && local(event.destination.url);
    if (!ours) return;
    event.preventDefault();
    location.assign(ours);
  });

  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    if (effectiveDirective !== "form-action") return;
    say(`Nothing was submitted: a script of this page sends its form to ${blockedURI}. Forms can be sent to ` +
      "/mturk/externalSubmit, and to hosts that the HTML itself names in the form's action.");
  });
  addEventListener("error", ({ error, message }) => {
    if (error?.name !== "SecurityError" || !/navigat/i.test(message)) return;
    say(`A script of this page ${OUT} what it would have sent is lost.`);
  });
})();
