//! The addresses of frames: what the HTML of a HIT is shown for, sealed, so that nobody else can
//! make one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::rules::page::{PageKey, open, seal};
use crate::time::{Instant, Span};

/// How long an address is good, in real time: a page that loads itself again in its frame needs
/// its address for as long as somebody works on it.
pub const GOOD_FOR: Span = Span::seconds(3600);

const PURPOSE: &[u8] = b"frame of a HIT";

/// What a frame shows, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameAddress {
    /// What is shown.
    pub shown: Shown,
    /// The origin of the HTML; none if it has none.
    pub own: Option<OwnOrigin>,
}

/// An origin of HTML that came with a HIT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnOrigin {
    /// It.
    pub origin: String,
    /// That of the page around the frame, which alone may hold it.
    pub around: String,
}

impl OwnOrigin {
    /// Whether a `Host` is that of the origin.
    pub fn is_at(&self, host: &str) -> bool {
        self.origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host))
    }
}

/// What a frame shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// A HIT in a preview, to this worker or to nobody that is known.
    Preview {
        /// The HIT.
        hit_id: String,
        /// The worker.
        worker_id: Option<String>,
    },
    /// A HIT at work, to the worker of the assignment.
    Work {
        /// The assignment.
        assignment_id: String,
    },
    /// A HIT, to its requester.
    Owned {
        /// The HIT.
        hit_id: String,
        /// The requester.
        requester_id: String,
    },
    /// The HIT that a row of an upload would have, to its requester.
    Draft {
        /// The upload.
        draft: String,
        /// The requester.
        requester_id: String,
        /// The row, from 0.
        row: usize,
    },
}

impl FrameAddress {
    /// The address as a part of a path, made at `now`.
    pub fn sealed(&self, key: &PageKey, now: Instant) -> String {
        let end = (now + GOOD_FOR).0.to_be_bytes();
        // Text and numbers are always written.
        let content = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(seal(key, PURPOSE, &[&end[..], &content].concat()))
    }

    /// What an address says at `now`; none if it is forged or too old.
    pub fn open(key: &PageKey, sealed: &str, now: Instant) -> Option<Self> {
        let opened = open(key, PURPOSE, &URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        let (end, content) = opened.split_first_chunk()?;
        let is_good = now <= Instant(i64::from_be_bytes(*end));
        is_good.then(|| serde_json::from_slice(content).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_market_and_its_time() {
        let (key, now) = (PageKey([7; 32]), Instant(1_000_000));
        let shown = Shown::Preview { hit_id: "3HIT".into(), worker_id: Some("A1ANNA".into()) };
        let own = OwnOrigin {
            origin: "http://r-a.localhost:1770".into(),
            around: "http://127.0.0.1:1770".into(),
        };
        let address = FrameAddress { shown, own: Some(own) };
        let sealed = address.sealed(&key, now);
        assert!(sealed.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        let end = now + GOOD_FOR;
        assert_eq!(FrameAddress::open(&key, &sealed, end), Some(address));
        assert_eq!(FrameAddress::open(&key, &sealed, Instant(end.0 + 1)), None);
        assert_eq!(FrameAddress::open(&PageKey([8; 32]), &sealed, now), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(FrameAddress::open(&key, &String::from_utf8(changed).unwrap(), now), None);
        }
        for odd in ["", "A", "%", "3HIT", &"A".repeat(100_000)] {
            assert_eq!(FrameAddress::open(&key, odd, now), None);
        }
    }
}
