//! The file that holds the ready line while the server answers.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::cli::error::{RunError, failure};
use crate::cli::new_file::{begin, folder};

/// How a ready line begins.
const START: &str = "mturk-local ready on http://";
/// A longer file is not from this program.
const LONGEST: u64 = 256;

/// The ready line of a server at `url`.
pub(super) fn line(url: &str) -> String {
    format!("mturk-local ready on {url}\n")
}

/// The file. It is removed when the server stops, unless it holds something else by then.
pub(super) struct ReadyFile {
    path: PathBuf,
    written: OnceLock<String>,
}

impl ReadyFile {
    /// Removes the file of an earlier server.
    pub(super) fn prepare(path: &Path) -> Result<Self, RunError> {
        let bad = |why: &str| {
            let path = path.display();
            RunError::Usage(format!("--ready-file (MTURK_LOCAL_READY_FILE) {path}: {why}"))
        };
        if !folder(path).is_dir() {
            return Err(bad("its folder does not exist"));
        }
        match is_replaceable(path) {
            Ok(true) => fs::remove_file(path).map_err(|error| bad(&error.to_string()))?,
            Ok(false) => return Err(bad("it is there, and is no ready file of mturk-local")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(bad(&error.to_string())),
        }
        Ok(Self { path: path.to_owned(), written: OnceLock::new() })
    }

    /// Writes the line atomically.
    pub(super) fn write(&self, line: &str) -> Result<(), RunError> {
        let write = || {
            let mut begun = begin(&self.path)?;
            begun.write_all(line.as_bytes())?;
            begun.persist_noclobber(&self.path)?;
            Ok::<(), io::Error>(())
        };
        write()
            .map_err(|error| failure(format!("--ready-file {}: {error}", self.path.display())))?;
        self.written.get_or_init(|| line.to_owned());
        Ok(())
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        let Some(line) = self.written.get() else { return };
        if is_replaceable(&self.path).unwrap_or(false)
            && fs::read(&self.path).is_ok_and(|text| text == line.as_bytes())
        {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether there is a file that holds a ready line, or nothing.
fn is_replaceable(path: &Path) -> io::Result<bool> {
    let found = path.symlink_metadata()?;
    if !found.is_file() || found.len() > LONGEST {
        return Ok(false);
    }
    let text = fs::read(path)?;
    let line = text.strip_suffix(b"\n").is_some_and(|line| !line.contains(&b'\n'));
    Ok(text.is_empty() || line && text.starts_with(START.as_bytes()))
}
