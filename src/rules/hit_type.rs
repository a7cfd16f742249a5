//! HIT types: checks of their values, and the fingerprint that identifies one.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use crate::digest::sha256;
use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::{limits, qualification};
use crate::shapes::hit::HitTypeMembers;
use crate::shapes::qualification::QualificationRequirement;

/// The values of a HIT type, which identify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// Up to 128 characters.
    pub title: String,
    /// Up to 2000 characters.
    pub description: String,
    /// Separated by commas; empty and absent are not the same.
    pub keywords: Option<String>,
    /// For one assignment.
    pub reward: Cents,
    /// From accepting to the deadline.
    pub assignment_duration_s: i64,
    /// From submission to approval by itself.
    pub auto_approval_delay_s: i64,
    /// Completed with both forms of the guard.
    pub requirements: Vec<QualificationRequirement>,
}

impl Values {
    /// Checks what a requester sent.
    pub fn check(sent: HitTypeMembers) -> Result<Self, Fault> {
        let values = Self::of_world(sent).map_err(|mut wrong| wrong.swap_remove(0).1)?;
        qualification::check_places(&values.requirements)?;
        Ok(values)
    }

    /// Checks what a world file says. It may hold places that new requests cannot name.
    ///
    /// # Errors
    /// Each member that has no valid value, by name; at least one.
    pub fn of_world(sent: HitTypeMembers) -> Result<Self, Vec<(&'static str, Fault)>> {
        let mut wrong = Vec::new();
        let mut check = |name, checked: Result<(), Fault>| {
            wrong.extend(checked.err().map(|fault| (name, fault)));
        };
        check("Title", limits::one_to("Title", &sent.title, limits::TITLE));
        let described = limits::one_to("Description", &sent.description, limits::DESCRIPTION);
        check("Description", described);
        let keywords = sent.keywords.as_deref();
        check("Keywords", limits::optional_at_most("Keywords", keywords, limits::KEYWORDS));
        let (name, duration_s) =
            ("AssignmentDurationInSeconds", sent.assignment_duration_in_seconds);
        check(name, limits::ASSIGNMENT_DURATION_S.check(name, duration_s));
        let (name, range) = ("AutoApprovalDelayInSeconds", limits::AUTO_APPROVAL_DELAY_S);
        let delay_s = sent.auto_approval_delay_in_seconds.unwrap_or(range.max);
        check(name, range.check(name, delay_s));
        let reward = Cents::parse(&sent.reward);
        let invalid = || Fault::invalid_parameter("Reward", &sent.reward);
        check("Reward", reward.map(drop).ok_or_else(invalid));
        let requirements =
            qualification::complete(sent.qualification_requirements.unwrap_or_default());
        match (reward, requirements) {
            (Some(reward), Ok(requirements)) if wrong.is_empty() => Ok(Self {
                title: sent.title,
                description: sent.description,
                keywords: sent.keywords,
                reward,
                assignment_duration_s: duration_s,
                auto_approval_delay_s: delay_s,
                requirements,
            }),
            (_, requirements) => {
                let fault = requirements.err().map(|fault| ("QualificationRequirements", fault));
                wrong.extend(fault);
                Err(wrong)
            }
        }
    }

    /// A hash over every value, each with its length before it; `requirements` as JSON.
    pub fn fingerprint(&self, requirements: &str) -> String {
        let numbers = [self.reward.0, self.assignment_duration_s, self.auto_approval_delay_s];
        // No text is a single zero byte: control characters are refused.
        let keywords = self.keywords.as_deref().map_or([0].as_slice(), str::as_bytes);
        let (title, description) = (self.title.as_bytes(), self.description.as_bytes());
        let texts = [title, description, keywords, requirements.as_bytes()];
        let mut bytes = numbers.map(i64::to_be_bytes).concat();
        for text in texts {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text);
        }
        STANDARD_NO_PAD.encode(sha256([&*bytes]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> HitTypeMembers {
        HitTypeMembers {
            title: "a".into(),
            description: "b".into(),
            keywords: None,
            reward: "0.05".into(),
            assignment_duration_in_seconds: 60,
            auto_approval_delay_in_seconds: None,
            qualification_requirements: None,
        }
    }

    #[test]
    fn every_value_makes_another_fingerprint() {
        let one = Values::check(sent()).unwrap();
        let others = [
            Values { title: "ab".into(), description: String::new(), ..one.clone() },
            Values { keywords: Some(String::new()), ..one.clone() },
            Values { reward: Cents(60), assignment_duration_s: 5, ..one.clone() },
            Values { auto_approval_delay_s: 1, ..one.clone() },
        ];
        let print = |values: &Values| values.fingerprint("[]");
        assert_eq!(print(&one), print(&one.clone()));
        assert_ne!(print(&one), one.fingerprint("[{}]"));
        assert!(others.iter().all(|other| print(other) != print(&one)));
    }

    #[test]
    fn values_have_limits_and_a_default() {
        assert_eq!(Values::check(sent()).unwrap().auto_approval_delay_s, 2_592_000);
        for wrong in [
            HitTypeMembers { title: String::new(), ..sent() },
            HitTypeMembers { title: "x".repeat(129), ..sent() },
            HitTypeMembers { description: "x".repeat(2001), ..sent() },
            HitTypeMembers { keywords: Some("x".repeat(1001)), ..sent() },
            HitTypeMembers { reward: "9".repeat(20), ..sent() },
            HitTypeMembers { assignment_duration_in_seconds: 29, ..sent() },
            HitTypeMembers { auto_approval_delay_in_seconds: Some(2_592_001), ..sent() },
        ] {
            assert!(Values::check(wrong.clone()).is_err(), "{wrong:?}");
        }
        for right in [
            HitTypeMembers { title: "x".repeat(128), ..sent() },
            HitTypeMembers { description: "x".repeat(2000), ..sent() },
            HitTypeMembers { keywords: Some("x".repeat(1000)), ..sent() },
            HitTypeMembers { keywords: Some(String::new()), ..sent() },
            HitTypeMembers { assignment_duration_in_seconds: 30, ..sent() },
            HitTypeMembers { auto_approval_delay_in_seconds: Some(0), ..sent() },
        ] {
            assert!(Values::check(right).is_ok());
        }
    }
}
