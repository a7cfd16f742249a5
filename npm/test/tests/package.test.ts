// What is installed: the packages, their command, and what is said when a part is missing.
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binPath } from "mturk-local";
import { expect, test } from "vitest";
import { command, firstLine, folder, folderElsewhere, run, watch } from "./helpers.js";

const MODULES = join(import.meta.dirname, "../node_modules");
const PLATFORM = `@mturk-local/${process.platform}-${process.arch}`;
const COMMAND = join(MODULES, ".bin/mturk-local");
const manifest = (name: string) => JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8"));

test("the packages belong together, and run nothing when they are installed", () => {
  const [main, platform] = [manifest("mturk-local"), manifest(PLATFORM)];
  expect(main.optionalDependencies[PLATFORM]).toBe(platform.version);
  expect(platform).toMatchObject({ version: main.version, os: [process.platform], cpu: [process.arch] });
  for (const one of [main, platform]) {
    expect(Object.keys(one)).not.toContain("scripts");
    expect(Object.keys(one)).not.toContain("dependencies");
  }
});

test("the program is that of the package, of the same version", async () => {
  expect(binPath()).toBe(join(MODULES, PLATFORM, "bin/mturk-local"));
  expect(await run(COMMAND, ["--version"])).toEqual({
    code: 0,
    stdout: `mturk-local ${manifest("mturk-local").version}\n`,
    stderr: "",
  });
});

test("the command ends as the program ends", async () => {
  const exit = (code: string) => run(COMMAND, ["exec", "--", "sh", "-c", code]);
  expect(await exit("exit 7")).toMatchObject({ code: 7 });
  expect(await exit('echo "$AWS_ENDPOINT_URL_MTURK"')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/),
  });
});

test("a signal to the command reaches the server", async () => {
  const child = command(COMMAND, ["--listen", "127.0.0.1:0"]);
  const line = await firstLine(child);
  const { gone } = await watch(line.replace("mturk-local ready on ", ""));
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
  expect(await exit).toEqual([0, null]);
});

/** mturk-local alone, in a folder that has no other package. */
function alone(): string {
  const path = folderElsewhere();
  cpSync(join(MODULES, "mturk-local"), join(path, "node_modules/mturk-local"), { recursive: true });
  return path;
}

const cli = (path: string, env: object = {}) =>
  run("node", [join(path, "node_modules/mturk-local/dist/cli.js"), "--version"], {
    env: { ...process.env, ...env },
  });

test("a package that is missing is named", async () => {
  const { code, stderr } = await cli(alone());
  expect(code).toBe(1);
  expect(stderr).toContain(`the package ${PLATFORM} is not installed`);
  expect(stderr).toContain("MTURK_LOCAL_BINARY");
});

test("a machine without a package is told which there are", async () => {
  const path = alone();
  const file = join(path, "node_modules/mturk-local/package.json");
  const optionalDependencies = { "@mturk-local/plan9-mips": "0.1.0" };
  writeFileSync(file, JSON.stringify({ ...manifest("mturk-local"), optionalDependencies }));
  const { stderr } = await cli(path);
  expect(stderr).toContain(`there is no package ${PLATFORM}`);
  expect(stderr).toContain("comes with @mturk-local/plan9-mips");
});

test("MTURK_LOCAL_BINARY overrides the package", async () => {
  expect(await cli(alone(), { MTURK_LOCAL_BINARY: binPath() })).toMatchObject({ code: 0 });
  const { stderr } = await cli(alone(), { MTURK_LOCAL_BINARY: "/no/such/program" });
  expect(stderr).toContain("MTURK_LOCAL_BINARY is /no/such/program, and there is no such file");
});

const PAGES = [join(MODULES, "mturk-local/README.md"), join(MODULES, "../javascript.md")];
const SNIPPETS = PAGES.flatMap((page) => [...readFileSync(page, "utf8").matchAll(/^```js\n(.*?)^```/gms)]);

test.each(SNIPPETS.map(([, code]) => code!))("snippet %# of the documents runs", async (code) => {
  const script = join(folder(), "snippet.mjs");
  writeFileSync(script, code);
  expect(await run(COMMAND, ["exec", "--", "node", script])).toMatchObject({ code: 0, stdout: "" });
});
