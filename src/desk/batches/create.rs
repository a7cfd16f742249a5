//! A new batch: the form, the preview of what would be made, and its publishing.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::actions::batches;
use crate::desk::batches::draft::{BatchDraft, Content, MAX_DRAFT_BYTES};
use crate::desk::batches::entered::{Entered, VISIBILITIES, Wrong, errors};
use crate::desk::fields::UNITS;
use crate::desk::head::Head;
use crate::desk::page::{Page, message, status};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::compute;
use crate::fault::Fault;
use crate::money::Funds;
use crate::rules::batch::samples::{SAMPLES, Sample};
use crate::rules::batch::template::Template as Pages;
use crate::rules::batch::{self, CheckedBatch};
use crate::rules::csv::Limits;
use crate::rules::frame_address::{FrameAddress, Shown};
use crate::rules::question::{HtmlQuestion, Question};
use crate::shapes::batch::{Batch, NewBatch};
use crate::shapes::table::TableNote;
use crate::time::real_now;
use crate::turn::Profile;
use crate::views::desk::batches as views;
use crate::views::show;
use crate::web::frames;
use crate::web::origin::Origin;
use crate::web::page::{go, html, render};
use crate::web::question::{Document, Frame, Lines};
use crate::web::sent::SentFiles;
use crate::web::strip;

/// Of a file one byte more is read than it may have.
const MAX_FILE: usize = Limits::DATA.bytes + 1;

/// What stands in the address of the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FormQuery {
    /// What was entered before.
    draft: String,
}

#[derive(Template)]
#[template(path = "desk_batch_new.html")]
struct FormPage<'a> {
    head: Head,
    entered: &'a Entered,
    /// Under which name a file is kept that was uploaded before.
    draft: String,
    wrong: Vec<Wrong>,
    problems: Vec<TableNote>,
    /// The sample that would replace a template of one's own.
    asked: Option<&'static Sample>,
    /// The variables of the template, if there is one.
    variables: Vec<String>,
}

/// What a form says that comes back.
#[derive(Default)]
struct Answer {
    status: StatusCode,
    wrong: Vec<Wrong>,
    problems: Vec<TableNote>,
    asked: Option<&'static Sample>,
}

impl Answer {
    fn bad(wrong: Vec<Wrong>, problems: Vec<TableNote>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, wrong, problems, asked: None }
    }
}

impl FormPage<'_> {
    fn wrong(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| &*wrong.why)
    }

    fn is(&self, field: &str, value: &str) -> bool {
        self.entered.get(field) == value
    }
}

/// `GET /requester/batches/new`.
pub async fn ask(desk: Desk, session: Session, Query(query): Query<FormQuery>) -> Page {
    let kept = find(&desk, &session.requester.id, &query.draft);
    let is_lost = kept.is_none() && !query.draft.is_empty();
    let nothing = Entered::default();
    let entered = kept.as_ref().map_or(&nothing, |draft| &draft.entered);
    let wrong = if is_lost { vec![lost_file()] } else { Vec::new() };
    let draft = if is_lost { String::new() } else { query.draft };
    let page = form(&desk, &session, entered, draft, Answer { wrong, ..Answer::default() }).await?;
    Ok(html(page).into_response())
}

fn lost_file() -> Wrong {
    let why = "What you entered before is not kept any more. Choose the files again.";
    Wrong::new("form", why)
}

async fn form(
    desk: &Desk,
    session: &Session,
    entered: &Entered,
    draft: String,
    answer: Answer,
) -> Result<String, Fault> {
    let Answer { wrong, problems, asked, .. } = answer;
    let head = Head::read(desk, session).await?;
    let template = entered.template.clone();
    let variables = compute(move || variables(&template)).await?;
    render(&FormPage { head, entered, draft, wrong, problems, asked, variables })
}

fn variables(template: &str) -> Vec<String> {
    let template = Pages::new(template, 0);
    template.variables().into_iter().take(100).map(str::to_owned).collect()
}

fn find(desk: &Desk, requester_id: &str, id: &str) -> Option<Arc<BatchDraft>> {
    match desk.drafts.find(requester_id, id, real_now()) {
        Some(Content::Batch(draft)) => Some(draft),
        _ => None,
    }
}

/// `POST /requester/batches/new`: checks what was entered, and leads to its preview. If anything is
/// refused, the form comes back with what was entered, and says all of it.
pub async fn enter(desk: Desk, session: Session, sent: SentFiles<MAX_FILE>) -> Page {
    let filling = sent.filling().await?;
    let text = |name: &str| filling.texts.iter().find(|(known, _)| known == name);
    let text = |name: &str| text(name).map(|(_, text)| text.clone()).unwrap_or_default();
    let (sample, replace, id) = (text("sample"), text("replace"), text("draft"));
    let kept = find(&desk, &session.requester.id, &id);
    let is_lost = kept.is_none() && !id.is_empty();
    let (mut entered, mut wrong) =
        compute(move || Entered::of(filling, kept.as_ref().map(|kept| &kept.entered))).await?;
    if is_lost && entered.file.is_none() {
        wrong.insert(0, lost_file());
    }
    if let Some(sample) = Sample::find(&replace).or_else(|| Sample::find(&sample)) {
        let asked = Some(sample).filter(|_| replace.is_empty() && entered.has_own_template());
        if asked.is_none() {
            entered.take_sample(sample);
        }
        let answer = Answer { wrong, asked, ..Answer::default() };
        return refused(&desk, &session, entered, answer).await;
    }
    let is_real = desk.engine.market().profile == Profile::Production;
    let new = match entered.read(is_real) {
        Ok(new) if wrong.is_empty() => new,
        Ok(_) => return refused(&desk, &session, entered, Answer::bad(wrong, vec![])).await,
        Err(more) => {
            wrong.extend(more);
            return refused(&desk, &session, entered, Answer::bad(wrong, vec![])).await;
        }
    };
    let mut checked = match compute(move || batch::check(new)).await? {
        Ok(checked) => checked,
        Err(why) => {
            let (wrong, mut problems) = errors(why);
            problems.splice(0..0, entered.file.iter().filter_map(|file| file.note.clone()));
            return refused(&desk, &session, entered, Answer::bad(wrong, problems)).await;
        }
    };
    let note = entered.file.as_ref().and_then(|file| file.note.clone());
    checked.table.notes.splice(0..0, note);
    let draft = Arc::new(BatchDraft { entered, checked: Some(Arc::new(checked)) });
    let (owner, content) = (&session.requester.id, Content::Batch(Arc::clone(&draft)));
    if let Some(id) = desk.drafts.add(owner, content, real_now()) {
        return Ok(go(&format!("/requester/batches/drafts/{id}")));
    }
    let wrong = vec![Wrong::new("data", too_large())];
    let mut entered = draft.entered.clone();
    entered.file = None;
    refused(&desk, &session, entered, Answer::bad(wrong, vec![])).await
}

fn too_large() -> String {
    let limit = MAX_DRAFT_BYTES >> 20;
    format!(
        "The table takes more than {limit} MiB of memory, and no more is kept for a preview. Make \
         the batch with “mturk-local batch create”, or in parts."
    )
}

/// The form with what was entered; its file stays here, since a browser gives none back.
async fn refused(desk: &Desk, session: &Session, entered: Entered, mut answer: Answer) -> Page {
    let mut id = String::new();
    let draft = Arc::new(BatchDraft { entered, checked: None });
    if draft.entered.file.is_some() {
        let content = Content::Batch(Arc::clone(&draft));
        match desk.drafts.add(&session.requester.id, content, real_now()) {
            Some(kept) => id = kept,
            None => answer.wrong.push(Wrong::new("data", too_large())),
        }
    }
    let status = answer.status;
    let page = form(desk, session, &draft.entered, id, answer).await?;
    Ok((status, html(page)).into_response())
}

/// Which row of a table is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RowQuery {
    /// From 1.
    row: String,
}

impl RowQuery {
    /// The place of the row in a table that has some; the closest one to what is asked for.
    fn place(&self, checked: &CheckedBatch) -> usize {
        let number = self.row.trim().parse::<usize>().unwrap_or(1);
        number.clamp(1, checked.table.rows.len().max(1)) - 1
    }
}

#[derive(Template)]
#[template(path = "desk_batch_preview.html")]
struct PreviewPage<'a> {
    head: Head,
    draft: &'a str,
    checked: &'a CheckedBatch,
    /// The place of the row that is shown.
    place: usize,
    frame: String,
    balance: Option<Funds>,
    refused: Option<String>,
}

impl PreviewPage<'_> {
    fn new_batch(&self) -> &NewBatch {
        &self.checked.new
    }

    fn count(&self) -> usize {
        self.checked.table.rows.len()
    }

    fn is_short(&self) -> bool {
        self.balance.is_some_and(|balance| balance.0 < self.checked.cost().total.0)
    }

    /// What stands in the columns of the row.
    fn cells(&self) -> impl Iterator<Item = (String, String)> {
        let row = self.checked.table.rows.get(self.place);
        let cells = row.map_or(&[][..], |row| &row.cells);
        let shown = |text: &String, bytes| show::excerpt(text, bytes).text;
        let pairs = self.checked.table.columns.iter().zip(cells);
        pairs.take(100).map(move |(name, cell)| (shown(name, 200), shown(cell, 400)))
    }

    fn line(&self) -> usize {
        self.checked.table.rows.get(self.place).map_or(1, |row| row.line)
    }
}

/// The draft of an address, if it can be published.
fn checked(desk: &Desk, requester_id: &str, id: &str) -> Option<Arc<CheckedBatch>> {
    find(desk, requester_id, id).and_then(|draft| draft.checked.clone())
}

/// The answer where there is no such draft.
pub fn lost() -> Response {
    let why = "There is no such draft of yours. A draft is kept for an hour in memory, until it is \
        published, newer ones need its room, or the server stops. Upload the files again.";
    message(StatusCode::NOT_FOUND, why)
}

/// Where a draft leads of which a batch was made, or is being made, or that was applied to one.
pub fn after(content: &Content) -> Option<Response> {
    match content {
        Content::Published(key) | Content::Applied(key) => {
            Some(go(&format!("/requester/batches/{key}")))
        }
        Content::Publishing => Some(go("/requester/batches")),
        Content::Batch(_) | Content::Review(..) => None,
    }
}

/// `GET /requester/batches/drafts/{draft}`.
pub async fn preview(
    desk: Desk,
    session: Session,
    origin: Origin,
    Path(id): Path<String>,
    Query(query): Query<RowQuery>,
) -> Page {
    let owner = &session.requester.id;
    let kept = desk.drafts.find(owner, &id, real_now());
    if let Some(to) = kept.as_ref().and_then(after) {
        return Ok(to);
    }
    let Some(checked) = checked(&desk, owner, &id) else { return Ok(lost()) };
    let place = query.place(&checked);
    let page = preview_page(&desk, (&session, &origin), (&id, &checked), place, None).await?;
    Ok(html(page).into_response())
}

async fn preview_page(
    desk: &Desk,
    (session, origin): (&Session, &Origin),
    (draft, checked): (&str, &Arc<CheckedBatch>),
    place: usize,
    refused: Option<String>,
) -> Result<String, Fault> {
    let head = Head::read(desk, session).await?;
    let balance = desk
        .engine
        .read(session.requester.clone(), (), |turn, ()| Box::pin(views::balance(turn)))
        .await?;
    let frame_height = u32::try_from(checked.new.frame_height).unwrap_or_default();
    let content = content(checked, place).await?;
    let length = content.len();
    let shown = Question::Html(HtmlQuestion { content, frame_height });
    let requester_id = session.requester.id.clone();
    let of = Shown::Draft { draft: draft.to_owned(), requester_id, row: place };
    let frame = desk.frame(origin, &shown, &session.requester.id, of).await?;
    let has_origin = frame.as_ref().is_some_and(|frame| frame.has_origin);
    let frame = frame.map_or_else(|| Ok(String::new()), Frame::html)?;
    let frame = frame + &strip::folded(shown, length, has_origin).await?;
    render(&PreviewPage { head, draft, checked, place, frame, balance, refused })
}

/// `GET /mturk/frame/draft/{address}`: the page that the HIT of a row would have.
pub async fn page(desk: Desk, origin: Origin, Path(address): Path<String>) -> Page {
    let key = desk.engine.page_key().await?;
    let found = frames::read(&key, &desk.access.frames, &address, origin.host())?;
    let FrameAddress { shown: Shown::Draft { draft, requester_id, row }, own } = found else {
        return Ok(lost());
    };
    let Some(checked) = checked(&desk, &requester_id, &draft) else { return Ok(lost()) };
    let submit_to = own.as_ref().map_or(origin.as_str(), |own| &own.origin);
    let html = &content(&checked, row).await?;
    // The wrapper's lines and those of cells stand among those of the template.
    let reports = Some(Lines::Unknown);
    Ok(Document { html, submit_to, own: own.as_ref(), reports }.answer()?)
}

/// The HTML that the HIT of a row would have.
async fn content(checked: &Arc<CheckedBatch>, row: usize) -> Result<String, Fault> {
    let checked = Arc::clone(checked);
    let content = compute(move || {
        let cells = checked.table.rows.get(row).map_or(&[][..], |row| &row.cells);
        Pages::new(&checked.new.template, 0).page(&checked.table.columns, cells)
    });
    content.await
}

/// `POST /requester/batches/drafts/{draft}`: makes the batch. Who takes the draft is alone with it,
/// so two clicks make one batch.
pub async fn publish(desk: Desk, session: Session, origin: Origin, Path(id): Path<String>) -> Page {
    let (owner, drafts) = (&session.requester.id, &desk.drafts);
    let Some(draft) = drafts.take(owner, &id, real_now()) else { return Ok(lost()) };
    if let Some(to) = after(&draft.content) {
        return Ok(to);
    }
    let checked = if let Content::Batch(of) = &draft.content { of.checked.clone() } else { None };
    let Some(checked) = checked else {
        drafts.put(draft);
        return Ok(lost());
    };
    let input = (Arc::clone(&checked), session.requester.access_key.clone());
    let made: Result<Batch, Fault> = desk
        .engine
        .write_long(input, |turn, (checked, of)| Box::pin(batches::create(turn, checked, of)))
        .await;
    let fault = match made {
        Ok(batch) => {
            drafts.done(draft, Content::Published(batch.batch_id));
            return Ok(go(&format!("/requester/batches/{}?done=create", batch.batch_id)));
        }
        Err(fault) => fault,
    };
    drafts.put(draft);
    let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
    let why = Some(refusal.text());
    let page = preview_page(&desk, (&session, &origin), (&id, &checked), 0, why).await?;
    Ok((status(refusal.code.kind()), html(page)).into_response())
}
