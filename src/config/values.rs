//! The values of options that are more than a word or a number.

use crate::emulator::Credential;
use crate::engine::StartAt;
use crate::time::{When, real_now};

/// Host name and origin of an http(s) URL.
pub fn authority(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().filter(|part| !part.is_empty())?;
    let host = match authority.find(']') {
        Some(end) => &authority[..=end],
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    Some((host, &url[..url.len() - rest.len() + authority.len()]))
}

/// Key, secret, and perhaps a name. What is wrong is not shown.
pub fn credential(text: &str) -> Result<Credential, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(access_key), Some(secret), name) if !access_key.is_empty() && !secret.is_empty() => {
            Ok(Credential { access_key, secret, name })
        }
        _ => Err("--credential (MTURK_LOCAL_CREDENTIAL) is AKID:SECRET or AKID:SECRET:NAME".into()),
    }
}

/// A file or a server. What is wrong is not shown: it may hold a password.
pub fn database(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    let path = text.strip_prefix("sqlite:").map(|path| path.trim_start_matches('/'));
    if path.is_some_and(|path| path.is_empty() || path == ":memory:") {
        return Err(
            "--database sqlite: (MTURK_LOCAL_DATABASE) wants the path of a file; leave the \
                    option out for a temporary one"
                .into(),
        );
    }
    if known.iter().any(|prefix| text.starts_with(prefix)) {
        return Ok(text.to_owned());
    }
    Err("--database (MTURK_LOCAL_DATABASE) is sqlite:PATH or postgres://…".into())
}

/// A database URL that can be shown: without user, password and options.
#[must_use]
pub fn shown_database(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("postgres://{place}")
}

/// The URL under which the server is known outside.
pub fn public_url(text: &str) -> Result<String, String> {
    let http = text.starts_with("http://") || text.starts_with("https://");
    if http && authority(text).is_some() {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err("a public URL begins with http:// or https:// and names a host".into())
}

/// A web origin: scheme and host, perhaps a port, nothing behind.
pub fn origin(text: &str) -> Result<String, String> {
    let origin = public_url(text)?;
    let whole = authority(&origin).is_some_and(|(_, known)| known == origin);
    let plain = origin.is_ascii() && !origin.contains(['*', ' ']);
    if whole && plain {
        return Ok(origin);
    }
    Err("an origin is http://HOST or https://HOST, perhaps with :PORT".into())
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
    fn databases_are_files_or_servers() {
        for (url, good) in [
            ("sqlite:market.db", true),
            ("sqlite:///data/market.db", true),
            ("postgres://localhost/x", true),
            ("sqlite::memory:", false),
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
}
