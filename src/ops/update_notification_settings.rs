//! UpdateNotificationSettings: of which events of a HIT type somebody is notified, and where.

use serde::Deserialize;

use crate::fault::{Code, Fault};
use crate::ops::create_hit_with_hit_type;
use crate::rules;
use crate::shapes::notification::NotificationSpecification;
use crate::store::notifications::{self, Settings};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
    #[serde(default)]
    pub notification: Option<NotificationSpecification>,
    #[serde(default)]
    pub active: Option<bool>,
}

/// Assumed: a specification without `Active` is followed, unless an earlier one was not.
pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Input { hit_type_id, notification, active } = input;
    if let Some(specification) = &notification {
        rules::notification::check_settings(specification)?;
    }
    create_hit_with_hit_type::hit_type(turn, &hit_type_id).await?;
    match (notification, active) {
        (Some(specification), active) => {
            let before = notifications::find(&mut turn.tx, &hit_type_id).await?;
            let active = active.unwrap_or(before.is_none_or(|before| before.active));
            let settings = Settings { specification, active };
            notifications::put(&mut turn.tx, &hit_type_id, &settings).await?;
        }
        (None, Some(active)) => {
            if !notifications::set_active(&mut turn.tx, &hit_type_id, active).await? {
                return Err(no_specification(&hit_type_id));
            }
        }
        (None, None) => return Err(neither()),
    }
    Ok(())
}

/// Documented. Assumed: the sentence where `Active` stands alone and nothing was specified before.
fn no_specification(hit_type_id: &str) -> Fault {
    Fault::refused(
        Code::UnknownValue,
        format!("The HITType {hit_type_id} has no notification specification to activate."),
    )
}

/// Documented. Assumed: the sentence where neither member is there.
fn neither() -> Fault {
    let message = "Your request must include at least one of Notification and Active.";
    Fault::parameter(message)
}
