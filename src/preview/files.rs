//! What is shown: files and addresses that the command line names.

use std::fs::{File, metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::rules::csv::{self, Limits, Table};
use crate::rules::preview::{Draft, MAX_BYTES};

/// What is shown.
#[derive(Debug, Clone)]
pub enum Named {
    /// A template of HTML, or a question document.
    File(PathBuf),
    /// A page elsewhere.
    Url(String),
}

impl Named {
    /// As a person named it.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => url.clone(),
        }
    }
}

/// What is shown, and the rows for it.
#[derive(Debug, Clone)]
pub struct Sources {
    /// What is shown.
    pub named: Named,
    /// A CSV file.
    pub data: Option<PathBuf>,
}

/// When a file was written last, and its length; none if it is not there.
pub type Stamp = Option<(SystemTime, u64)>;

impl Sources {
    /// What tells whether a file has changed.
    pub fn stamps(&self) -> [Stamp; 2] {
        let page = match &self.named {
            Named::File(path) => Some(path),
            Named::Url(_) => None,
        };
        [page, self.data.as_ref()].map(|path| {
            let found = metadata(path?).ok()?;
            Some((found.modified().ok()?, found.len()))
        })
    }

    /// The draft as the files have it now.
    ///
    /// # Errors
    /// Why there is none, a sentence each.
    pub fn draft(&self) -> Result<Draft, Vec<String>> {
        let table = self.data.as_deref().map(table).transpose()?;
        match &self.named {
            Named::Url(url) => Ok(Draft::of_url(url, table)),
            Named::File(path) => {
                let one = |why| vec![format!("{}: {why}", path.display())];
                Draft::of_file(&read(path, MAX_BYTES)?, table).map_err(one)
            }
        }
    }
}

/// A file of up to `most` bytes; of a longer one a byte more.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, Vec<String>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    let unread = |error| vec![format!("{} cannot be read: {error}", path.display())];
    read.map(|_| bytes).map_err(unread)
}

fn table(path: &Path) -> Result<Table, Vec<String>> {
    let shown = path.display();
    let bytes = read(path, Limits::DATA.bytes)?;
    csv::read(&bytes, Limits::DATA).map_err(|problems| {
        let of_column =
            |name: &str| if name.is_empty() { String::new() } else { format!(", column {name}") };
        let problems = problems.into_iter().map(|problem| {
            let (line, column) = (problem.line, of_column(&problem.column));
            format!("{shown}, line {line}{column}: {}", problem.reason)
        });
        problems.collect()
    })
}
