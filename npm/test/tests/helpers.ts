import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const QUESTION = `<ExternalQuestion
    xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>http://localhost:5000/task</ExternalURL><FrameHeight>600</FrameHeight>
</ExternalQuestion>`;
export const HIT = {
  Title: "Label a picture",
  Description: "Say what it shows",
  Reward: "0.05",
  MaxAssignments: 3,
  LifetimeInSeconds: 3600,
  AssignmentDurationInSeconds: 600,
  Question: QUESTION,
};

/** A folder of the test's own, below this project, so that its packages are found there. */
export function folder(parent = import.meta.dirname): string {
  const path = mkdtempSync(join(parent, ".test-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** The same where no packages are found. */
export const folderElsewhere = () => folder(tmpdir());

/** An executable file with this text. */
export function executable(text: string): string {
  const path = join(folder(), "program");
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** Starts a command, which ends with the test at the latest. */
export function command(program: string, args: string[], options: object = {}): ChildProcess {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Runs a command to its end. */
export async function run(program: string, args: string[], options: object = {}) {
  const child = command(program, args, options);
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (piece) => (stdout += piece));
  child.stderr!.on("data", (piece) => (stderr += piece));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** The first line that a process prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const piece of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}

/** Looks on while the server lives: `gone` resolves when it ends the stream of its events. */
export async function watch(url: string): Promise<{ gone: Promise<unknown> }> {
  const answer = await fetch(`${url}/_mturk/events?stream=1`);
  return { gone: answer.text().catch(() => "cut off") };
}

export const refuses = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );
