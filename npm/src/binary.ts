import { existsSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * The path of the program: `MTURK_LOCAL_BINARY`, or the one in the package for this machine.
 *
 * @throws if neither is there; the message names the package that is missing.
 */
export function binPath(): string {
  const chosen = process.env.MTURK_LOCAL_BINARY;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`MTURK_LOCAL_BINARY is ${chosen}, and there is no such file`);
  }
  const require = createRequire(import.meta.url);
  const name = `@mturk-local/${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/mturk-local`);
  } catch {
    throw new Error(missing(name, require("../package.json").optionalDependencies ?? {}));
  }
}

function missing(name: string, packages: Record<string, string>): string {
  const remedy = "set MTURK_LOCAL_BINARY to a program that you built with `cargo build --release`";
  const version = packages[name];
  if (version) {
    return (
      `the package ${name} is not installed, which holds the program. Install version ${version} ` +
      `of it, and do not leave out optional dependencies (--omit=optional); or ${remedy}`
    );
  }
  const known = Object.keys(packages).join(", ");
  return `there is no package ${name}: mturk-local comes with ${known}. Here, ${remedy}`;
}
