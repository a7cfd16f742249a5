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
    let text = |name: &String| {
        text(name).map_err(|why| RunError::Usage(format!("--fixture (MTURK_LOCAL_FIXTURE): {why}")))
    };
    let texts = names.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let worlds = Worlds::read(texts)
        .map_err(|problems| RunError::Usage(Refusal::Problems(problems).message(&names)))?;
    Ok((worlds, names))
}

/// A built-in world, a file, or standard input.
///
/// # Errors
/// It cannot be read, or is no text.
pub fn text(name: &str) -> Result<String, RunError> {
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
        RunError::Usage(format!("cannot read the world {name}: {error}{hint}"))
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| RunError::Usage(format!("the world {name} is not UTF-8 text")))?;
    // Some editors begin a text with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
