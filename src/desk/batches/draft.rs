//! What was uploaded and is not published or applied yet: kept in memory from one page to the next.
//!
//! A preview pages through what was uploaded. Carried in its forms, every click would send up to
//! 16 MiB again, and the browser could send something else than was checked; in the database, what
//! somebody forgot would stay. So it is here, within bounds, and a page says so plainly when it is
//! not here any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::desk::batches::entered::Entered;
use crate::ids;
use crate::rules::batch::CheckedBatch;
use crate::rules::batch::review::Reviewed;
use crate::time::{Instant, Span};

/// All drafts together have so many bytes at most; the oldest makes room.
pub const MAX_BYTES: usize = 192 << 20;
/// One draft has so many.
pub const MAX_DRAFT_BYTES: usize = 96 << 20;
/// A requester has so many drafts; the oldest makes room.
pub const MOST_DRAFTS: usize = 4;
/// A draft is kept for so long, in real time.
const LIFE: Span = Span::seconds(3600);
/// What a draft takes besides its content.
const AROUND: usize = 1024;

/// What is kept.
#[derive(Debug, Clone)]
pub enum Content {
    /// A batch to be made.
    Batch(Arc<BatchDraft>),
    /// Decisions about the work on a batch.
    Review(i64, Arc<Reviewed>),
    /// The batch that was made from the draft, so that a second click leads there.
    Published(i64),
    /// A batch is being made from it, or its decisions are being taken.
    Publishing,
    /// The batch to which its decisions were given.
    Applied(i64),
}

impl Content {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        AROUND
            + match self {
                Self::Batch(draft) => draft.bytes(),
                Self::Review(_, reviewed) => reviewed
                    .entries
                    .iter()
                    .map(|entry| entry.reason.len() + entry.assignment_id.len() + 128)
                    .sum(),
                Self::Published(_) | Self::Publishing | Self::Applied(_) => 0,
            }
    }
}

/// What was entered, and what it says if nothing of it was refused.
#[derive(Debug, Default)]
pub struct BatchDraft {
    /// The form.
    pub entered: Entered,
    /// What can be published.
    pub checked: Option<Arc<CheckedBatch>>,
}

impl BatchDraft {
    fn bytes(&self) -> usize {
        let cell = |cell: &String| cell.len() + size_of::<String>();
        let table = self.checked.as_ref().map_or(0, |checked| {
            let rows = checked.table.rows.iter();
            rows.map(|row| size_of_val(row) + row.cells.iter().map(cell).sum::<usize>()).sum()
        });
        // The template stands in the form and in what can be published.
        table + self.entered.bytes() + self.entered.template.len()
    }
}

/// Something that is kept, and whose.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Names it in addresses; nobody can guess it.
    pub id: String,
    /// What it is.
    pub content: Content,
    /// The id of the requester who sees it.
    owner: String,
    since: Instant,
    bytes: usize,
}

/// All drafts, the oldest first.
#[derive(Debug, Default)]
pub struct Drafts(Mutex<Vec<Draft>>);

impl Drafts {
    /// Keeps something; its name. None if it is too large.
    pub fn add(&self, owner: &str, content: Content, now: Instant) -> Option<String> {
        let id = URL_SAFE_NO_PAD.encode(&ids::random()[..18]);
        let bytes = content.bytes();
        if bytes > MAX_DRAFT_BYTES {
            return None;
        }
        let owner = owner.to_owned();
        self.put(Draft { id: id.clone(), content, owner, since: now, bytes });
        Some(id)
    }

    /// Keeps what was taken, under the name that it had.
    pub fn put(&self, draft: Draft) {
        let mut kept = self.kept();
        let (owner, since) = (draft.owner.clone(), draft.since);
        kept.retain(|other| other.id != draft.id);
        kept.push(draft);
        forget_old(&mut kept, since);
        let of_owner = kept.iter().filter(|draft| draft.owner == owner).count();
        if of_owner > MOST_DRAFTS
            && let Some(oldest) = kept.iter().position(|draft| draft.owner == owner)
        {
            kept.remove(oldest);
        }
        let mut all: usize = kept.iter().map(|draft| draft.bytes).sum();
        while all > MAX_BYTES && kept.len() > 1 {
            all -= kept.remove(0).bytes;
        }
    }

    /// A requester's draft; none if it is another's, too old, or had to make room.
    pub fn find(&self, owner: &str, id: &str, now: Instant) -> Option<Content> {
        let mut kept = self.kept();
        forget_old(&mut kept, now);
        place(&kept, owner, id).map(|place| kept[place].content.clone())
    }

    /// Takes it out, so that nobody else does the same with it: a mark stays in its place until it
    /// is put back. What is a mark itself is not taken out.
    pub fn take(&self, owner: &str, id: &str, now: Instant) -> Option<Draft> {
        let mut kept = self.kept();
        forget_old(&mut kept, now);
        let place = place(&kept, owner, id)?;
        let draft = &mut kept[place];
        let taken = draft.clone();
        if matches!(draft.content, Content::Batch(_) | Content::Review(..)) {
            (draft.content, draft.bytes) = (Content::Publishing, AROUND);
        }
        Some(taken)
    }

    /// Puts in place of a draft what came of it.
    pub fn done(&self, draft: Draft, content: Content) {
        self.put(Draft { content, bytes: AROUND, ..draft });
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Draft>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(kept: &[Draft], owner: &str, id: &str) -> Option<usize> {
    kept.iter().position(|draft| draft.id == id && draft.owner == owner)
}

fn forget_old(kept: &mut Vec<Draft>, now: Instant) {
    kept.retain(|draft| now.0.saturating_sub(draft.since.0) <= LIFE.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::filling::Filling;

    const NOW: Instant = Instant(1_000_000_000_000);

    fn of_size(bytes: usize) -> Content {
        let texts = vec![("template".to_owned(), "x".repeat(bytes / 2))];
        let (entered, _) = Entered::of(Filling { texts, files: Vec::new() }, None);
        Content::Batch(Arc::new(BatchDraft { entered, checked: None }))
    }

    #[test]
    fn a_draft_is_its_requesters_alone_for_an_hour() {
        let drafts = Drafts::default();
        let id = drafts.add("R1", Content::Published(7), NOW).unwrap();
        let is_there = |owner, id: &str, at| drafts.find(owner, id, at).is_some();
        assert!(is_there("R1", &id, NOW) && !is_there("R2", &id, NOW) && !is_there("R1", "", NOW));
        assert!(drafts.take("R2", &id, NOW).is_none());
        assert!(is_there("R1", &id, Instant(NOW.0 + LIFE.0)));
        assert!(!is_there("R1", &id, Instant(NOW.0 + LIFE.0 + 1)));
    }

    #[test]
    fn who_takes_a_draft_is_alone_with_it_until_it_is_put_back() {
        let drafts = Drafts::default();
        let id = drafts.add("R1", of_size(10), NOW).unwrap();
        let taken = drafts.take("R1", &id, NOW).unwrap();
        let second = drafts.take("R1", &id, NOW).unwrap();
        assert!(matches!(second.content, Content::Publishing));
        drafts.done(taken, Content::Published(7));
        assert!(matches!(drafts.find("R1", &id, NOW), Some(Content::Published(7))));
    }

    #[test]
    fn the_oldest_makes_room() {
        let drafts = Drafts::default();
        let add = |owner, bytes| drafts.add(owner, of_size(bytes), NOW);
        let is_there = |owner, id: &Option<String>| {
            id.as_ref().is_some_and(|id| drafts.find(owner, id, NOW).is_some())
        };
        let all: Vec<_> = (0..=MOST_DRAFTS).map(|_| add("R1", 10)).collect();
        let there: Vec<bool> = all.iter().map(|id| is_there("R1", id)).collect();
        assert_eq!(there, [false, true, true, true, true]);
        assert!(add("R2", MAX_DRAFT_BYTES).is_none(), "one that is too large");
        let fits = MAX_DRAFT_BYTES - 2 * AROUND;
        let (second, third) = (add("R2", fits), add("R3", fits));
        assert!(is_there("R2", &second) && is_there("R3", &third));
        let fourth = add("R4", fits);
        let (second, third) = (is_there("R2", &second), is_there("R3", &third));
        assert_eq!((second, third, is_there("R4", &fourth)), (false, true, true));
        assert!(!is_there("R1", &all[4]), "older than those that stay");
    }
}
