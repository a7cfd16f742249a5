//! ListAssignmentsForHIT: the submitted work of one HIT, in the order of submission.
//!
//! Only the owner sees it: for anyone else the HIT does not exist, exactly as if it never had.
//! Every page that has work on it carries a token; the empty one that ends the list carries none.
//! Work that is submitted meanwhile is at the end of the list, so that a reader finds it there.
//!
//! A page of some megabytes is read piece by piece while it is sent, and shows each assignment as
//! it is then; which ones are on it is decided before.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::{Answer, Content};
use crate::rules::page::{Listing, TOKEN_LENGTH};
use crate::shapes::assignment::AssignmentStatus;
use crate::store::assignments::{self, Listed};
use crate::store::hits;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// The HIT.
    #[serde(rename = "HITId")]
    pub hit_id: String,
    /// From the page before.
    pub next_token: Option<String>,
    /// 1 to 100; 10 if absent.
    pub max_results: Option<i64>,
    /// Absent or empty means all.
    pub assignment_statuses: Option<Vec<AssignmentStatus>>,
}

/// The answer: a page as the store rendered it.
#[derive(Debug)]
pub struct Output {
    next_token: Option<String>,
    hit_id: String,
    page: Listed,
}

impl Answer for Output {
    fn body(self, _origin: &str) -> Result<Content, Fault> {
        let head = head(self.next_token.as_deref(), self.page.count());
        Ok(match self.page {
            Listed::Whole(page) => page.within(&head, "]}").into_bytes().into(),
            Listed::Long(places) => {
                let rest = Rest { hit_id: self.hit_id, places };
                Content { rest: Some(rest), ..head.into_bytes().into() }
            }
        })
    }
}

/// The assignments of a long page, and the end of its answer, to be read one by one.
#[derive(Debug)]
pub struct Rest {
    hit_id: String,
    places: Vec<i64>,
}

impl Rest {
    /// How many pieces there are.
    pub fn count(&self) -> usize {
        self.places.len() + 1
    }

    /// A piece of the answer, numbered from 0.
    ///
    /// # Errors
    /// The HIT was deleted meanwhile.
    pub async fn piece(&self, turn: &mut Turn, number: usize) -> Result<String, Fault> {
        let Some(&place) = self.places.get(number) else { return Ok("]}".to_owned()) };
        let owner = &turn.requester.id;
        let document = assignments::at(&mut turn.tx, owner, &self.hit_id, place).await?;
        let mut document = document.ok_or_else(|| Fault::hit_does_not_exist(&self.hit_id))?;
        if number > 0 {
            document.insert(0, ',');
        }
        Ok(document)
    }
}

/// What an answer begins with.
fn head(next_token: Option<&str>, count: i64) -> String {
    let mut head = String::with_capacity(128);
    head.push('{');
    if let Some(token) = next_token {
        // A token is made of base64 and a colon: there is nothing to escape.
        head.extend(["\"NextToken\":\"", token, "\","]);
    }
    head.extend(["\"NumResults\":", &count.to_string(), ",\"Assignments\":["]);
    head
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
    let Turn { tx, requester, page_key, .. } = turn;
    let statuses = chosen(&input.assignment_statuses.unwrap_or_default());
    let filter: String = statuses.iter().map(|status| status.as_str()).collect();
    let list = Listing {
        requester_id: &requester.id,
        operation: "ListAssignmentsForHIT",
        chosen_by: &[&input.hit_id, &filter],
    };
    let page = list.page(page_key, input.next_token.as_deref(), input.max_results);
    let page = match page {
        Ok(page) => {
            // The page is likely to be full, and then its documents lie where they will stay.
            let room = head(Some(&" ".repeat(TOKEN_LENGTH)), page.size).len();
            assignments::page(tx, &requester.id, &input.hit_id, &statuses, page, room).await?
        }
        Err(fault) => return Err(unknown_hit(turn, &input.hit_id).await?.unwrap_or(fault)),
    };
    let next_token = page.last().map(|last| list.seal(page_key, last));
    if next_token.is_none()
        && let Some(fault) = unknown_hit(turn, &input.hit_id).await?
    {
        return Err(fault);
    }
    Ok(Output { next_token, hit_id: input.hit_id, page })
}

/// Each named status once, in the order of the API's enum; none named means all.
fn chosen(named: &[AssignmentStatus]) -> Vec<AssignmentStatus> {
    let is_chosen = |status: &AssignmentStatus| named.is_empty() || named.contains(status);
    AssignmentStatus::ALL.into_iter().filter(is_chosen).collect()
}

/// The fault for a HIT that is not there for this requester.
async fn unknown_hit(turn: &mut Turn, hit_id: &str) -> Result<Option<Fault>, Fault> {
    let there = hits::exists(&mut turn.tx, &turn.requester.id, hit_id).await?;
    Ok((!there).then(|| Fault::hit_does_not_exist(hit_id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::sql::JsonPage;
    use AssignmentStatus::{Approved, Rejected, Submitted};

    #[test]
    fn statuses_are_chosen_once_and_in_order() {
        for (named, expected) in [
            (vec![], vec![Submitted, Approved, Rejected]),
            (vec![Rejected], vec![Rejected]),
            (vec![Rejected, Submitted, Rejected], vec![Submitted, Rejected]),
            (vec![Approved, Rejected, Submitted], vec![Submitted, Approved, Rejected]),
        ] {
            assert_eq!(chosen(&named), expected);
        }
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Listed::Whole(JsonPage::default());
        let body = Output { next_token: None, hit_id: String::new(), page }.body("").unwrap();
        assert_eq!(body.beginning, br#"{"NumResults":0,"Assignments":[]}"#);
    }
}
