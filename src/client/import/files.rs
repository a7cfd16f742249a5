//! The files that an import reads.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use crate::cli::new_file::folder;

/// A file, or standard input.
#[derive(Debug)]
pub struct Path(PathBuf);

/// All files of these paths. Those of a folder are sorted by name, without hidden ones.
///
/// # Errors
/// A path does not exist, or a folder cannot be read.
pub fn all(paths: &[String]) -> Result<Vec<Path>, String> {
    let mut files = Vec::new();
    for path in paths {
        if path != "-" && std::fs::metadata(path).map_err(|e| format!("{path}: {e}"))?.is_dir() {
            let before = files.len();
            add_folder(&PathBuf::from(path), &mut files)?;
            files[before..].sort_unstable();
        } else {
            files.push(PathBuf::from(path));
        }
    }
    Ok(files.into_iter().map(Path).collect())
}

fn add_folder(folder: &std::path::Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let fails = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(fails)? {
        let entry = entry.map_err(fails)?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // Links to folders are not followed, since they may form a circle.
        if entry.file_type().map_err(fails)?.is_dir() {
            add_folder(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Refuses an output file that an import of these paths reads.
///
/// # Errors
/// It is one of the paths, or lies in a folder that is one.
pub fn check_output(output: &str, paths: &[String]) -> Result<(), String> {
    let output = std::path::Path::new(output);
    let whole = output
        .canonicalize()
        .ok()
        .or_else(|| Some(folder(output).canonicalize().ok()?.join(output.file_name()?)));
    let Some(whole) = whole else { return Ok(()) };
    let is_read = |path: &&String| {
        *path != "-" && PathBuf::from(path).canonicalize().is_ok_and(|path| whole.starts_with(path))
    };
    match paths.iter().find(is_read) {
        Some(path) => Err(format!("it is read by this import, as a part of {path}")),
        None => Ok(()),
    }
}

impl Path {
    fn is_input(&self) -> bool {
        self.0.as_os_str() == "-"
    }

    /// Its name in the report.
    pub fn name(&self) -> String {
        if self.is_input() { "standard input".to_owned() } else { self.0.display().to_string() }
    }

    /// Its content.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = if self.is_input() {
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(&self.0)
        };
        read.map_err(|error| format!("it cannot be read: {error}"))
    }

    /// When it was last changed, in epoch seconds.
    pub fn changed_at(&self) -> Option<i64> {
        let changed = std::fs::metadata(&self.0).ok()?.modified().ok()?;
        i64::try_from(changed.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
    }
}
