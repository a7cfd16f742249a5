//! A long world in a spool: what is beside its HITs is read at once, and the HITs in portions, so
//! that no more of it is in memory than is read just now.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::digest::Sha256;
use crate::fault::Fault;
use crate::spool::Spool;
use crate::time::{Instant, Time};
use crate::worlds::outline::{Found, Outline};
use crate::worlds::problem::{Problems, Reading};
use crate::worlds::read_files::{self, Entries, HitWithWork};

/// A shorter world is read as a whole.
const LONG: u64 = 4 << 20;
/// So many bytes are read at a time, and so many of HITs, or of one HIT that is longer.
const PORTION_BYTES: u64 = 1 << 20;
/// So many portions wait to be written.
const AHEAD: usize = 1;

/// HITs that are read in portions.
#[derive(Debug)]
pub struct Portions {
    spool: Spool,
    owner: Option<String>,
    hits: Vec<Place>,
    /// The digest of the world.
    pub digest: [u8; 32],
}

/// Where a HIT stands, and when it was made.
#[derive(Debug, Clone, Copy)]
struct Place {
    begin: u64,
    end: u64,
    creation_time: Option<Time>,
}

/// Some HITs that follow one another.
#[derive(Debug)]
pub struct Portion {
    pub hits: Vec<HitWithWork>,
    /// How many there are in the file.
    pub count: usize,
    pub problems: Problems,
}

impl Portions {
    /// A long world, with what is beside its HITs; or else the spool, if it is short or unusual, or
    /// something is wrong with it.
    pub fn open(spool: Spool, owner: Option<&str>) -> Result<(Self, Entries), Spool> {
        if spool.len() < LONG {
            return Err(spool);
        }
        let Some((places, outline)) = places(&spool) else { return Err(spool) };
        let Some((digest, rest)) = beside(&spool, &outline) else { return Err(spool) };
        let texts = [rest];
        let reading = Reading::new(&texts);
        let read = read_files::read(&reading, owner);
        let Some(entries) = read.filter(|_| reading.into_problems().is_empty()) else {
            return Err(spool);
        };
        let owner = owner.map(str::to_owned).or_else(|| entries.first_requester.clone());
        Ok((Self { spool, owner, hits: places, digest }, entries))
    }

    /// How many HITs there are.
    pub const fn count(&self) -> usize {
        self.hits.len()
    }

    /// The text of the file.
    pub fn text(&self) -> Result<String, Fault> {
        text(&self.spool)
    }

    /// Whether the HITs are in the opposite order of time, as the API lists them.
    pub fn goes_back(&self, at: impl Fn(Option<Time>) -> Instant) -> bool {
        let times = || self.hits.iter().map(|place| at(place.creation_time));
        times().next() > times().next_back() && times().is_sorted_by(|one, other| one >= other)
    }

    /// Reads the HITs on a thread of its own while others are written: from the last one on, if
    /// they go back.
    pub fn read(self: &Arc<Self>, goes_back: bool) -> Receiver<Result<Portion, Fault>> {
        let (send, portions) = sync_channel(AHEAD);
        let world = Arc::clone(self);
        thread::spawn(move || {
            for places in world.ranges(goes_back) {
                if send.send(world.portion(places, goes_back)).is_err() {
                    break;
                }
            }
        });
        portions
    }

    /// The HITs of each portion.
    fn ranges(&self, goes_back: bool) -> Vec<&[Place]> {
        let mut bytes = 0;
        let mut ranges: Vec<&[Place]> = self
            .hits
            .chunk_by(|one, _| {
                bytes += one.end - one.begin;
                let goes_on = bytes < PORTION_BYTES;
                bytes *= u64::from(goes_on);
                goes_on
            })
            .collect();
        if goes_back {
            ranges.reverse();
        }
        ranges
    }

    fn portion(&self, places: &[Place], goes_back: bool) -> Result<Portion, Fault> {
        let (begin, end) =
            places.first().zip(places.last()).map_or((0, 0), |(f, l)| (f.begin, l.end));
        let texts = [format!("{{\"HITs\":[{}]}}", part(&self.spool, begin, end)?)];
        let reading = Reading::new(&texts);
        let entries = read_files::read(&reading, self.owner.as_deref());
        let mut hits = entries.map(|entries| entries.hits).unwrap_or_default();
        if goes_back {
            hits.reverse();
        }
        Ok(Portion { hits, count: places.len(), problems: reading.into_problems() })
    }
}

/// Where the HITs stand; none if the world is unusual, or not UTF-8.
fn places(spool: &Spool) -> Option<(Vec<Place>, Outline)> {
    let (mut outline, mut places) = (Outline::default(), Vec::new());
    let (mut at, mut cut) = (0, Vec::new());
    loop {
        let bytes = spool.read_at(at, usize::try_from(PORTION_BYTES).ok()?).ok()?;
        if bytes.is_empty() {
            return outline.is_whole().then_some((places, outline));
        }
        at += bytes.len() as u64;
        outline.follow(&bytes)?;
        cut.extend(bytes);
        match std::str::from_utf8(&cut) {
            Ok(_) => cut.clear(),
            // A character goes on in the next piece.
            Err(error) if error.error_len().is_none() => drop(cut.drain(..error.valid_up_to())),
            Err(_) => return None,
        }
        for Found { begin, end, creation_time } in outline.hits.drain(..) {
            let time = creation_time.map(|time| serde_json::from_slice(&time)).transpose().ok()?;
            places.push(Place { begin, end, creation_time: time.flatten() });
        }
    }
}

/// The digest of the world, and its text without HITs.
fn beside(spool: &Spool, outline: &Outline) -> Option<([u8; 32], String)> {
    let (list, list_end) = outline.list?;
    // What stands around a world is a part of it, unless that is an array.
    let (begin, end) =
        if outline.is_in_array() { (outline.begin, outline.end) } else { (0, spool.len()) };
    let mut digest = Sha256::new();
    let mut at = begin;
    while at < end {
        let most = usize::try_from((end - at).min(PORTION_BYTES)).ok()?;
        let bytes = spool.read_at(at, most).ok()?;
        digest.update(&bytes);
        at += bytes.len() as u64;
    }
    let before = part(spool, outline.begin, list).ok()?;
    Some((digest.finish(), before + &part(spool, list_end, outline.end).ok()?))
}

/// The text of a spool.
///
/// # Errors
/// It is not UTF-8, or cannot be read.
pub fn text(spool: &Spool) -> Result<String, Fault> {
    part(spool, 0, spool.len())
}

fn part(spool: &Spool, begin: u64, end: u64) -> Result<String, Fault> {
    let unread = |error: std::io::Error| Fault::Service(format!("a world is unreadable: {error}"));
    let mut bytes = Vec::with_capacity(usize::try_from(end - begin).unwrap_or_default());
    while begin + (bytes.len() as u64) < end {
        let at = begin + bytes.len() as u64;
        let most = usize::try_from(end - at).unwrap_or(usize::MAX);
        bytes.extend(spool.read_at(at, most).map_err(unread)?);
    }
    String::from_utf8(bytes).map_err(|_| Fault::unreadable("the body is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn opened(text: &str) -> Option<(Arc<Portions>, Entries)> {
        let mut spool = Spool::default();
        spool.write_all(text.as_bytes()).unwrap();
        let (portions, entries) = Portions::open(spool, None).ok()?;
        Some((Arc::new(portions), entries))
    }

    /// A world of so many HITs of 100 KB, each later than the one before.
    fn world(count: usize, more: &str) -> String {
        let hit = |n| {
            let question = "x".repeat(100_000);
            format!(r#"{{"HITId": "3H{n}", "CreationTime": {n}, "Question": "{question}"}}"#)
        };
        let hits: Vec<String> = (0..count).map(hit).collect();
        format!("{{\"HITs\": [{}]{more}}}", hits.join(", "))
    }

    fn ids(portions: &Arc<Portions>, goes_back: bool) -> Vec<String> {
        let read = portions.read(goes_back).into_iter().map(Result::unwrap);
        let hits = read.flat_map(|portion| {
            assert!(portion.problems.is_empty());
            assert_eq!(portion.hits.len(), portion.count);
            portion.hits
        });
        hits.map(|of| of.hit.hit_id.as_deref().cloned().unwrap()).collect()
    }

    #[test]
    fn hits_come_in_portions_and_in_order() {
        let more = r#", "Requesters": [{"AccessKeyId": "KEY"}], "Workers": [{"WorkerId": "A1"}]"#;
        let (portions, entries) = opened(&world(50, more)).unwrap();
        assert_eq!((portions.count(), portions.ranges(false).len()), (50, 5));
        assert_eq!((entries.requesters.len(), entries.workers.len()), (1, 1));
        assert_eq!(portions.owner.as_deref(), Some("KEY"));
        let mut all: Vec<String> = (0..50).map(|n| format!("3H{n}")).collect();
        assert_eq!(ids(&portions, false), all);
        all.reverse();
        assert_eq!(ids(&portions, true), all);
        let at = |time: Option<Time>| time.unwrap().at(Instant(0));
        assert!(!portions.goes_back(at));
        assert!(portions.goes_back(|time| Instant(-at(time).0)));
    }

    #[test]
    fn what_is_short_or_wrong_is_read_as_a_whole() {
        assert!(opened(&world(10, "")).is_none(), "it is short");
        assert!(opened(&world(50, r#", "Unknown": 1"#)).is_none());
        assert!(opened(&world(50, r#", "Assignments": []"#)).is_none());
        assert!(opened(&world(50, ", 7")).is_none());
    }

    #[test]
    fn what_is_not_utf_8_is_for_those_who_read_the_whole() {
        let text = world(50, "").replacen("xxxx", "\u{1f600}", 5000);
        assert!(opened(&text).is_some());
        let mut spool = Spool::default();
        let at = text.find('\u{1f600}').unwrap() + 2;
        let bytes = [&text.as_bytes()[..at], b"\xff", &text.as_bytes()[at + 1..]].concat();
        spool.write_all(&bytes).unwrap();
        assert!(Portions::open(spool, None).is_err());
    }

    #[test]
    fn the_digest_is_that_of_the_world() {
        let text = world(50, "");
        let digest = crate::digest::sha256([text.as_bytes()]);
        for text in [text.clone(), format!("[{text} ]")] {
            assert_eq!(opened(&text).unwrap().0.digest, digest);
        }
    }
}
