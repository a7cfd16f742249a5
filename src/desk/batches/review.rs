//! A reviewed results file: uploaded, shown with all that would be decided, and applied.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use crate::actions::batches;
use crate::desk::batches::create::{after, lost};
use crate::desk::batches::draft::Content;
use crate::desk::batches::key::Key;
use crate::desk::batches::one;
use crate::desk::forms::Refused;
use crate::desk::head::Head;
use crate::desk::page::{Page, status};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::batch;
use crate::rules::batch::review::{Reviewed, read};
use crate::rules::csv::Limits;
use crate::shapes::batch::{Batch, Decision, Mark};
use crate::shapes::table::TableNote;
use crate::time::real_now;
use crate::turn::Turn;
use crate::views::show;
use crate::web::page::{self as pages, go, html};
use crate::web::sent::SentFiles;

/// Of a file one byte more is read than it may have.
const MAX_FILE: usize = Limits::REVIEWED.bytes + 1;

/// So many decisions are listed before they are applied.
const LISTED: usize = 100;

/// The form of the page of a batch.
const FORM: &str = "review";

#[derive(Template)]
#[template(path = "desk_batch_review.html")]
struct ReviewPage<'a> {
    head: Head,
    batch: Batch,
    draft: &'a str,
    reviewed: &'a Reviewed,
    /// How many decisions are not in force yet.
    open: usize,
}

impl ReviewPage<'_> {
    fn count(&self, decision: Decision) -> usize {
        self.reviewed.entries.iter().filter(|entry| entry.decision == decision).count()
    }

    fn listed(&self) -> &[Mark] {
        &self.reviewed.entries[..self.reviewed.entries.len().min(LISTED)]
    }
}

/// `POST /requester/batches/{id}/review`: reads a file and checks all of it. Nothing is decided
/// before somebody has seen what it says.
pub async fn upload(
    desk: Desk,
    session: Session,
    Key(key): Key,
    sent: SentFiles<MAX_FILE>,
) -> Page {
    let filling = match sent.filling().await {
        Ok(filling) => filling,
        Err(why) => return explained(&desk, &session, key, why.into()).await,
    };
    let file = filling.files.into_iter().find(|file| file.field == "file");
    let Some(file) = file else {
        let why = "Choose the results file in which you put your marks.".to_owned();
        return refused(&desk, &session, key, (StatusCode::BAD_REQUEST, why, Vec::new())).await;
    };
    let reviewed = match compute(move || read(&file.content)).await? {
        Ok(reviewed) => Arc::new(reviewed),
        Err(problems) => return bad_table(&desk, &session, key, problems).await,
    };
    match check(&desk, &session, key, &reviewed).await {
        Ok(_) => {}
        Err(why) => return explained(&desk, &session, key, why).await,
    }
    let content = Content::Review(key, reviewed);
    if let Some(id) = desk.drafts.add(&session.requester.id, content, real_now()) {
        return Ok(go(&format!("/requester/batches/{key}/review/{id}")));
    }
    let why = "The file has more decisions than are kept. Upload it in parts.".to_owned();
    refused(&desk, &session, key, (StatusCode::BAD_REQUEST, why, Vec::new())).await
}

/// The batch, and how many decisions are not in force yet.
async fn check(
    desk: &Desk,
    session: &Session,
    key: i64,
    reviewed: &Arc<Reviewed>,
) -> Result<(Batch, usize), batch::Refused> {
    let input = (key, Arc::clone(reviewed));
    desk.engine
        .read(session.requester.clone(), input, |turn, (key, reviewed)| {
            Box::pin(checked(turn, *key, reviewed))
        })
        .await
}

async fn checked(
    turn: &mut Turn,
    key: i64,
    reviewed: &Reviewed,
) -> Result<(Batch, usize), batch::Refused> {
    let owner = turn.requester.id.clone();
    let (batch, open) = batches::check_review(turn, (key, Some(&owner)), reviewed).await?;
    Ok((batch, open.len()))
}

/// `GET /requester/batches/{id}/review/{draft}`: what the file would decide.
pub async fn confirm(
    desk: Desk,
    session: Session,
    Key(key): Key,
    Path((_, id)): Path<(String, String)>,
) -> Page {
    let kept = desk.drafts.find(&session.requester.id, &id, real_now());
    if let Some(to) = kept.as_ref().and_then(after) {
        return Ok(to);
    }
    let Some(Content::Review(of, reviewed)) = kept else { return Ok(lost()) };
    if of != key {
        return Ok(lost());
    }
    let (batch, open) = match check(&desk, &session, key, &reviewed).await {
        Ok(checked) => checked,
        Err(why) => return explained(&desk, &session, key, why).await,
    };
    let head = Head::read(&desk, &session).await?;
    pages::answer(&ReviewPage { head, batch, draft: &id, reviewed: &reviewed, open })
}

/// `POST /requester/batches/{id}/review/{draft}`: begins to apply what the file decides.
pub async fn apply(
    desk: Desk,
    session: Session,
    Key(key): Key,
    Path((_, id)): Path<(String, String)>,
) -> Page {
    let drafts = &desk.drafts;
    let Some(draft) = drafts.take(&session.requester.id, &id, real_now()) else {
        return Ok(lost());
    };
    if let Some(to) = after(&draft.content) {
        return Ok(to);
    }
    let reviewed = match &draft.content {
        Content::Review(of, reviewed) if *of == key => Arc::clone(reviewed),
        _ => {
            drafts.put(draft);
            return Ok(lost());
        }
    };
    let input = (key, session.requester.id.clone(), reviewed);
    let begun = desk.engine.write_long(input, |turn, (key, owner, reviewed)| {
        Box::pin(batches::review(turn, (*key, Some(owner)), reviewed))
    });
    match begun.await {
        Ok(batch) => {
            drafts.done(draft, Content::Applied(key));
            let done = if batch.work.total == 0 { "nothing" } else { "review" };
            Ok(go(&format!("/requester/batches/{key}?done={done}")))
        }
        Err(why) => {
            // The file can be sent again from its page, once what is in its way is over.
            drafts.put(draft);
            explained(&desk, &session, key, why).await
        }
    }
}

/// The page of the batch with why a file was refused.
async fn explained(desk: &Desk, session: &Session, key: i64, why: batch::Refused) -> Page {
    match why {
        batch::Refused::Table(problems) => bad_table(desk, session, key, problems).await,
        batch::Refused::Fault(fault) => {
            let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
            let (status, why) = (status(refusal.code.kind()), refusal.text());
            refused(desk, session, key, (status, why, Vec::new())).await
        }
    }
}

async fn bad_table(desk: &Desk, session: &Session, key: i64, problems: Vec<TableNote>) -> Page {
    let why = "The file has problems, and nothing of it was applied.".to_owned();
    refused(desk, session, key, (StatusCode::BAD_REQUEST, why, problems)).await
}

async fn refused(
    desk: &Desk,
    session: &Session,
    key: i64,
    (status, message, problems): (StatusCode, String, Vec<TableNote>),
) -> Page {
    let refused = Refused::of_file(FORM, &message, problems);
    let page: Result<String, Fault> = one::page(desk, session, key, refused.into()).await;
    Ok((status, html(page?)).into_response())
}
