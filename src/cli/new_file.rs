//! Files that appear at once with all that is in them.

use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The folder of a file.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file in the folder of `path`, to be moved there; it may be read as any new file may, and
/// not by this user alone.
pub(super) fn begin(path: &Path) -> io::Result<NamedTempFile> {
    with(path, Permissions::from_mode(0o666))
}

fn with(path: &Path, permissions: Permissions) -> io::Result<NamedTempFile> {
    let mut begun = tempfile::Builder::new();
    begun.prefix(".mturk-local-new-").permissions(permissions).tempfile_in(folder(path))
}

/// Writes a file. An old one stays until all is written, and keeps its mode; a link stays a link.
/// What is no ordinary file, such as a pipe, is written to as it is.
///
/// # Errors
/// It cannot be written; an old one has not changed then.
pub fn replace(path: &Path, mut text: impl Read) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&path).ok();
    if is_special(&path) {
        return io::copy(&mut text, &mut fs::File::create(&path)?).map(drop);
    }
    let mut new = match old {
        Some(old) => with(&path, old.permissions())?,
        None => begin(&path)?,
    };
    io::copy(&mut text, &mut new)?;
    new.persist(&path).map(drop).map_err(|error| error.error)
}

/// Checks that [`replace`] will be able to write there.
///
/// # Errors
/// No file can be made there.
pub(super) fn check(path: &Path) -> io::Result<()> {
    let path: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if is_special(&path) { Ok(()) } else { begin(&path).map(drop) }
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file())
}
