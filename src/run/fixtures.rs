//! The files that `--fixture` names.

use std::io::Read as _;
use std::sync::Arc;

use crate::run::RunError;
use crate::worlds::builtin::Builtin;
use crate::worlds::{Refusal, Worlds};

/// Worlds, and the names of their files.
pub type Named = (Arc<Worlds>, Vec<String>);

/// The worlds that are asked for, if any.
pub fn read(names: &[String]) -> Result<Option<Named>, RunError> {
    if names.is_empty() {
        return Ok(None);
    }
    let texts = names.iter().map(|name| text(name)).collect::<Result<Vec<_>, _>>()?;
    let worlds = Worlds::read(texts)
        .map_err(|problems| RunError::Usage(Refusal::Problems(problems).message(names)))?;
    Ok(Some((worlds, names.to_vec())))
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
    String::from_utf8(bytes)
        .map_err(|_| RunError::Usage(format!("the world {name} is not UTF-8 text")))
}
