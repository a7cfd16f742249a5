//! Faults on demand: which rules are valid, which calls a rule applies to, and what those calls are
//! answered.

use crate::digest::sha256;
use crate::fault::{Code, Fault, Kind, Refusal};
use crate::rules::fees::insufficient_funds;
use crate::rules::unique_request_token::Scope;
use crate::shapes::fault_rule::{FaultRule, Preset};
use crate::shapes::operation::Operation;

/// The largest number of rules in a market.
pub const MOST_RULES: i64 = 10_000;

/// The largest `Drawn` that a rule may begin with: calls can count on from there without end.
const MOST_DRAWN: i64 = 1_000_000_000_000_000;

/// How long `sandbox-lag` lasts by default, in seconds. New HITs were seen in lists after 15.
pub const LAG_S: i64 = 15;

/// The answer to a call that a rule makes fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Too many calls. With the message of the rule, if it has one.
    Throttled(Option<String>),
    /// The service failed.
    ServiceFault,
    /// The market refuses.
    Refused(Box<Refusal>),
    /// Nothing: the connection is closed.
    Nothing,
}

/// Everything that is wrong with a rule: the member, and why.
pub fn problems(rule: &FaultRule) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    for (name, value, most) in [
        ("Times", rule.times, 1_000_000_000),
        ("LatencyMs", rule.latency_ms, 55_000),
        ("PerSecond", rule.per_second, 1_000_000),
        ("Seconds", rule.seconds, 86_400),
    ] {
        if value.is_some_and(|value| !(1..=most).contains(&value)) {
            problems.push((name, format!("must be between 1 and {most}")));
        }
    }
    if rule.probability.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
        problems.push(("Probability", "must be more than 0 and at most 1".to_owned()));
    }
    if rule.drawn.is_some_and(|drawn| !(0..=MOST_DRAWN).contains(&drawn)) {
        problems.push(("Drawn", format!("must be between 0 and {MOST_DRAWN}")));
    }
    if rule.message.as_ref().is_some_and(|message| message.chars().count() > 1024) {
        problems.push(("Message", "must be at most 1024 characters long".to_owned()));
    }
    if let Some(error) = rule.error.as_deref().filter(|error| !is_error(error)) {
        let why =
            format!("must be ThrottlingException, ServiceFault or a TurkErrorCode, not {error:?}");
        problems.push(("Error", why));
    }
    problems.extend(superfluous(rule));
    problems.extend(missing(rule));
    problems
}

/// The members that cannot be combined with the others.
fn superfluous(rule: &FaultRule) -> Vec<(&'static str, String)> {
    use Preset::{Duplicates, LostAnswer, SandboxLag, Throttle};
    let (preset, no_error) = (rule.preset, rule.error.is_none());
    let is_drawn = matches!(preset, None | Some(LostAnswer | Duplicates));
    let members = [
        ("Operation", rule.operation.is_some(), !matches!(preset, Some(SandboxLag | Duplicates))),
        ("Error", !no_error, preset.is_none() && rule.drop_connection != Some(true)),
        ("Message", rule.message.is_some(), !no_error && rule.error.as_deref() != Some(SERVICE)),
        ("Times", rule.times.is_some(), is_drawn),
        ("Probability", rule.probability.is_some(), is_drawn),
        ("Seed", rule.seed.is_some(), rule.probability.is_some()),
        ("Drawn", rule.drawn.is_some(), rule.probability.is_some()),
        ("LatencyMs", rule.latency_ms.is_some(), matches!(preset, None | Some(LostAnswer))),
        ("DropConnection", rule.drop_connection.is_some(), preset.is_none()),
        ("AfterCommit", rule.after_commit.is_some(), preset.is_none()),
        ("PerSecond", rule.per_second.is_some(), preset == Some(Throttle)),
        ("Seconds", rule.seconds.is_some(), preset == Some(SandboxLag)),
    ];
    let wrong = members.into_iter().filter(|(_, is_there, may)| *is_there && !*may);
    wrong
        .map(|(name, ..)| (name, "cannot be combined with the rule's other members".to_owned()))
        .collect()
}

fn missing(rule: &FaultRule) -> Option<(&'static str, String)> {
    match rule.preset {
        Some(Preset::Throttle) if rule.per_second.is_none() => {
            Some(("PerSecond", "missing".to_owned()))
        }
        None if rule.error.is_none() && rule.latency_ms.is_none() && !loses(rule) => Some((
            "Error",
            "missing: a rule needs Error, LatencyMs, DropConnection, AfterCommit or Preset"
                .to_owned(),
        )),
        _ => None,
    }
}

const THROTTLING: &str = "ThrottlingException";
const SERVICE: &str = "ServiceFault";

fn is_error(name: &str) -> bool {
    [THROTTLING, SERVICE].contains(&name) || code(name).is_some()
}

/// The code of the Requester API that has this name.
fn code(name: &str) -> Option<Code> {
    let name = name.strip_prefix("AWS.MechanicalTurk.").unwrap_or(name);
    Code::parse(name)
        .filter(|code| matches!(code.kind(), Kind::Missing | Kind::State | Kind::Value))
}

/// Whether the connection is closed without an answer.
fn loses(rule: &FaultRule) -> bool {
    let is_lost = rule.preset == Some(Preset::LostAnswer) || rule.drop_connection == Some(true);
    is_lost || rule.error.is_none() && rule.after_commit == Some(true)
}

/// Whether the call is done before the rule makes it fail.
pub fn is_after_commit(rule: &FaultRule) -> bool {
    rule.preset == Some(Preset::LostAnswer) || rule.after_commit == Some(true)
}

/// Whether the rule applies to the next call that it matches. Counts the draw, and the call if the
/// rule applies: `Times` is how often it may still apply.
pub fn applies(rule: &mut FaultRule) -> bool {
    if let Some(share) = rule.probability {
        let drawn = rule.drawn.get_or_insert(0);
        let share_drawn = draw(rule.seed.unwrap_or(1), *drawn);
        *drawn = drawn.saturating_add(1);
        if share_drawn >= share {
            return false;
        }
    }
    if let Some(left) = &mut rule.times {
        *left -= 1;
    }
    true
}

/// A number from 0 to 1, which depends only on the seed and on how many were drawn before.
fn draw(seed: i64, drawn: i64) -> f64 {
    let digest = sha256([&seed.to_be_bytes()[..], &drawn.to_be_bytes()]);
    let first = digest.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    f64::from(first) / (f64::from(u32::MAX) + 1.0)
}

/// The answer to a call that the rule applies to; `None` if the rule only delays the call. `member`
/// reads a member of the request.
pub fn answer(rule: &FaultRule, member: impl Fn(&str) -> String) -> Option<Answer> {
    if rule.preset == Some(Preset::Throttle) {
        return Some(Answer::Throttled(None));
    }
    if loses(rule) {
        return Some(Answer::Nothing);
    }
    let message = rule.message.clone();
    match rule.error.as_deref()? {
        THROTTLING => Some(Answer::Throttled(message)),
        SERVICE => Some(Answer::ServiceFault),
        name => {
            let refused = refused(code(name)?, member);
            let message = message.unwrap_or(refused.message);
            Some(Answer::Refused(Box::new(Refusal { message, ..refused })))
        }
    }
}

/// The refusal with the message that an operation gives. A message that is assumed there is assumed
/// here too.
fn refused(code: Code, member: impl Fn(&str) -> String) -> Refusal {
    let fault = match code {
        Code::AssignmentDoesNotExist => Fault::assignment_does_not_exist(&member("AssignmentId")),
        Code::HitDoesNotExist => Fault::hit_does_not_exist(&member("HITId")),
        Code::QualificationTypeDoesNotExist => {
            Fault::qualification_type_does_not_exist(&member("QualificationTypeId"))
        }
        Code::InvalidAssignmentState => Fault::invalid_assignment_state("null"),
        Code::InvalidHitState => Fault::invalid_hit_state("Assignable", "Reviewing, Reviewable"),
        Code::InvalidQualificationTypeState => Fault::invalid_qualification_type_state("Active"),
        Code::InsufficientFunds => insufficient_funds(),
        Code::DuplicateRequest => Scope::Bonus.repeated(&member("UniqueRequestToken"), ""),
        Code::HitAlreadyExists => Scope::Hit.repeated("", &member("HITId")),
        code => Fault::refused(code, sentence(code, member)),
    };
    fault.refusal().cloned().unwrap_or_else(|| Refusal::new(code, ""))
}

/// The messages of refusals that only one operation makes.
fn sentence(code: Code, member: impl Fn(&str) -> String) -> String {
    let of_state =
        |needed: &str| format!("This operation can be called with a status of: {needed}");
    match code {
        Code::HitLayoutDoesNotExist => {
            format!("HITLayout {} does not exist.", member("HITLayoutId"))
        }
        Code::QualificationDoesNotExist => {
            "You requested a Qualification that does not exist.".to_owned()
        }
        Code::QualificationRequestDoesNotExist => {
            format!("QualificationRequest {} does not exist.", member("QualificationRequestId"))
        }
        Code::QualificationTypeAlreadyExists => QUALIFICATION_TYPE_EXISTS.to_owned(),
        Code::InvalidQualificationRequestState => of_state("Submitted"),
        Code::InvalidQualificationState => of_state("Granted"),
        // Assumed.
        _ => "The service refused the request.".to_owned(),
    }
}

/// The service's message, as its clients recorded it.
pub const QUALIFICATION_TYPE_EXISTS: &str = "You have already created a QualificationType with \
    this name. A QualificationType's name must be unique among all of the QualificationTypes \
    created by the same user.";

/// Whether the rule matches calls of the operation.
pub fn matches(rule: &FaultRule, operation: Operation) -> bool {
    let of = rule.operation.unwrap_or(Operation::Any);
    of == Operation::Any || of == operation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FaultRule {
        serde_json::from_str(text).unwrap()
    }

    fn wrong(text: &str) -> Vec<&'static str> {
        problems(&read(text)).into_iter().map(|(member, _)| member).collect()
    }

    #[test]
    fn every_problem_of_a_rule_is_found() {
        for (text, members) in [
            (r#"{"Error":"ThrottlingException","Times":2,"Operation":"CreateHIT"}"#, &[][..]),
            (r#"{"Error":"AWS.MechanicalTurk.HITDoesNotExist","Message":"gone"}"#, &[]),
            (r#"{"LatencyMs":10,"Probability":0.5,"Seed":3}"#, &[]),
            (r#"{"AfterCommit":true}"#, &[]),
            (r#"{"Preset":"throttle","PerSecond":3,"Operation":"*"}"#, &[]),
            (r#"{"Preset":"lost-answer","Times":1}"#, &[]),
            (r#"{"Preset":"sandbox-lag","Seconds":10,"Requester":"K"}"#, &[]),
            (r#"{"Preset":"duplicates"}"#, &[]),
            (r#"{"LatencyMs":1,"Probability":0.5,"Drawn":1000000000000000}"#, &[]),
            (r#"{"LatencyMs":1,"Probability":0.5,"Drawn":1000000000000001}"#, &["Drawn"]),
            (r#"{"LatencyMs":1,"Probability":0.5,"Drawn":-1}"#, &["Drawn"]),
            ("{}", &["Error"]),
            (r#"{"Operation":"CreateHIT","Times":1}"#, &["Error"]),
            (r#"{"Error":"Odd","Times":0,"LatencyMs":-1}"#, &["Times", "LatencyMs", "Error"]),
            (r#"{"Error":"NotFound"}"#, &["Error"]),
            (r#"{"Error":"ServiceFault","Message":"m","Seed":1}"#, &["Message", "Seed"]),
            (r#"{"Error":"ServiceFault","DropConnection":true}"#, &["Error"]),
            (r#"{"LatencyMs":5,"Probability":1.5,"Seconds":1}"#, &["Probability", "Seconds"]),
            (r#"{"Preset":"throttle","Times":5}"#, &["Times", "PerSecond"]),
            (r#"{"Preset":"duplicates","Operation":"*"}"#, &["Operation"]),
        ] {
            assert_eq!(wrong(text), members, "{text}");
        }
    }

    #[test]
    fn a_rule_applies_as_often_as_it_says() {
        let mut rule = read(r#"{"Error":"ServiceFault","Times":2}"#);
        assert!(applies(&mut rule) && applies(&mut rule));
        assert_eq!(rule.times, Some(0));
        let hits = |seed: i64, share: f64| {
            let mut rule =
                FaultRule { seed: Some(seed), probability: Some(share), ..FaultRule::default() };
            let hits: Vec<bool> = (0..1000).map(|_| applies(&mut rule)).collect();
            assert_eq!(rule.drawn, Some(1000));
            hits
        };
        assert_eq!(hits(1, 0.3), hits(1, 0.3), "a seed draws the same again");
        assert_ne!(hits(1, 0.3), hits(2, 0.3));
        let count = hits(1, 0.3).into_iter().filter(|hit| *hit).count();
        assert!((250..350).contains(&count), "{count}");
        assert!(hits(1, 1.0).into_iter().all(|hit| hit));
        let mut last = read(r#"{"LatencyMs":1,"Probability":1.0,"Drawn":9223372036854775807}"#);
        assert!(applies(&mut last), "also one that was saved with the largest number");
    }

    #[test]
    fn an_answer_has_the_service_s_words() {
        let answer = |text: &str| answer(&read(text), |name| format!("<{name}>"));
        assert_eq!(answer(r#"{"LatencyMs":1}"#), None);
        assert_eq!(answer(r#"{"Preset":"lost-answer"}"#), Some(Answer::Nothing));
        assert_eq!(answer(r#"{"AfterCommit":true}"#), Some(Answer::Nothing));
        assert_eq!(answer(r#"{"Error":"ServiceFault"}"#), Some(Answer::ServiceFault));
        let throttled = Some(Answer::Throttled(None));
        assert_eq!(answer(r#"{"Error":"ThrottlingException","AfterCommit":true}"#), throttled);
        let message = |text: &str| match answer(text) {
            Some(Answer::Refused(refusal)) => format!("{}: {}", refusal.code, refusal.message),
            other => panic!("{other:?}"),
        };
        let hit = r#"{"Error":"AWS.MechanicalTurk.HITDoesNotExist"}"#;
        assert_eq!(message(hit), "HITDoesNotExist: Hit <HITId> does not exist.");
        let named = r#"{"Error":"InsufficientFunds","Message":"broke"}"#;
        assert_eq!(message(named), "InsufficientFunds: broke");
        let existing = message(r#"{"Error":"QualificationTypeAlreadyExists"}"#);
        assert!(existing.contains("You have already created a QualificationType with this name."));
    }
}
