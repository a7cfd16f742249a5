//! Whose a thing is, whoever asks: for the control API, which shows what the Requester API hides.

use std::collections::{BTreeMap, HashMap};

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};

statements! {
    OF_HIT = "SELECT t.id, r.id, r.access_key FROM hits t \
        JOIN requesters r ON r.id = t.requester_id WHERE t.id IN (SELECT key FROM json_each($1))";
    OF_ASSIGNMENT = "SELECT a.id, r.id, r.access_key FROM assignments a \
        JOIN hits t ON t.key = a.hit_key JOIN requesters r ON r.id = t.requester_id \
        WHERE a.id IN (SELECT key FROM json_each($1))";
    OF_HIT_TYPE = "SELECT t.id, r.id, r.access_key FROM hit_types t \
        JOIN requesters r ON r.id = t.requester_id WHERE t.id IN (SELECT key FROM json_each($1))";
    OF_HIT_LAYOUT = "SELECT t.id, r.id, r.access_key FROM hit_layouts t \
        JOIN requesters r ON r.id = t.requester_id WHERE t.id IN (SELECT key FROM json_each($1))";
    OF_QUALIFICATION_TYPE = "SELECT t.id, r.id, r.access_key FROM qualification_types t \
        JOIN requesters r ON r.id = t.requester_id WHERE t.id IN (SELECT key FROM json_each($1))";
    OF_QUALIFICATION_REQUEST = "SELECT t.id, r.id, r.access_key FROM qualification_requests t \
        JOIN requesters r ON r.id = t.requester_id WHERE t.id IN (SELECT key FROM json_each($1))";
}

/// What has an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the API's nouns")]
pub enum Owned {
    Hit,
    Assignment,
    HitType,
    HitLayout,
    QualificationType,
    QualificationRequest,
}

impl Owned {
    const fn statement(self) -> &'static str {
        match self {
            Self::Hit => OF_HIT,
            Self::Assignment => OF_ASSIGNMENT,
            Self::HitType => OF_HIT_TYPE,
            Self::HitLayout => OF_HIT_LAYOUT,
            Self::QualificationType => OF_QUALIFICATION_TYPE,
            Self::QualificationRequest => OF_QUALIFICATION_REQUEST,
        }
    }
}

/// Who owns things: by kind and id, the id and the access key of a requester. What does not exist
/// is not in it.
pub async fn owners(
    tx: &mut Tx,
    of: &BTreeMap<Owned, Vec<String>>,
) -> Result<HashMap<(Owned, String), (String, String)>, Fault> {
    let mut owners = HashMap::new();
    for (of, ids) in of {
        let found: Vec<(String, String, String)> =
            sql(of.statement()).bind(Arg::Set(&set_of(ids))).all(tx).await?;
        owners.extend(found.into_iter().map(|(id, owner, key)| ((*of, id), (owner, key))));
    }
    Ok(owners)
}
