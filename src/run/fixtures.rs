//! The files that `--fixture` names.

use std::io::Read as _;
use std::sync::Arc;

use crate::run::{RunError, failure};
use crate::worlds::builtin::Builtin;
use crate::worlds::{Refusal, Worlds};

/// Worlds, and the names of their files.
pub type Named = (Arc<Worlds>, Vec<String>);

/// The worlds that are asked for, if any.
///
/// A pipe may keep its reader waiting for ever, so that is done on a thread that nobody waits for.
pub async fn read(names: Vec<String>) -> Result<Option<Named>, RunError> {
    if names.is_empty() {
        return Ok(None);
    }
    tokio::task::spawn_blocking(move || read_all(names).map(Some)).await.map_err(failure)?
}

fn read_all(names: Vec<String>) -> Result<Named, RunError> {
    let worlds = all(&names, "--fixture (MTURK_LOCAL_FIXTURE): ")?;
    Ok((worlds, names))
}

/// Worlds out of built-in ones, files, or standard input.
///
/// # Errors
/// Some cannot be read, or are no text or no JSON objects: a line for each problem of all of them.
/// `option` stands before what cannot be read.
pub fn all(names: &[String], option: &str) -> Result<Arc<Worlds>, RunError> {
    let read: Vec<Result<String, String>> = names.iter().map(|name| text(name)).collect();
    let unread: Vec<String> =
        read.iter().filter_map(|read| Some(format!("{option}{}", read.as_ref().err()?))).collect();
    let is_read: Vec<bool> = read.iter().map(Result::is_ok).collect();
    // What cannot be read is as good as no JSON: nobody knows what stands there.
    let texts: Vec<String> = read.into_iter().map(Result::unwrap_or_default).collect();
    let problems = match Worlds::read(texts) {
        Ok(worlds) => return Ok(worlds),
        Err(problems) => problems.into_iter().filter(|problem| is_read[problem.file]).collect(),
    };
    let told = Refusal::Problems(problems).message(names);
    let lines = unread.into_iter().chain((!told.is_empty()).then_some(told));
    Err(RunError::Usage(lines.collect::<Vec<_>>().join("\n")))
}

/// A built-in world, a file, or standard input; else why it cannot be read.
fn text(name: &str) -> Result<String, String> {
    if let Some(builtin) = Builtin::find(name) {
        return Ok(builtin.text.to_owned());
    }
    let mut bytes = Vec::new();
    let read = match name {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(|_| bytes),
        path => std::fs::read(path),
    };
    let bytes = read.map_err(|error| {
        let hint = if name.contains(['/', '.']) {
            ""
        } else {
            "; `mturk-local fixtures` lists the built-in worlds"
        };
        format!("cannot read the world {name}: {error}{hint}")
    })?;
    let text =
        String::from_utf8(bytes).map_err(|_| format!("the world {name} is not UTF-8 text"))?;
    // Some editors begin a text with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
