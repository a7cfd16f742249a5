//! What a text is shown without: what lets its holder in somewhere.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Parameters of a query that sign it or name a secret; the token of a link to an uploaded file; a
/// user and a password. What stays is captured.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r#"(?i)((?:^|[?&;#])(?:x-amz-)?(?:signature|sig|credential|awsaccesskeyid|password|api_?key"#,
        r#"|(?:client_?)?secret|(?:security-|access_|auth_|session_|id_)?token)=)[^&\s"'<>#\\]+"#,
        r#"|(/_mturk/files/)[^\s"'<>?#\\]+"#,
        // A password may hold what ends a host. Digits before a slash may be a port; if an @ comes
        // behind them, a secret is more likely than a name with one.
        r#"|(://)(?:[^\s"'<>/?#@\\]+"#,
        r#"|[^\s"'<>/?#@\\:]*:[0-9]{0,9}[^\s"'<>/@\\0-9][^\s"'<>@\\]{0,99}"#,
        r#"|[^\s"'<>/?#@\\:]*:[0-9]{1,9}/[^\s"'<>?#@\\]{0,98}[^\s"'<>/?#@\\])(@)"#,
    );
    Regex::new(pattern).expect("the expression is a constant")
});

/// What the names of members with secrets contain, in lower case.
const WORDS: [&str; 9] = [
    "secret",
    "password",
    "signature",
    "token",
    "authorization",
    "apikey",
    "api_key",
    "api-key",
    "credential",
];

/// A secret member with a string as its value in JSON that cannot be read, because it is within
/// other text or broken off. With backslashes before its quotes, it is within a string.
static MEMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = [
        r#"(?is)(\\*"([^"\\]*(?:"#,
        &WORDS.join("|"),
        r#")[^"\\]*)\\*"\s*:\s*)(?:(")(?:[^"\\]|\\.)*|(\\+")(?:[^"\\]|\\+[^"\\])*)"#,
    ];
    Regex::new(&pattern.concat()).expect("the expression is a constant")
});

/// The text with `…` in the place of signatures, tokens, secrets and passwords in its URLs and in
/// the members of JSON in it.
pub fn masked(text: &str) -> Cow<'_, str> {
    let masked = MEMBERS.replace_all(text, |member: &Captures<'_>| {
        let quote = member.get(3).or(member.get(4)).map_or("", |quote| quote.as_str());
        if is_secret(&member[2]) {
            format!("{}{quote}…", &member[1])
        } else {
            member[0].to_owned()
        }
    });
    match masked {
        Cow::Borrowed(text) => SECRETS.replace_all(text, "$1$2$3…$4"),
        Cow::Owned(text) => SECRETS.replace_all(&text, "$1$2$3…$4").into_owned().into(),
    }
}

/// Whether a member of this name holds a secret, whatever its value is.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_of_api = ["nexttoken", "uniquerequesttoken", "paginationtoken"].contains(&&*name);
    !is_of_api && WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_in_is_not_shown() {
        for (text, shown) in [
            ("http://h/_mturk/files/a.b-c?x=1", "http://h/_mturk/files/…?x=1"),
            (
                "https://s3/x?X-Amz-Credential=AK/1&X-Amz-Signature=00ff&a=b",
                "https://s3/x?X-Amz-Credential=…&X-Amz-Signature=…&a=b",
            ),
            ("<a>https://t?id=1&amp;token=abc</a>", "<a>https://t?id=1&amp;token=…</a>"),
            ("see https://me:hush@host/path.", "see https://…@host/path."),
            ("?client_secret=x", "?client_secret=…"),
            ("Signature=x&a=b", "Signature=…&a=b"),
            ("https://h/#access_token=x", "https://h/#access_token=…"),
            ("see https://me:hu/sh@host/path", "see https://…@host/path"),
            ("see https://u:12/x@h/path", "see https://…@h/path"),
            ("https://u:12/x/3y@h and https://h:80/", "https://…@h and https://h:80/"),
            (r#"{"Url":"https://u:12/x@h"}"#, r#"{"Url":"https://…@h"}"#),
            (r#"{"SecretAccessKey" : "hush"#, r#"{"SecretAccessKey" : "…"#),
            (r#"{"a":"b","Api_Key":"h\"ush","c":"#, r#"{"a":"b","Api_Key":"…","c":"#),
            (r#"{"T":"{\"password\":\"hu\nsh\"}"#, r#"{"T":"{\"password\":\"…\"}"#),
        ] {
            assert_eq!(masked(text), shown);
        }
        for text in [
            "https://h/?page=2&design=4",
            "a token=b",
            "me@host",
            "NextToken=p1:x",
            "http://h:80/@a/b",
            "http://h:80/a/@b/c",
            "http://h:80/a?to=a@b",
            "http://h:80 a@b",
            r#"{"NextToken":"p1"}"#,
        ] {
            assert_eq!(masked(text), text);
        }
        for name in [
            "SecretAccessKey",
            "SessionToken",
            "aws_session_token",
            "ApiKey",
            "api-key",
            "Authorization",
            "X-Amz-Security-Token",
            "AdminToken",
            "Credentials",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["UniqueRequestToken", "NextToken", "PaginationToken", "Keywords"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
