// A headless Chromium for one file of tests. Requests that leave this machine go nowhere.
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export function browserForTests() {
  const state = {};
  before(async () => {
    state.browser = await chromium.launch({
      executablePath: process.env.MTURK_LOCAL_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
  });
  after(() => state.browser?.close());
  state.open = async (url) => {
    const context = await state.browser.newContext();
    await context.route((to) => to.hostname !== "127.0.0.1", (route) => route.abort());
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.errors = [];
    page.on("pageerror", (error) => page.errors.push(String(error)));
    await page.goto(url);
    return page;
  };
  return state;
}
