//! Environment variables: those that clients of the service read, and those of this program.

use clap::{Command, CommandFactory as _};

use crate::config::Cli;
use crate::emulator::Credential;

/// What all variables of this program begin with.
const PREFIX: &str = "MTURK_LOCAL_";
/// Variables of the packages for other languages and of the tests, and what Kubernetes sets for a
/// service with the program's name.
const OTHERS: [&str; 11] = [
    "BINARY",
    "TEST",
    "BIN",
    "UPDATE",
    "PYTEST",
    "CHROMIUM",
    "SIMULATION",
    "CRASH",
    "FUZZ",
    "PORT",
    "SERVICE",
];
/// A typing error changes at most one letter in so many.
const LETTERS_PER_EDIT: usize = 3;

/// The environment of a client that uses the server at `url` as this requester, or as the one
/// with the key and secret `test`.
#[must_use]
pub fn of_clients(url: &str, known: Option<&Credential>) -> Vec<(&'static str, String)> {
    let (key, secret) =
        known.map_or(("test", "test"), |known| (known.access_key.as_str(), known.secret.as_str()));
    [
        ("AWS_ENDPOINT_URL_MTURK", url),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", key),
        ("AWS_SECRET_ACCESS_KEY", secret),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// The variables as one `export` line of a shell.
#[must_use]
pub fn exports(variables: &[(&str, String)]) -> String {
    let set = variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    format!("export {}", set.collect::<Vec<_>>().join(" "))
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:/@%+,=".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A warning about each environment variable that begins with `MTURK_LOCAL_` and does not exist.
#[must_use]
pub fn unknown() -> Vec<String> {
    let set = std::env::vars_os().filter_map(|(name, value)| {
        // Kubernetes names a service's port so, as an address.
        let is_service =
            name == "MTURK_LOCAL_PORT" && value.as_encoded_bytes().starts_with(b"tcp:");
        name.into_string().ok().filter(|_| !is_service)
    });
    unknown_of(set, &known(&Cli::command()))
}

fn known(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
    own.chain(command.get_subcommands().flat_map(known)).collect()
}

fn unknown_of(set: impl Iterator<Item = String>, known: &[String]) -> Vec<String> {
    let is_other = |name: &str| {
        OTHERS.iter().any(|other| {
            let rest = name.strip_prefix(other);
            rest.is_some_and(|rest| rest.starts_with('_') || rest.is_empty() && *other != "PORT")
        })
    };
    let mut odd: Vec<String> = set
        .filter(|name| name.strip_prefix(PREFIX).is_some_and(|rest| !is_other(rest)))
        .filter(|name| !known.contains(name))
        .map(|name| match nearest(&name, known) {
            Some(near) => format!("unknown variable {name}; did you mean {near}?"),
            None => format!("unknown variable {name}"),
        })
        .collect();
    odd.sort();
    odd
}

fn nearest<'k>(name: &str, known: &'k [String]) -> Option<&'k str> {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let most = (name.len() - PREFIX.len()) / LETTERS_PER_EDIT;
    let near = near.filter(|(edits, _)| *edits <= most).min();
    near.map(|(_, known)| known.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_reported_with_the_nearest_name() {
        let known = known(&Cli::command());
        for (name, message) in [
            ("MTURK_LOCAL_LISTEN", None),
            ("MTURK_LOCAL_WAIT", None),
            ("PATH", None),
            ("MTURK_LOCAL_PORT_1770_TCP_ADDR", None),
            ("MTURK_LOCAL_SERVICE_HOST", None),
            ("MTURK_LOCAL_FOO", Some("unknown variable MTURK_LOCAL_FOO")),
            ("MTURK_LOCAL_PORT", Some("unknown variable MTURK_LOCAL_PORT")),
            ("MTURK_LOCAL_TEST_DATABASE", None),
            ("MTURK_LOCAL_BINARY", None),
            ("MTURK_LOCAL_SIMULATION", None),
            ("MTURK_LOCAL_CRASH_ROUNDS", None),
            (
                "MTURK_LOCAL_LISTN",
                Some("unknown variable MTURK_LOCAL_LISTN; did you mean MTURK_LOCAL_LISTEN?"),
            ),
            (
                "MTURK_LOCAL_COLOUR_OF_THE_SKY",
                Some("unknown variable MTURK_LOCAL_COLOUR_OF_THE_SKY"),
            ),
        ] {
            let unknown = unknown_of([name.to_owned()].into_iter(), &known);
            assert_eq!(unknown.first().map(String::as_str), message);
        }
    }

    #[test]
    fn export_lines_can_be_pasted() {
        let variables = [("A", "http://127.0.0.1:1770".to_owned()), ("B", "it's $x".to_owned())];
        assert_eq!(exports(&variables), r"export A=http://127.0.0.1:1770 B='it'\''s $x'");
        assert_eq!(exports(&[("C", String::new())]), "export C=''");
    }
}
