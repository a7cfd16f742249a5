//! What a robot answers, at once or once others have said it.

use crate::actions::assignment::open_acceptance;
use crate::actions::robots::waiting::work_subject;
use crate::fault::Fault;
use crate::rules::frame::{FrameParameters, address};
use crate::rules::question::{Question, parse};
use crate::rules::robots::answers::{Asked, asked};
use crate::rules::robots::job::{Job, JobHit, JobWorker};
use crate::rules::robots::script::{Outcome, Robot};
use crate::store::acceptances::Acceptance;
use crate::store::hits::{self, Hit};
use crate::store::robots::{self, Crowd, Work};
use crate::store::timers::{self, Kind};
use crate::time::Span;
use crate::turn::{Ask, Outside, Turn};

/// While the clock runs, work that waits for an answer is looked at again after this long: whoever
/// was to answer may be gone.
const AGAIN: Span = Span::seconds(300);

/// So many timers ahead are looked at for robots that ask too.
const AHEAD: i64 = 32;

/// How a robot's work ends.
#[derive(Debug)]
pub enum Ending {
    /// It is submitted, with this document.
    Submit(String),
    /// It is returned.
    Return,
    /// Others are asked first. The timer for the end of the work is set.
    Asked,
}

/// Why a crowd does nothing: somebody whom it asks may not be asked. None if all may.
pub fn refusal(turn: &Turn, script: &Robot) -> Option<String> {
    let asked = asked(script.answers.as_ref()?);
    if asked.is_empty() {
        return None;
    }
    turn.outside.as_ref()?.refusal(&asked)
}

/// Whether the workers of a crowd would open the HIT's page, and may not.
pub fn is_shut(turn: &Turn, script: &Robot, hit: &Hit) -> bool {
    if !script.opens_pages() {
        return false;
    }
    let Ok(Question::External(page)) = parse(&hit.question) else { return false };
    let parameters = FrameParameters { hit_id: &hit.id, accepted: None };
    let page = Asked::Http(address(&page.url, &parameters));
    turn.outside.as_ref().is_some_and(|outside| outside.refusal(&[page]).is_some())
}

/// How the work ends.
///
/// # Errors
/// The database failed.
pub async fn ending(
    turn: &mut Turn,
    crowd: &Crowd,
    work: &Work,
    taken: &Acceptance,
) -> Result<Ending, Fault> {
    if work.outcome != Outcome::Submit {
        return Ok(Ending::Return);
    }
    let hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
    let job = job(crowd, work, &hit);
    let outside = turn.outside.as_ref();
    let replies = outside.and_then(|outside| outside.take(turn.reset_count, &work.assignment_id));
    let answered = match replies {
        Some(replies) => replies.and_then(|replies| job.answer_with(replies)),
        None => match job.answer() {
            Some(answered) => answered,
            None if turn.outside.is_some() => return ask(turn, crowd.key, work, job).await,
            None => Err("nobody can be asked while a world is loaded".to_owned()),
        },
    };
    Ok(answered.map_or_else(|why| returned(work, &why), Ending::Submit))
}

fn returned(work: &Work, why: &str) -> Ending {
    tracing::warn!(assignment = work.assignment_id, why, "a robot returns its work");
    Ending::Return
}

/// Asks others. The clock is held until they have answered, unless it runs and has nothing to catch
/// up with.
async fn ask(turn: &mut Turn, key: i64, work: &Work, job: Job) -> Result<Ending, Fault> {
    let is_held = !turn.clock.is_running() || turn.clock.held_at().is_some();
    let now = turn.arrived_at;
    // Within one turn there is no waiting: the answer ends the work, or the next settling asks.
    let (holds_clock, due_at) = match turn.asks_until {
        Some(until) => (false, until + Span(1)),
        None if is_held => (true, now),
        None => (false, now + AGAIN),
    };
    let subject = work_subject(key, work.number);
    turn.set_timer(Kind::RobotWork, &subject, due_at).await?;
    let reset_count = turn.reset_count;
    turn.asks.push(Ask { job, reset_count, subject, holds_clock });
    if holds_clock {
        ask_ahead(turn).await?;
    }
    Ok(Ending::Asked)
}

/// Asks for the robots too whose work ends while the clock catches up, so that they need not wait
/// for one another.
async fn ask_ahead(turn: &mut Turn) -> Result<(), Fault> {
    let until = turn.clock.target(turn.real.at);
    for entry in timers::due(&mut turn.tx, until, AHEAD).await? {
        let known = turn.asks.iter().any(|ask| ask.subject == entry.subject);
        if known || entry.kind != Kind::RobotWork.as_str() {
            continue;
        }
        let Some((crowd, work)) = work_of(turn, &entry.subject).await? else { continue };
        let is_asked = |outside: &Outside| outside.knows(turn.reset_count, &work.assignment_id);
        if work.outcome != Outcome::Submit || turn.outside.as_deref().is_some_and(is_asked) {
            continue;
        }
        let Ok(taken) = open_acceptance(turn, &work.assignment_id, None).await else { continue };
        let hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
        let job = job(&crowd, &work, &hit);
        if job.answer().is_none() {
            let (reset_count, subject) = (turn.reset_count, entry.subject);
            turn.asks.push(Ask { job, reset_count, subject, holds_clock: true });
        }
    }
    Ok(())
}

/// The answer to an assignment is there: its robot, if that has it in hand still, ends its work.
///
/// # Errors
/// The database failed.
pub async fn end_now(turn: &mut Turn, subject: &str, assignment_id: &str) -> Result<(), Fault> {
    match work_of(turn, subject).await? {
        Some((_, work)) if work.assignment_id == assignment_id => {
            turn.set_timer(Kind::RobotWork, subject, turn.arrived_at).await
        }
        _ => Ok(()),
    }
}

/// What the robot of a timer has in hand, and its crowd.
///
/// # Errors
/// The database failed.
pub async fn work_of(turn: &mut Turn, subject: &str) -> Result<Option<(Crowd, Work)>, Fault> {
    let (key, number) = subject.split_once('/').unwrap_or_default();
    let (key, number) = (key.parse().unwrap_or_default(), number.parse().unwrap_or_default());
    let Some(work) = robots::work(&mut turn.tx, key, number).await? else { return Ok(None) };
    Ok(robots::find(&mut turn.tx, key).await?.map(|crowd| (crowd, work)))
}

/// What a robot has in hand.
fn job(crowd: &Crowd, work: &Work, hit: &Hit) -> Job {
    let (script, values) = (&crowd.script, &hit.hit_type.values);
    let traits = script.traits.as_ref().map(serde_json::to_value);
    let standing = &hit.standing;
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    Job {
        answers: script.answers.clone().unwrap_or_default(),
        opens_external_url: script.opens_pages(),
        seed: script.seed(),
        draw: work.look,
        hit: JobHit {
            hit_id: hit.id.clone(),
            hit_type_id: hit.hit_type.id.clone(),
            title: values.title.clone(),
            description: values.description.clone(),
            keywords: values.keywords.clone(),
            reward: values.reward.to_string(),
            requester_annotation: hit.requester_annotation.clone(),
            question: hit.question.clone(),
        },
        nth: count(standing.submitted + standing.approved + standing.rejected),
        assignment_id: work.assignment_id.clone(),
        worker: JobWorker {
            worker_id: script.worker_id(work.number),
            traits: traits.and_then(Result::ok).unwrap_or_default(),
        },
        worker_number: count(work.number),
        workers: count(script.worker_count()),
    }
}
