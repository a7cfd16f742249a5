#!/usr/bin/env node
// `npx mturk-local`: runs the program with the same arguments, and ends as it ends.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { binPath } from "./binary.js";

function run(program: string): void {
  const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
  // Ctrl-C reaches the program from the terminal; other signals come to this process alone.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`cannot run ${program}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal!]));
}

function fail(message: string): never {
  console.error(`mturk-local: ${message}`);
  process.exit(1);
}

let program;
try {
  program = binPath();
} catch (error) {
  fail((error as Error).message);
}
run(program);
