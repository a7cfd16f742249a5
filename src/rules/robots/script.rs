//! The script of a crowd of robots, as the control API and world files spell it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules;
use crate::shapes::answerer::{Answerer, Answers};
use crate::shapes::object::object;
use crate::shapes::qualification::Locale;
use crate::shapes::scalar::{AccessKey, At, Id, WorkerId};
use crate::shapes::words::words;
use crate::shapes::worker::Worker;
use crate::time::{Span, Time};

/// So many scripts are in a market at most.
pub const MOST_SCRIPTS: i64 = 1000;

/// So many robots are in a market at most, those of all scripts together.
pub const MOST_WORKERS: i64 = 100_000;

/// The longest span of a script: a year.
const LONGEST: Span = Span::days(365);

/// The longest name.
const NAME_CHARACTERS: usize = 100;

/// The longest title of a HIT.
const TITLE_CHARACTERS: usize = 128;

/// The digits behind the prefix of a robot's worker id.
pub const DIGITS: usize = 6;

/// The longest prefix of worker ids.
const PREFIX_CHARACTERS: usize = 20;

/// A crowd of robots: workers who accept HITs and submit answers by themselves.
///
/// A robot works on a HIT once, as soon as it may: it obeys qualifications, blocks and the limit of
/// the queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Name": "crowd", "Workers": 10, "Return": 0.05}))]
pub struct Robot {
    /// Its number, in answers. Ignored in a new script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robot: Option<i64>,
    /// What the crowd is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// How many workers; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub workers: Option<i64>,
    /// The HITs to work on; all if absent.
    #[serde(rename = "HITs", deserialize_with = "object")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hits: Option<Wanted>,
    /// When a worker comes and accepts a HIT. If absent, each worker accepts a HIT whenever the
    /// worker has none in hand.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub arrival: Option<Arrival>,
    /// How long the work takes; from 20 s to 3 min if absent, and less than the HIT allows.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub work_time: Option<WorkTime>,
    /// What the workers answer, by field, and by `*` for the other fields; what is plausible for a
    /// field that has no answer here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Answerer>>)]
    pub answers: Option<Answers>,
    /// The share of the accepted assignments that is returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub r#return: Option<f64>,
    /// The share of the accepted assignments that is abandoned: the time for it runs out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub abandon: Option<f64>,
    /// What system qualifications are read from, the same for all workers of the crowd.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub traits: Option<Traits>,
    /// The same seed gives the same history; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// With what the worker ids begin; six digits from `000001` on follow. If absent, it follows
    /// from the seed and the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^A[A-Z0-9]{0,19}$")]
    pub worker_id_prefix: Option<String>,
    /// Why its workers do nothing, in answers: those whom they ask may not be asked. Ignored in a
    /// new script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
    /// Whether the workers open the page of an `ExternalQuestion` and fill in its form, if
    /// `--allow-outbound` names its host.
    #[serde(rename = "OpenExternalURL", skip_serializing_if = "Option::is_none")]
    pub open_external_url: Option<bool>,
    /// How far it has come. A new script begins with nothing.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// Which HITs a crowd works on: those that all members describe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Wanted {
    /// HITs of this type.
    #[serde(rename = "HITTypeId", skip_serializing_if = "Option::is_none")]
    pub hit_type_id: Option<Id>,
    /// HITs of this group.
    #[serde(rename = "HITGroupId", skip_serializing_if = "Option::is_none")]
    pub hit_group_id: Option<Id>,
    /// HITs with exactly this title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 128)]
    pub title: Option<String>,
    /// HITs of the requester with this access key or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<AccessKey>,
}

/// When workers come: exactly one member. Each accepts one HIT, if there is one for the worker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Arrival {
    /// One comes each time this span has passed, the first at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2m")]
    pub every: Option<String>,
    /// They come at random, on average so many in an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0, maximum = 3_600_000)]
    pub poisson_per_hour: Option<f64>,
}

/// How long work takes: `Min` and `Max`, or `MedianS` and `Sigma`. An assignment that takes longer
/// than its HIT allows is abandoned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct WorkTime {
    /// The shortest; nothing (`0s`) is submitted at the instant at which it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "20s")]
    pub min: Option<String>,
    /// The longest; `Min` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3m")]
    pub max: Option<String>,
    /// The median of a log-normal distribution, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0, maximum = 31_536_000)]
    pub median_s: Option<f64>,
    /// The standard deviation of the logarithm; 0.5 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10)]
    pub sigma: Option<f64>,
}

/// What a worker has of system qualifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Traits {
    /// Where the workers live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Assignments approved elsewhere, before this market.
    #[serde(rename = "HITsApproved", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub hits_approved: Option<i64>,
    /// Share of approved work, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub percent_approved: Option<i64>,
    /// They hold the Masters qualification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masters: Option<bool>,
    /// They agreed to see adult content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adult: Option<bool>,
}

/// How far a crowd has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Progress {
    /// How many assignments its workers accepted.
    #[schema(nullable, minimum = 0)]
    pub accepted: i64,
    /// How many they submitted.
    #[schema(nullable, minimum = 0)]
    pub submitted: i64,
    /// How many they returned.
    #[schema(nullable, minimum = 0)]
    pub returned: i64,
    /// How many they abandoned.
    #[schema(nullable, minimum = 0)]
    pub abandoned: i64,
    /// How many have a HIT in hand, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_work: Option<i64>,
    /// When the crowd takes its next step, in answers; absent if it waits for a HIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub next_step: Option<At>,
    /// How many times a worker looked for a HIT. Chance depends on it and the seed alone.
    #[schema(nullable, minimum = 0)]
    pub looks: i64,
    /// The worker whose turn it is, counted from 0.
    #[schema(nullable, minimum = 0)]
    pub next_worker: i64,
    /// How many have found nothing since the last one that did.
    #[schema(nullable, minimum = 0)]
    pub misses: i64,
    /// When the next worker comes, or would come if there were a HIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub next_arrival: Option<At>,
    /// Whether the crowd waits for a HIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<bool>,
    /// What its workers have in hand, in worlds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working: Option<Vec<Working>>,
}

words! {
    api
    /// How work ends.
    #[derive(Default)]
    Outcome {
        /// It is submitted.
        #[default]
        Submit = "Submit",
        /// It is returned.
        Return = "Return",
        /// The time for it runs out.
        Abandon = "Abandon",
    }
}

/// What one robot has in hand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Working {
    /// The worker, counted from 0.
    pub worker: i64,
    /// The assignment.
    pub assignment_id: Id,
    /// Which of the crowd's looks found it.
    pub look: i64,
    /// How it ends.
    pub outcome: Outcome,
    /// When it ends.
    #[schema(value_type = Option<Time>)]
    pub time: Option<At>,
}

/// What is wrong with a script: the path of the member, and why.
pub type Wrong = (String, String);

impl Robot {
    /// How many workers it has.
    pub fn worker_count(&self) -> i64 {
        self.workers.unwrap_or(1)
    }

    /// Its seed.
    pub fn seed(&self) -> i64 {
        self.seed.unwrap_or(1)
    }

    /// The id of a worker, counted from 0; with the prefix that it has by now.
    pub fn worker_id(&self, number: i64) -> String {
        let prefix = self.worker_id_prefix.as_deref().unwrap_or("A");
        format!("{prefix}{:0width$}", number + 1, width = DIGITS)
    }

    /// Whether the worker with this id is of the crowd.
    pub fn has_worker(&self, worker_id: &str) -> bool {
        let prefix = self.worker_id_prefix.as_deref().unwrap_or("A");
        let number = worker_id.strip_prefix(prefix).filter(|digits| digits.len() == DIGITS);
        let number = number.and_then(|digits| digits.parse::<i64>().ok());
        number.is_some_and(|number| (1..=self.worker_count()).contains(&number))
    }

    /// Whether its workers open the pages of `ExternalQuestion`.
    pub fn opens_pages(&self) -> bool {
        self.open_external_url.unwrap_or(false)
    }

    /// A worker, counted from 0, as the market knows it.
    pub fn worker(&self, number: i64) -> Worker {
        let traits = self.traits.clone().unwrap_or_default();
        Worker {
            worker_id: self.worker_id(number),
            name: None,
            locale: traits.locale,
            hits_approved: traits.hits_approved,
            percent_approved: traits.percent_approved,
            masters: traits.masters.unwrap_or(false),
            adult: traits.adult.unwrap_or(false),
            robot: true,
        }
    }

    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut check = |path: &str, holds: bool, why: &str| {
            if !holds {
                wrong.push((path.to_owned(), why.to_owned()));
            }
        };
        let is_name = |name: &String| {
            (1..=NAME_CHARACTERS).contains(&name.chars().count())
                && !name.contains(char::is_control)
        };
        check(
            "Name",
            self.name.as_ref().is_none_or(is_name),
            "must have 1 to 100 characters, and no control characters",
        );
        let workers = self.worker_count();
        check("Workers", (1..=MOST_WORKERS).contains(&workers), "must be between 1 and 100000");
        check(
            "WorkerIdPrefix",
            self.worker_id_prefix.as_deref().is_none_or(is_prefix),
            "must be 'A' followed by at most 19 capital letters and digits",
        );
        for (name, share) in [("Return", self.r#return), ("Abandon", self.abandon)] {
            check(name, share.is_none_or(is_share), "must be between 0 and 1");
        }
        let title = self.hits.as_ref().and_then(|hits| hits.title.as_ref());
        let is_title = |title: &String| title.chars().count() <= TITLE_CHARACTERS;
        check("HITs.Title", title.is_none_or(is_title), "must have at most 128 characters");
        let ends = self.r#return.unwrap_or(0.0) + self.abandon.unwrap_or(0.0);
        let both = self.r#return.is_some_and(is_share) && self.abandon.is_some_and(is_share);
        check("Abandon", !both || ends <= 1.0, "is more than 1 together with Return");
        wrong.extend(self.arrival.iter().flat_map(Arrival::problems));
        wrong.extend(self.work_time.iter().flat_map(WorkTime::problems));
        wrong.extend(self.traits.iter().flat_map(|_| traits_problems(&self.worker(0))));
        let answers = self.answers.iter().flat_map(rules::robots::answers::problems);
        wrong.extend(answers.map(|(path, why)| (format!("Answers.{}", path.join(".")), why)));
        wrong.extend(self.progress.iter().flat_map(|progress| progress.problems(workers)));
        wrong
    }
}

fn is_share(share: f64) -> bool {
    (0.0..=1.0).contains(&share)
}

fn is_prefix(prefix: &str) -> bool {
    let tail = prefix.strip_prefix('A').map(str::as_bytes);
    tail.is_some_and(|tail| {
        tail.len() < PREFIX_CHARACTERS
            && tail.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

fn traits_problems(worker: &Worker) -> Vec<Wrong> {
    let named =
        Worker { worker_id: WorkerId::known("A1".to_owned()).to_string(), ..worker.clone() };
    let wrong = rules::worker::wrong(&named);
    wrong.map(|why| ("Traits".to_owned(), why.to_owned())).collect()
}

/// The span that a text is, from `least` on and at most a year; none for another text.
fn span(text: &str, least: Span) -> Option<Span> {
    Span::parse(text).filter(|span| (least..=LONGEST).contains(span))
}

impl Arrival {
    /// The span between two workers, if it is given and within limits.
    pub fn every(&self) -> Option<Span> {
        span(self.every.as_deref()?, Span(1))
    }

    fn problems(&self) -> Vec<Wrong> {
        let wrong = |path: &str, why: &str| vec![(path.to_owned(), why.to_owned())];
        match (&self.every, self.poisson_per_hour) {
            (Some(_), None) if self.every().is_none() => {
                wrong("Arrival.Every", "must be a span from 1ms to 365d, such as 2m")
            }
            (None, Some(rate)) if !(rate > 0.0 && rate <= 3_600_000.0) => {
                wrong("Arrival.PoissonPerHour", "must be more than 0 and at most 3600000")
            }
            (Some(_), None) | (None, Some(_)) => Vec::new(),
            _ => wrong("Arrival", "must have either Every or PoissonPerHour"),
        }
    }
}

impl WorkTime {
    /// The shortest and the longest time, if they are given and within limits.
    pub fn range(&self) -> Option<(Span, Span)> {
        let min = self.min.as_deref().map_or(Some(Span(0)), |text| span(text, Span(0)))?;
        let max = self.max.as_deref().map_or(Some(min), |text| span(text, Span(0)))?;
        (min <= max).then_some((min, max))
    }

    fn problems(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut check = |path: &str, holds: bool, why: &str| {
            if !holds {
                wrong.push((format!("WorkTime{path}"), why.to_owned()));
            }
        };
        let is_range = self.min.is_some() || self.max.is_some();
        let is_drawn = self.median_s.is_some() || self.sigma.is_some();
        if is_range == is_drawn {
            check("", false, "must have either Min and Max, or MedianS and Sigma");
            return wrong;
        }
        let is_span = |text: &Option<String>| {
            text.as_deref().is_none_or(|text| span(text, Span(0)).is_some())
        };
        check(".Min", is_span(&self.min), "must be a span from 0s to 365d, such as 20s");
        check(".Max", is_span(&self.max), "must be a span from 0s to 365d, such as 3m");
        let are_spans = is_span(&self.min) && is_span(&self.max);
        check(".Max", !are_spans || self.range().is_some(), "must not be less than Min");
        let is_median = |median: f64| median > 0.0 && median <= 31_536_000.0;
        check(
            ".MedianS",
            !is_drawn || self.median_s.is_some_and(is_median),
            "must be more than 0 and at most 31536000",
        );
        let is_sigma = |sigma: f64| (0.0..=10.0).contains(&sigma);
        check(".Sigma", self.sigma.is_none_or(is_sigma), "must be between 0 and 10");
        wrong
    }
}

/// The largest count: calls can count on from there without end.
const MOST_COUNTED: i64 = 1_000_000_000_000_000;

impl Progress {
    fn problems(&self, workers: i64) -> Vec<Wrong> {
        let counts = [
            ("Accepted", self.accepted),
            ("Submitted", self.submitted),
            ("Returned", self.returned),
            ("Abandoned", self.abandoned),
            ("Looks", self.looks),
            ("Misses", self.misses),
        ];
        let is_count = |count: &i64| (0..=MOST_COUNTED).contains(count);
        let bad = counts.iter().filter(|(_, count)| !is_count(count));
        let bad = bad.map(|(name, _)| (*name, format!("must be between 0 and {MOST_COUNTED}")));
        let mut wrong: Vec<Wrong> =
            bad.map(|(name, why)| (format!("Progress.{name}"), why)).collect();
        let is_worker = |number: &i64| (0..workers).contains(number);
        let why = format!("must be less than {workers}, and not negative");
        if !is_worker(&self.next_worker) && self.next_worker != 0 {
            wrong.push(("Progress.NextWorker".to_owned(), why.clone()));
        }
        for (index, working) in self.working.iter().flatten().enumerate() {
            if !is_worker(&working.worker) {
                wrong.push((format!("Progress.Working[{index}].Worker"), why.clone()));
            }
            if !is_count(&working.look) {
                let why = format!("must be between 0 and {MOST_COUNTED}");
                wrong.push((format!("Progress.Working[{index}].Look"), why));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests;
