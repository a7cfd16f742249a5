//! The file that gets the market when the server stops.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::error::{RunError, failure};
use crate::cli::new_file::{check, folder, replace};
use crate::engine::Engine;
use crate::worlds::dump::Secrets;

/// The file, which is written once.
pub(super) struct DumpFile(PathBuf);

impl DumpFile {
    /// Checks that a file can be made there, before anything is served.
    pub(super) fn prepare(path: &Path) -> Result<Self, RunError> {
        let bad = |why: &str| {
            let path = path.display();
            RunError::Usage(format!("--dump-on-exit (MTURK_LOCAL_DUMP_ON_EXIT) {path}: {why}"))
        };
        if path.is_dir() {
            return Err(bad("it is a folder"));
        }
        if !folder(path).is_dir() {
            return Err(bad("its folder does not exist"));
        }
        check(path).map_err(|error| bad(&error.kind().to_string()))?;
        Ok(Self(path.to_owned()))
    }

    /// Writes the market as a world, without secrets. What was in the file stays until all is
    /// written.
    pub(super) async fn write(&self, engine: &Arc<Engine>) -> Result<(), RunError> {
        let bad = |why: &dyn std::fmt::Display| {
            failure(format!("--dump-on-exit {}: {why}", self.0.display()))
        };
        let world = engine.dump(Secrets::Left).await.map_err(|fault| bad(&fault))?;
        replace(&self.0, world.reader().chain(&b"\n"[..])).map_err(|error| bad(&error))
    }
}
