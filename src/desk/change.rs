//! What the forms of a HIT ask for.

use serde_json::{Value, json};

use crate::desk::fields::{no_whole_number, seconds, whole_number};
use crate::desk::forms;
use crate::fault::{Code, Fault};
use crate::ops::named;
use crate::shapes::words::words;
use crate::store::hits::Hit;
use crate::time::{END_OF_FUTURE, Instant};
use crate::web::form::Form;

/// The end of the sentence that refuses a number.
const OF_HIT: &str = "that a HIT could have";

words! { store
    /// What can be changed in a HIT.
    Change {
        /// It lasts longer.
        Extend = "extend",
        /// It has more places.
        Add = "add",
        /// It ends now.
        Expire = "expire",
        /// It is deleted.
        Delete = "delete",
        /// It takes on another HIT type.
        Type = "type",
    }
}

impl forms::Change for Change {
    fn done(self) -> &'static str {
        match self {
            Self::Extend => "The HIT lasts longer now.",
            Self::Add => "The HIT has more assignments now.",
            Self::Expire => "The HIT has expired. Nobody can accept it any more.",
            Self::Delete => "The HIT was deleted.",
            Self::Type => "The HIT has another HIT type now.",
        }
    }

    fn advice(self, code: Code) -> &'static str {
        match (self, code) {
            (_, Code::InsufficientFunds) => {
                "Your balance does not cover the rewards and fees of the open assignments."
            }
            (Self::Delete, Code::InvalidHitState) => {
                "A HIT can be deleted when nobody can accept it any more, nobody works on it, and \
                 all its work is approved or rejected. Expire it first, and review what arrived."
            }
            (Self::Type, Code::UnknownValue | Code::InvalidParameterValue) => {
                "Give the id of a HIT type of your own."
            }
            (Self::Extend, Code::InvalidParameterValue) => {
                "A HIT can be extended by 60 seconds at least, and by 365 days at most."
            }
            (Self::Extend, Code::DuplicateRequest) => {
                "The HIT was given this end within the last day already. Choose another length."
            }
            (_, Code::InvalidHitState) => "A deleted HIT cannot be changed.",
            _ => "",
        }
    }
}

impl Change {
    /// The operation that does it, and its request.
    ///
    /// # Errors
    /// A field holds no number, or none that could be meant.
    pub fn request(
        self,
        hit: &Hit,
        form: &Form,
        now: Instant,
    ) -> Result<(&'static str, Value), Fault> {
        let id = &hit.id;
        Ok(match self {
            Self::Extend => {
                let length = form.get("length");
                let length_s = seconds(whole_number(length, OF_HIT)?, form.get("unit"));
                let from_s = hit.standing.expire_at.max(now).0.div_euclid(1000);
                let until_s = length_s.filter(|length_s| *length_s > 0);
                let until_s = until_s.and_then(|length_s| length_s.checked_add(from_s));
                let until_s = until_s.filter(|at| *at <= END_OF_FUTURE.0 / 1000);
                let until_s = until_s.ok_or_else(|| no_whole_number(length, OF_HIT))?;
                (named::SET_EXPIRATION, json!({"HITId": id, "ExpireAt": until_s}))
            }
            Self::Add => {
                let count = whole_number(form.get("count"), OF_HIT)?;
                (
                    named::ADD_ASSIGNMENTS,
                    json!({"HITId": id, "NumberOfAdditionalAssignments": count}),
                )
            }
            Self::Expire => {
                let now_s = now.0.div_euclid(1000);
                (named::SET_EXPIRATION, json!({"HITId": id, "ExpireAt": now_s}))
            }
            Self::Delete => (named::DELETE_HIT, json!({"HITId": id})),
            Self::Type => {
                let type_id = form.get("type");
                (named::CHANGE_TYPE, json!({"HITId": id, "HITTypeId": type_id}))
            }
        })
    }
}
