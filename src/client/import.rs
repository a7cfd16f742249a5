//! `mturk-local import`: adds an archive of saved answers to a market.

mod files;
mod progress;

use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use serde::Deserialize as _;
use serde_json::Value;

use crate::cli::RunError;
use crate::cli::new_file::replace;
use crate::client::import::progress::{Progress, say, say_all};
use crate::client::{ClientError, LATER, argument, exchange, owner, print, print_text, send};
use crate::config::commands::Import;
use crate::control::MAX_WORLD;
use crate::rules::frame::encoded;
use crate::worlds::Problem;
use crate::worlds::archive::{Archive, Kind, Made, decode, first_of, read, read_bytes};

/// How often the import is tried, each time without the entries that the server refused before. A
/// refusal names up to 200 entries.
const ROUNDS: usize = 20;

/// Imports the archive, and prints what was loaded. Reports what each file holds, what is made up
/// and what is left out.
///
/// # Errors
/// A path does not exist, there is nothing to import, or the server is not there or refuses.
pub async fn run(command: &Import) -> Result<(), ClientError> {
    if let Some(output) = command.output.as_deref().filter(|output| *output != "-") {
        files::check_output(output, &command.paths).map_err(|why| bad_output(output, &why))?;
    }
    let mut archive = gather(command)?;
    if archive.is_empty() {
        return Err(failure("nothing to import".to_owned()));
    }
    if command.dry_run || command.output.is_some() {
        return write(command, &archive);
    }
    let dump = exchange(&command.server, Method::GET, "/_mturk/world", None, LATER).await?;
    let dump = decode(dump.into()).and_then(read).map_err(failure)?;
    archive.know(dump, command.requester.as_deref());
    let there = archive.already_there();
    if !there.is_empty() {
        say(&format!("already on the server, not changed: {there}"));
    }
    load(command, &mut archive).await
}

/// Why the command cannot do its work.
fn failure(why: String) -> ClientError {
    ClientError::Argument(RunError::Failure(why))
}

fn bad_output(path: &str, why: &str) -> ClientError {
    argument(format!("--output (MTURK_LOCAL_OUTPUT) {path}: {why}"))
}

/// Reads all files, and reports what each holds.
fn gather(command: &Import) -> Result<Archive, ClientError> {
    let paths = files::all(&command.paths).map_err(argument)?;
    let mut progress = Progress::new(command.quiet);
    let (mut archive, mut lines) = (Archive::default(), Vec::new());
    for (done, path) in paths.iter().enumerate() {
        progress.show(|| {
            let assignments = Kind::Assignment.counted(archive.count(Kind::Assignment));
            format!("reading: {done} of {} files, {assignments}", paths.len())
        });
        let (told, is_whole) = add(&mut archive, path);
        if !(command.quiet && is_whole) {
            lines.extend(told);
        }
    }
    progress.end();
    lines.extend(archive.notes());
    say_all(&lines);
    Ok(archive)
}

/// Adds a file. Returns lines of the report, and whether the whole file was read.
fn add(archive: &mut Archive, path: &files::Path) -> (Vec<String>, bool) {
    let name = path.name();
    let left_out = |why: &str| (vec![format!("{name}: left out: {why}")], false);
    match path.read().and_then(read_bytes) {
        Err(why) => left_out(&why),
        Ok(file) if file.is_table && !file.problems.is_empty() => {
            let problem = |problem: &Problem| format!("{name}, {problem}");
            let mut lines: Vec<String> = file.problems.iter().map(problem).collect();
            lines.push(format!("{name}: left out: with a problem, nothing of a table is imported"));
            (lines, false)
        }
        Ok(file) if file.items.is_empty() && file.balance.is_none() => {
            match first_of(&file.problems, "").as_str() {
                "" if file.has_list || file.is_table => {
                    (vec![format!("{name}: an empty list")], true)
                }
                "" => left_out("it has no saved answers"),
                why => left_out(why),
            }
        }
        Ok(file) => {
            let is_whole = file.problems.is_empty();
            (vec![archive.add(&name, file, path.changed_at())], is_whole)
        }
    }
}

/// Reports what would be imported, or writes it as a world.
fn write(command: &Import, archive: &Archive) -> Result<(), ClientError> {
    let made = archive.made();
    say_all(&made.made_up);
    let counts = made.in_words();
    match command.output.as_deref() {
        None => say(&format!("would be imported: {counts}")),
        Some("-") => return print_text(&made.text),
        Some(path) => {
            let written = replace(Path::new(path), made.text.as_bytes());
            written.map_err(|error| bad_output(path, &error.to_string()))?;
            say(&format!("written to {path}: {counts}"));
        }
    }
    Ok(())
}

/// Loads the archive without the entries that the server refuses, and reports those.
async fn load(command: &Import, archive: &mut Archive) -> Result<(), ClientError> {
    let loaded = load_rest(command, archive).await;
    say_all(&archive.take_left_out());
    let Some((made, answer)) = loaded? else {
        say("nothing new to import");
        return Ok(());
    };
    say_all(&made.made_up);
    say_all(owner(&answer).as_slice());
    say(&format!("imported: {}", made.in_words()));
    print(&answer)
}

/// Returns what was loaded and the server's answer; `None` if the server has everything already.
async fn load_rest(
    command: &Import,
    archive: &mut Archive,
) -> Result<Option<(Made, Value)>, ClientError> {
    for _ in 0..ROUNDS {
        let mut made = archive.made();
        if made.counts.is_empty() && !archive.has_balance() {
            if archive.already_there().is_empty() {
                return Err(failure(
                    "nothing was imported: the server refused everything".to_owned(),
                ));
            }
            return Ok(None);
        }
        match post(command, &mut made).await {
            Ok(answer) => return Ok(Some((made, answer))),
            Err(ClientError::Refused(answer)) => leave_out(archive, &made, answer)?,
            Err(error) => return Err(error),
        }
    }
    Err(failure(format!(
        "nothing was imported: after {ROUNDS} attempts, each without the entries refused before, \
         the server still refuses some. If its clock is behind the archive's dates, move it first: \
         mturk-local clock set"
    )))
}

/// Leaves out what the server refused.
fn leave_out(archive: &mut Archive, made: &Made, answer: Value) -> Result<(), ClientError> {
    let Ok(problems) = Vec::<Problem>::deserialize(&answer["error"]["problems"]) else {
        return Err(ClientError::Refused(answer));
    };
    archive.leave_out(made, &problems).map_err(|problem| {
        failure(format!("nothing was imported: the server refuses the archive: {problem}"))
    })
}

/// Sends the world, and shows how long the server has been at work.
async fn post(command: &Import, made: &mut Made) -> Result<Value, ClientError> {
    if made.text.len() > MAX_WORLD {
        let limit = MAX_WORLD >> 20;
        let why = format!(
            "the archive is larger than the server's limit of {limit} MiB: import it in parts"
        );
        return Err(failure(why));
    }
    let requester = command.requester.as_deref().map(|key| format!("?requester={}", encoded(key)));
    let path = format!("/_mturk/world{}", requester.unwrap_or_default());
    let mut progress = Progress::new(command.quiet);
    let begun = std::time::Instant::now();
    let sent =
        send(&command.server, Method::POST, &path, Some(std::mem::take(&mut made.text)), LATER);
    tokio::pin!(sent);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    let answer = loop {
        tokio::select! {
            answer = &mut sent => break answer,
            _ = tick.tick() => progress.show(|| {
                let counts = made.in_words();
                format!("loading {counts}: {} s", begun.elapsed().as_secs())
            }),
        }
    };
    progress.end();
    answer
}
