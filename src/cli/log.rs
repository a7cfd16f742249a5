//! The log of a server.

use std::fs::{File, OpenOptions};
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::error::RunError;
use crate::config::{LogFormat, Serve};
use crate::emulator::REFUSED_AT_CHECK;

/// Starts the log as the options ask for it: in the file that they name, or on standard error.
pub fn start(options: &Serve) -> Result<(), RunError> {
    let file = options.log_file.as_deref().map(open).transpose()?;
    let is_terminal = file.is_none() && std::io::stderr().is_terminal();
    let writer = match file {
        Some(file) => BoxMakeWriter::new(Mutex::new(file)),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let (ours, others) = match (options.verbose, options.quiet) {
        (true, _) => (LevelFilter::DEBUG, LevelFilter::WARN),
        (_, true) => (LevelFilter::ERROR, LevelFilter::ERROR),
        _ => (LevelFilter::INFO, LevelFilter::WARN),
    };
    let levels = Targets::new().with_default(others).with_target("mturk_local", ours);
    // A client whose requests are all refused must find out why, whatever else is hidden.
    let levels = levels.with_target(REFUSED_AT_CHECK, LevelFilter::WARN);
    let log = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(is_terminal);
    let levels = tracing_subscriber::registry().with(levels);
    let started = match options.log {
        LogFormat::Text => levels.with(log.with_target(false)).try_init(),
        LogFormat::Json => levels.with(log.json()).try_init(),
    };
    // A program that embeds the emulator may have a log of its own.
    drop(started);
    Ok(())
}

fn open(path: &Path) -> Result<File, RunError> {
    OpenOptions::new().append(true).create(true).open(path).map_err(|error| {
        let option = "--log-file (MTURK_LOCAL_LOG_FILE)";
        RunError::Usage(format!("{option} {}: {error}", path.display()))
    })
}
