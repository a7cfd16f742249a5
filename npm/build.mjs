#!/usr/bin/env node
// Makes the npm packages from programs that are built already, as tarballs: mturk-local, and
// @mturk-local/PLATFORM for each program.
//
//   npm ci --prefix npm
//   node npm/build.mjs [--into FOLDER] linux-x64=PROGRAM [linux-arm64=PROGRAM …]
//
// It prints their paths. FOLDER is dist/, from which older packages are removed.
//
// One of the programs must run on this machine: it prints the description of the control API, from
// which the types of the client are made. For a release, give all programs at once, since
// mturk-local names the packages that were made with it.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, "..");
const OUT = join(HERE, "out");
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
const LICENCES = ["LICENSE-MIT", "LICENSE-APACHE"];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { into: { type: "string" } } });
const DIST = resolve(values.into ?? join(ROOT, "dist"));
const programs = new Map(positionals.map(parse));
const own = programs.get(`${process.platform}-${process.arch}`);
if (!own) fail(`give the program for this machine: ${process.platform}-${process.arch}=PROGRAM`);
const version = /^version = "(.*)"$/m.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"))[1];
const manifest = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
delete manifest.devDependencies;

rmSync(OUT, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
for (const name of readdirSync(DIST)) {
  if (/^mturk-local-.*\.tgz$/.test(name)) rmSync(join(DIST, name));
}
await compile();
const names = [...programs].map(([platform, program]) => packPlatform(platform, program));
packMain(names);

function parse(word) {
  const [, platform, program] = /^([^=]+)=(.+)$/.exec(word) ?? fail(`not PLATFORM=PROGRAM: ${word}`);
  if (!PLATFORMS.includes(platform)) fail(`no such platform: ${platform}; there are ${PLATFORMS}`);
  return [platform, resolve(program)];
}

function fail(message) {
  console.error(`npm/build.mjs: ${message}`);
  process.exit(2);
}

async function compile() {
  const description = execFileSync(own, ["openapi"], { encoding: "utf8" });
  const types = astToString(await openapiTS(JSON.parse(description), { defaultNonNullable: false }));
  writeFileSync(join(HERE, "src/openapi.ts"), types);
  execFileSync(join(HERE, "node_modules/.bin/tsc"), ["-p", HERE], { stdio: "inherit" });
}

function packPlatform(platform, program) {
  const name = `@mturk-local/${platform}`;
  const [os, cpu] = platform.split("-");
  const folder = join(OUT, platform);
  mkdirSync(join(folder, "bin"), { recursive: true });
  copyFileSync(program, join(folder, "bin/mturk-local"));
  chmodSync(join(folder, "bin/mturk-local"), 0o755);
  const text = `The program of the package mturk-local for ${platform}. Install mturk-local instead.\n`;
  writeFileSync(join(folder, "README.md"), text);
  const { license, engines } = manifest;
  const description = `mturk-local for ${platform}`;
  // Yarn may keep packages in archives, and a program must be a file.
  pack(folder, { name, version, description, license, engines, os: [os], cpu: [cpu], preferUnplugged: true });
  return name;
}

function packMain(names) {
  const folder = join(OUT, "mturk-local");
  copyFileSync(join(HERE, "README.md"), join(folder, "README.md"));
  const optionalDependencies = Object.fromEntries(names.map((name) => [name, version]));
  pack(folder, { ...manifest, version, optionalDependencies });
}

function pack(folder, manifest) {
  for (const licence of LICENCES) copyFileSync(join(ROOT, licence), join(folder, licence));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const options = ["pack", "--silent", "--pack-destination", DIST, folder];
  const file = execFileSync("npm", options, { encoding: "utf8" }).trim();
  console.log(join(DIST, file));
}
