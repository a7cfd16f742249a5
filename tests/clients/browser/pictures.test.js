// Every page as people see it, wide and on a phone, light and dark: pictures for people, and what a browser can check.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PICTURES, ROOT, begun, browser, classic, market, picture, requester, worker } from "./market.js";
import { smaller } from "./smaller.js";
import { states } from "./states.js";

const [chrome, site, at] = await begun(browser(), requester({ "/task": classic() }), market());

const LOOKS = {
  wide: { viewport: { width: 1100, height: 760 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1100, height: 760 }, colorScheme: "dark" },
  night: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
};

test("pages fit, say what they are, and can be read", async (t) => {
  const { addresses, deeds } = await states(at, site);
  const found = [];
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await worker(chrome, at, "A1ANNA", settings);
    const outside = [];
    page.on("request", (request) => {
      const ours = [at.url, site.url, "http://a.example/"].some((known) => request.url().startsWith(known));
      if (!ours) outside.push(request.url());
    });
    const said = [];
    // Refusals have a status that is an error; pictures of a form's own, which are elsewhere, do not come.
    const expected = /status of 4\d\d|net::ERR_FAILED/;
    page.on("console", (message) => message.type() === "error" && !expected.test(message.text()) && said.push(message.text()));
    const shown = async (name) => {
      await picture(page, `${name}-${look}`);
      const own = page.frames().filter((frame) => frame.url().startsWith(at.url));
      for (const frame of own) {
        const seen = await frame.evaluate(look_at_page);
        found.push(...seen.problems.map((problem) => `${name}, ${look}, ${new URL(frame.url()).pathname}: ${problem}`));
      }
      if ((await page.locator("h1").count()) !== 1) found.push(`${name}, ${look}: not one heading`);
      found.push(...page.errors.splice(0).map((error) => `${name}, ${look}: ${error}`));
    };
    for (const [name, path] of Object.entries(addresses)) {
      await page.goto(at.url + path);
      await shown(name);
    }
    for (const [name, deed] of Object.entries(deeds)) {
      await page.goto(`${at.url}/tasks?workerId=A1ANNA`);
      await deed(page, look);
      await shown(name);
    }
    assert.deepEqual([outside, said], [[], []], look);
    await page.context().close();
  }
  assert.deepEqual(found, []);
  t.diagnostic("pictures are in artefacts/pictures");
});

/** In the page or in a frame of it: too wide, controls without a name, text that is too faint. */
function look_at_page() {
  const problems = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) problems.push(`${wide} pixels too wide`);
  for (const one of document.querySelectorAll(".scroll")) {
    if (one.scrollWidth > one.clientWidth) problems.push(`${one.ariaLabel}: ${one.scrollWidth - one.clientWidth} pixels too wide`);
  }
  for (const one of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, iframe")) {
    const named = one.textContent.trim() || one.labels?.length || one.title || one.ariaLabel ||
      one.ariaLabelledByElements?.length || one.querySelector("img[alt]:not([alt=''])");
    if (!named) problems.push(`no name: ${one.outerHTML.slice(0, 80)}`);
  }
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !one.checkVisibility() || one.closest(":disabled")) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return { problems };
}

test("the market of demo, as the README shows it", async (t) => {
  const demo = await market("--fixture", "demo");
  t.after(() => demo.stop());
  const page = await worker(chrome, demo, "A1DALIA000000", { viewport: { width: 1100, height: 700 } });
  assert.equal(await page.locator(".group").count(), 4);
  await picture(page, "demo");
  // With MTURK_LOCAL_UPDATE the picture of the README is this one.
  const kept = smaller(readFileSync(path.join(PICTURES, "demo.png")));
  assert.ok(kept.length < 100_000);
  if (process.env.MTURK_LOCAL_UPDATE) writeFileSync(path.join(ROOT, "docs/src/worker-site.png"), kept);
});
