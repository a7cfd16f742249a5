//! What a shell offers for arguments whose values the program knows.

use std::ffi::OsStr;

use clap_complete::engine::CompletionCandidate;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, PathCompleter, ValueCompleter};

use crate::config::examples::COMMANDS;
use crate::worlds::builtin::BUILTIN;

/// The built-in worlds.
pub fn builtin_worlds() -> ArgValueCandidates {
    ArgValueCandidates::new(builtin)
}

/// The built-in worlds, and files.
pub fn worlds() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let is_begun = |world: &CompletionCandidate| {
            world.get_value().as_encoded_bytes().starts_with(typed.as_encoded_bytes())
        };
        let mut worlds: Vec<_> = builtin().into_iter().filter(is_begun).collect();
        worlds.extend(PathCompleter::file().complete(typed));
        worlds
    })
}

/// The commands.
pub fn commands() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let names = COMMANDS.iter().map(|help| help.command);
        let is_one_word = |name: &&str| !name.is_empty() && !name.contains(' ');
        names.filter(is_one_word).map(CompletionCandidate::new).collect()
    })
}

fn builtin() -> Vec<CompletionCandidate> {
    let about = |about: String| Some(about.into());
    let worlds = BUILTIN.iter();
    worlds.map(|world| CompletionCandidate::new(world.name).help(about(world.about()))).collect()
}
