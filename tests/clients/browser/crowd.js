// Pages with crowd elements, and nothing around them.

import { createServer } from "node:http";

export const PREVIEW = "assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT";
export const CROWD = '<script src="/assets/crowd-html-elements.js"></script>';
export const whole = (inside) => `<!DOCTYPE html><html lang="en"><title>Task</title><body>${inside}</body></html>`;

/** A server of such pages, whose scripts are those of `at`. */
export class Pages {
  static async begin(chrome, at) {
    const pages = new Pages();
    pages.chrome = chrome;
    pages.at = at;
    pages.server = createServer((request, response) => pages.answer(request, response));
    await new Promise((ready) => pages.server.listen(0, "127.0.0.1", ready));
    pages.origin = `http://127.0.0.1:${pages.server.address().port}`;
    return pages;
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, "http://x");
    if (request.method === "POST") {
      let body = "";
      for await (const chunk of request) body += chunk;
      this.posted.push([pathname, [...new URLSearchParams(body)]]);
      return response.end("done");
    }
    if (pathname.startsWith("/assets/")) {
      const asset = await fetch(this.at.url + pathname);
      response.writeHead(asset.status, { "content-type": asset.headers.get("content-type") });
      return response.end(await asset.text());
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(this.html);
  }

  get given() {
    return `assignmentId=3ASSIGNMENT&hitId=3HIT&workerId=A1&turkSubmitTo=${encodeURIComponent(this.origin)}`;
  }

  /** A page with these elements, when they are there; `prepare` sees it while it is blank. */
  async open(inside, query = this.given, more = {}, prepare = async () => {}) {
    this.posted = [];
    this.html = whole(inside);
    // One page at a time is open.
    await this.context?.close();
    this.context = await this.chrome.newContext(more);
    const page = await this.context.newPage();
    page.setDefaultTimeout(5000);
    page.errors = [];
    page.said = [];
    page.on("pageerror", (error) => page.errors.push(String(error)));
    page.on("console", (line) => page.said.push(line.text()));
    await prepare(page);
    await page.goto(`${this.origin}/task?${query}`);
    return page;
  }

  /** What a crowd-form handed in, after `deed`: its answers, or its fields where it is flat. */
  async submitted(page, deed) {
    await Promise.all([page.waitForURL("**/mturk/externalSubmit"), deed()]);
    const [[, [[first], ...fields]], ...more] = this.posted;
    if (first !== "assignmentId" || more.length > 0) throw new Error(JSON.stringify(this.posted));
    return fields.length === 1 && fields[0][0] === "taskAnswers" ? JSON.parse(fields[0][1])[0] : fields;
  }

  /** Fails if `deed` hands something in. A crowd-button does that in a task of its own, behind the click. */
  async refuses(page, deed) {
    await deed();
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    if (this.posted.length > 0 || !page.url().startsWith(`${this.origin}/task`)) throw new Error("It was handed in.");
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
