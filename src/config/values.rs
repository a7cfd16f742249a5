//! Reads the values of options that are more than a word or a number.

use crate::emulator::Credential;
use crate::engine::StartAt;
use crate::rules::text::is_access_key;
use crate::rules::url::{is_host_and_port, split_port, without_user_info};
use crate::time::{When, real_now};

/// The host name and origin of an http(s) URL without a user and a password.
#[must_use]
pub fn authority(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let authority = rest.split(['/', '?', '#']).next().filter(|part| is_host_and_port(part))?;
    Some((split_port(authority).0, &url[..url.len() - rest.len() + authority.len()]))
}

/// A host name without a port, or `*.SUFFIX` for every name that ends so.
pub fn allowed_host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_whole = is_host_and_port(name) && split_port(name).1.is_none();
    if is_whole && !name.starts_with(['.', '-']) && (name == text || !name.starts_with('[')) {
        return Ok(text.to_owned());
    }
    Err("a host is a name or an address, without http:// and without a port, or *.SUFFIX for \
         every name that ends so; there is none for all hosts"
        .into())
}

/// The requesters of `--credential`. An error does not show the value.
pub fn credentials(texts: &[String]) -> Result<Vec<Credential>, String> {
    let all: Vec<Credential> =
        texts.iter().map(|text| credential(text)).collect::<Result<_, _>>()?;
    let twice = all
        .iter()
        .enumerate()
        .find(|(index, one)| all[..*index].iter().any(|other| other.access_key == one.access_key));
    match twice {
        None => Ok(all),
        Some((_, Credential { access_key, .. })) => Err(format!(
            "--credential (MTURK_LOCAL_CREDENTIAL) has the key {access_key} twice: a key has one \
             secret and one name"
        )),
    }
}

/// Key, secret, and optionally a name. An error does not show the value.
pub fn credential(text: &str) -> Result<Credential, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(access_key), Some(secret), name)
            if is_access_key(&access_key) && !secret.is_empty() =>
        {
            Ok(Credential { access_key, secret, name })
        }
        (Some(access_key), Some(_), _) if !access_key.is_empty() && !is_access_key(&access_key) => {
            Err("--credential (MTURK_LOCAL_CREDENTIAL): a key has at most 128 letters, digits and \
                 -_.+@, since no signature can name another one"
                .into())
        }
        _ => Err("--credential (MTURK_LOCAL_CREDENTIAL) is AKID:SECRET or AKID:SECRET:NAME".into()),
    }
}

/// A file or a server. An error does not show the value, which may hold a password.
pub fn database(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    let path = text.strip_prefix("sqlite:").map(|path| path.trim_start_matches('/'));
    if path.is_some_and(|path| path.is_empty() || path == ":memory:") {
        return Err(
            "sqlite: needs the path of a file; leave the option out for a temporary one".into()
        );
    }
    if path.is_some_and(|path| path.contains('?') || path.starts_with("file:")) {
        return Err(
            "sqlite: takes only a path: it must not have parameters after a question mark, and \
             must not begin with file:"
                .into(),
        );
    }
    if path.is_none() {
        known_parameters(text)?;
    }
    if known.iter().any(|prefix| text.starts_with(prefix)) {
        return Ok(text.to_owned());
    }
    Err("a database is sqlite:PATH or postgres://…".into())
}

/// The parameters that a PostgreSQL URL can have. The driver ignores others.
const PARAMETERS: &str = "sslmode ssl-mode sslrootcert ssl-root-cert ssl-ca sslcert ssl-cert \
    sslkey ssl-key statement-cache-capacity host hostaddr port dbname user password \
    application_name options";

/// Whether the URL has no other parameters. A wrong one may be a part of a password, so only a word
/// is shown.
fn known_parameters(url: &str) -> Result<(), String> {
    let query = url.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or(""));
    let names = query.split('&').filter(|pair| !pair.is_empty());
    let names = names.map(|pair| pair.split(['=', '[', '%']).next().unwrap_or_default());
    let Some(unknown) =
        names.into_iter().find(|name| PARAMETERS.split(' ').all(|known| known != *name))
    else {
        return Ok(());
    };
    let is_word = !unknown.is_empty()
        && unknown.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b));
    let unknown =
        if is_word { format!("the parameter {unknown}") } else { "such a parameter".to_owned() };
    Err(format!("a PostgreSQL URL cannot have {unknown}"))
}

/// A database URL that can be shown: without user, password and options.
#[must_use]
pub fn shown_database(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let place = url.split(['?', '#']).next().unwrap_or_default();
    without_user_info(place).replacen("postgresql://", "postgres://", 1)
}

/// The URL under which the server is known outside.
pub fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/').to_ascii_lowercase();
    if authority(&url).is_some_and(|(_, origin)| origin == url) {
        // As browsers write it.
        let usual = if url.starts_with("https:") { ":443" } else { ":80" };
        return Ok(url.strip_suffix(usual).unwrap_or(&url).to_owned());
    }
    Err("a public URL is http://HOST or https://HOST, optionally with :PORT, without a user, a \
         password or a path"
        .into())
}

/// The origin of frames: a `*` in its host stands for a name of its own for each requester.
pub fn frame_url(text: &str) -> Result<String, String> {
    const EACH: &str = "://requester-of-the-hit.";
    if text == "none" {
        return Ok(text.to_owned());
    }
    if let Ok(url) = public_url(&text.replacen("://*.", EACH, 1)) {
        return Ok(url.replacen(EACH, "://*.", 1));
    }
    Err("a frame URL is http://HOST or https://HOST, optionally with :PORT, without a user, a \
         password or a path; HOST can begin with *."
        .into())
}

/// A web origin: scheme, host and optionally a port, and nothing after it.
pub fn origin(text: &str) -> Result<String, String> {
    let bad = |_| "an origin is http://HOST or https://HOST, optionally with :PORT".to_owned();
    public_url(text).map_err(bad)
}

/// Where the clock starts.
pub fn start(text: &str) -> Result<StartAt, String> {
    if text == "real" {
        return Ok(StartAt::Real);
    }
    When::from(text).at(real_now()).map(StartAt::Instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_host_and_an_origin() {
        for (url, expected) in [
            ("http://mturk.test", Some(("mturk.test", "http://mturk.test"))),
            ("https://mturk.test:8443/x", Some(("mturk.test", "https://mturk.test:8443"))),
            ("http://[::1]:80/", Some(("[::1]", "http://[::1]:80"))),
            ("http://[::1]", Some(("[::1]", "http://[::1]"))),
            ("http://", None),
            ("mturk.test", None),
            ("ftp://mturk.test", None),
            ("http://u:p@mturk.test", None),
            ("http://mturk.test:0", None),
            ("http://mturk.test; script-src *", None),
        ] {
            assert_eq!(authority(url), expected, "{url}");
        }
    }

    #[test]
    fn origins_are_whole_and_plain() {
        for (text, good) in [
            ("http://localhost:3000", true),
            ("http://localhost:3000/", true),
            ("http://localhost/x", false),
            ("http://*", false),
            ("*", false),
            ("localhost:3000", false),
        ] {
            assert_eq!(origin(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn credentials_have_a_key_a_secret_and_perhaps_a_name() {
        let read = credential("AK:secret:Acme: Labs").unwrap();
        assert_eq!((read.access_key.as_str(), read.secret.as_str()), ("AK", "secret"));
        assert_eq!(read.name.as_deref(), Some("Acme: Labs"));
        assert!(credential("AK").is_err() && credential(":x").is_err());
        assert!(!format!("{read:?}").contains("secret"));
    }

    #[test]
    fn a_key_stands_once() {
        let read = |texts: &[&str]| {
            credentials(&texts.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read(&["AK:one", "BK:one"]).unwrap().len(), 2);
        let why = read(&["AK:hush", "AK:other"]).unwrap_err();
        assert!(why.contains("AK twice") && !why.contains("hush"), "{why}");
        for key in ["a/b", "a b", "a,b", "a=b", "\u{e9}", &"A".repeat(129)] {
            assert!(read(&[&format!("{key}:hush")]).is_err_and(|why| !why.contains("hush")));
        }
    }

    #[test]
    fn hosts_that_can_be_allowed() {
        for (text, good) in [
            ("turk.test", true),
            ("10.0.0.5", true),
            ("[::1]", true),
            ("*.svc.cluster.local", true),
            ("*.test", true),
            ("", false),
            ("*", false),
            ("*.", false),
            ("*.*", false),
            ("a.*.test", false),
            (".test", false),
            ("*..test", false),
            ("http://x", false),
            ("x/", false),
            ("x:80", false),
            ("u@x", false),
        ] {
            assert_eq!(allowed_host(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn databases_are_files_or_servers() {
        for (url, good) in [
            ("sqlite:market.db", true),
            ("sqlite:///data/market.db", true),
            ("postgres://localhost/x", true),
            ("sqlite::memory:", false),
            ("sqlite:m.db?mode=rw", false),
            ("sqlite:file:m.db", false),
            ("postgres://localhost/x?sslmode=disable&options[search_path]=a", true),
            ("postgres://localhost/x?sslmod=disable", false),
            ("sqlite:", false),
            ("mysql://x", false),
        ] {
            assert_eq!(database(url).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn what_is_shown_of_a_database_has_no_password() {
        for (url, shown) in [
            ("sqlite:a@b.db", "sqlite:a@b.db"),
            ("postgres://me:p@ss@db:5432/x?password=q@r", "postgres://db:5432/x"),
            ("postgresql://db/x?user=u&password=p", "postgres://db/x"),
        ] {
            assert_eq!(shown_database(url), shown);
        }
    }

    #[test]
    fn a_clock_starts_within_the_market_s_time() {
        assert_eq!(start("real"), Ok(StartAt::Real));
        for (text, good) in [
            ("2026-01-01T00:00:00Z", true),
            ("1970-01-01T00:00:00Z", true),
            ("1969-12-31T23:59:59Z", false),
            ("2200-01-01T00:00:00Z", false),
            ("soon", false),
        ] {
            assert_eq!(start(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn urls_are_as_browsers_write_them() {
        for (given, kept) in [
            ("https://Lab.test:443/", Some("https://lab.test")),
            ("http://lab.test:80", Some("http://lab.test")),
            ("https://lab.test:80", Some("https://lab.test:80")),
            ("https://lab.test/x", None),
        ] {
            assert_eq!(public_url(given).ok().as_deref(), kept, "{given}");
            assert_eq!(frame_url(given).ok().as_deref(), kept, "{given}");
        }
        let each = "https://*.Frames.test:443";
        assert_eq!(frame_url(each).as_deref(), Ok("https://*.frames.test"));
        assert!(public_url(each).is_err() && frame_url("https://a.*.test").is_err());
    }
}
