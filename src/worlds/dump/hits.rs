//! HITs, each with the work on it and what review policies found.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel};
use crate::shapes::scalar::{AccessKey, Id};
use crate::store::hits::{self, Hit, Whole};
use crate::store::review_reports;
use crate::time::Time;
use crate::turn::Turn;
use crate::worlds::dump::work::Works;
use crate::worlds::dump::writer::Writer;
use crate::worlds::entries::hits::HitEntry;
use crate::worlds::entries::reviews::{ActionEntry, ReportEntry};
use crate::worlds::read_entry::canonical_members;

/// Writes every HIT, in the order in which they were made.
pub async fn write(turn: &mut Turn, out: &mut Writer<'_>) -> Result<(), Fault> {
    out.begin_list("HITs")?;
    let mut after = 0;
    loop {
        let page = hits::batch(&mut turn.tx, after).await?;
        let Some((last, ..)) = page.last() else { return out.end_list() };
        let mut works = Works::of(turn, after, last.key).await?;
        after = last.key;
        for whole in page {
            let key = whole.0.key;
            out.begin_object()?;
            for (name, value) in canonical_members(&entry(turn, whole).await?) {
                if name == "Assignments" {
                    out.begin_list(&name)?;
                    works.write(turn, out, key).await?;
                    out.end_list()?;
                } else {
                    out.member(&name, &value)?;
                }
            }
            out.end_object()?;
        }
    }
}

/// A HIT without the work on it.
async fn entry(turn: &mut Turn, (hit, policies, disposal): Whole) -> Result<HitEntry, Fault> {
    Ok(HitEntry {
        assignment_review_report: report(turn, &hit, ReviewPolicyLevel::Assignment).await?,
        hit_review_report: report(turn, &hit, ReviewPolicyLevel::Hit).await?,
        assignments: Some(Vec::new()),
        requester: Some(AccessKey::known(hit.requester_id)),
        hit_id: Some(Id::known(hit.id)),
        hit_type_id: Some(Id::known(hit.hit_type.id)),
        hit_layout_id: hit.layout_id.map(Id::known),
        creation_time: Some(Time::At(hit.created_at)),
        expiration: Some(Time::At(hit.standing.expire_at)),
        hit_status: Some(hit.status),
        max_assignments: Some(hit.standing.max),
        requester_annotation: hit.requester_annotation,
        assignment_review_policy: policies.assignment,
        hit_review_policy: policies.hit,
        disposal_time: disposal.map(Time::At),
        question: Some(hit.question),
        ..HitEntry::default()
    })
}

/// What the policy of a level found and did; nothing where it has not run.
async fn report(
    turn: &mut Turn,
    hit: &Hit,
    level: ReviewPolicyLevel,
) -> Result<Option<ReportEntry>, Fault> {
    if !hit.has_policies {
        return Ok(None);
    }
    let parts: Vec<_> =
        review_reports::Part::ALL.into_iter().filter(|part| part.level == level).collect();
    let everything = Page { after: None, size: i64::MAX };
    let (mut results, mut actions) = (Vec::new(), Vec::new());
    for reported in review_reports::page(&mut turn.tx, hit.key, &parts, everything).await? {
        match reported.entry {
            review_reports::Entry::Result(result) => results.push(result),
            review_reports::Entry::Action(action) => actions.push(action.into()),
        }
    }
    let is_empty = results.is_empty() && actions.is_empty();
    let report = ReportEntry { review_results: Some(results), review_actions: Some(actions) };
    Ok((!is_empty).then_some(report))
}

impl From<ReviewActionDetail> for ActionEntry {
    fn from(action: ReviewActionDetail) -> Self {
        Self {
            action_id: Some(Id::known(action.action_id)),
            action_name: action.action_name,
            target_id: Some(Id::known(action.target_id)),
            target_type: Some(action.target_type),
            status: Some(action.status),
            complete_time: Some(Time::At(action.complete_time)),
            result: Some(action.result),
            error_code: action.error_code,
        }
    }
}
