//! `benches/run`, without what it measures.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{env, fs};

use assert_cmd::Command;

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/run"))
}

#[test]
fn the_script_runs_the_parts_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, "#!/bin/sh\necho cargo \"$@\"\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), env::var("PATH").unwrap());
    let mut script = script();
    let run = script.args(["--quick", "start", "lists"]).env("PATH", path).assert().success();
    run.stdout("cargo bench --locked --profile dist --bench ratio -- --quick start lists\n");
}

#[test]
fn the_help_names_every_part() {
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ratio/main.rs");
    let main = fs::read_to_string(main).unwrap();
    let parts = main.split("const PARTS").nth(1).unwrap().split(';').nth(1).unwrap();
    let parts: Vec<&str> = parts.split('"').skip(1).step_by(2).collect();
    assert!(parts.contains(&"lists"), "{parts:?}");
    let help = script().arg("--help").assert().success().get_output().stdout.clone();
    let help = String::from_utf8(help).unwrap();
    assert!(help.contains(&format!(" {}\n", parts.join(" "))), "{parts:?} in\n{help}");
}
