//! The worlds that a market begins with: files, and built-in ones by name.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use crate::spool::Spool;
use crate::worlds::builtin::Builtin;
use crate::worlds::{Refusal, Worlds};

/// The worlds with these names, if there are any; `option` stands before what cannot be read.
///
/// Reading a pipe may block for ever, so it happens on a thread of its own.
pub async fn read(names: Vec<String>, option: &'static str) -> Result<Option<Arc<Worlds>>, String> {
    if names.is_empty() {
        return Ok(None);
    }
    let read = move || long(&names).map_or_else(|| all(&names, option), Ok).map(Some);
    tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?
}

/// The one file with this name, if it is long: few of its bytes are in memory.
fn long(names: &[String]) -> Option<Arc<Worlds>> {
    let [name] = names else { return None };
    if Builtin::find(name).is_some() {
        return None;
    }
    let mut spool = Spool::default();
    let mut file = File::open(name).ok().filter(is_ordinary)?;
    std::io::copy(&mut file, &mut spool).ok()?;
    let is_one = spool.read_at(0, 1).is_ok_and(|first| first == b"{");
    if is_one { Worlds::long(None, spool) } else { None }
}

/// Whether it can be read twice.
fn is_ordinary(file: &File) -> bool {
    file.metadata().is_ok_and(|found| found.is_file())
}

/// Reads built-in worlds, files, or standard input.
///
/// # Errors
/// Everything that is wrong, a line each.
pub fn all(names: &[String], option: &str) -> Result<Arc<Worlds>, String> {
    let read: Vec<Result<String, String>> = names.iter().map(|name| text(name)).collect();
    let unread: Vec<String> =
        read.iter().filter_map(|read| Some(format!("{option}{}", read.as_ref().err()?))).collect();
    let is_read: Vec<bool> = read.iter().map(Result::is_ok).collect();
    // The empty text of a file that could not be read is no JSON; its problem is left out.
    let texts: Vec<String> = read.into_iter().map(Result::unwrap_or_default).collect();
    let problems = match Worlds::read(texts) {
        Ok(worlds) => return Ok(worlds),
        Err(problems) => problems.into_iter().filter(|problem| is_read[problem.file]).collect(),
    };
    let message = Refusal::Problems(problems).message(names);
    let lines = unread.into_iter().chain((!message.is_empty()).then_some(message));
    Err(lines.collect::<Vec<_>>().join("\n"))
}

/// A built-in world, a file, or standard input; else why it cannot be read.
fn text(name: &str) -> Result<String, String> {
    if let Some(builtin) = Builtin::find(name) {
        return Ok(builtin.text().to_owned());
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
