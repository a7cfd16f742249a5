//! When a robot comes, how long it works, and how that ends: by chance, which follows from the seed
//! and from how often the crowd has looked for a HIT.

use crate::rules::robots::random::Random;
use crate::rules::robots::script::{Outcome, Robot, WorkTime};
use crate::time::{Instant, Span};

/// How long work takes, unless a script says something else.
const USUAL: (Span, Span) = (Span::seconds(20), Span::seconds(180));

/// The longest that is drawn: ten years.
const LONGEST_MS: f64 = 315_360_000_000.0;

/// The chance of one look of a crowd, for one purpose.
fn chance(robot: &Robot, look: i64, purpose: &str) -> Random {
    Random::new(robot.seed(), &[purpose, &look.to_string()])
}

/// When the next worker comes after one who came at `now`; none if workers come whenever they have
/// nothing in hand.
pub fn next_arrival(robot: &Robot, look: i64, now: Instant) -> Option<Instant> {
    let arrival = robot.arrival.as_ref()?;
    Some(now + arrival.every().unwrap_or_else(|| gap(robot, chance(robot, look, "arrival"))))
}

/// The time between two workers who come at random.
fn gap(robot: &Robot, mut random: Random) -> Span {
    let rate = robot.arrival.as_ref().and_then(|arrival| arrival.poisson_per_hour);
    whole_ms(-(1.0 - random.share()).ln() * 3_600_000.0 / rate.unwrap_or(1.0))
}

/// When the first worker comes to a market where it is `now`.
pub fn first_arrival(robot: &Robot, now: Instant) -> Instant {
    let is_random = robot.arrival.as_ref().is_some_and(|arrival| arrival.every.is_none());
    next_arrival(robot, -1, now).filter(|_| is_random).unwrap_or(now)
}

/// When the next worker comes who would have come at `would`, if a HIT is there from `now` on.
///
/// Who comes at random comes as long after that as one comes after another.
pub fn arrival_after_wait(robot: &Robot, look: i64, would: Instant, now: Instant) -> Instant {
    if would >= now {
        return would;
    }
    let Some(arrival) = &robot.arrival else { return now };
    match arrival.every() {
        Some(Span(every)) => {
            let missed = (now.0 - would.0 + every - 1) / every;
            Instant(would.0.saturating_add(missed.saturating_mul(every)))
        }
        None => now + gap(robot, chance(robot, look, "wake")),
    }
}

/// How work ends that a worker accepted, and after which time. `allowed` is the HIT's own.
pub fn work(robot: &Robot, look: i64, allowed: Span) -> (Outcome, Span) {
    let mut random = chance(robot, look, "work");
    let drawn = random.share();
    let returned = robot.r#return.unwrap_or(0.0);
    let taken = work_time(robot.work_time.as_ref(), &mut random, allowed);
    if drawn < returned && taken < allowed {
        return (Outcome::Return, taken);
    }
    let is_abandoned = drawn >= returned && drawn < returned + robot.abandon.unwrap_or(0.0);
    if is_abandoned || taken >= allowed {
        return (Outcome::Abandon, allowed);
    }
    (Outcome::Submit, taken)
}

fn work_time(of: Option<&WorkTime>, random: &mut Random, allowed: Span) -> Span {
    let within = |(Span(min), Span(max)): (Span, Span), random: &mut Random| {
        let count = usize::try_from(max - min + 1).unwrap_or(1);
        Span(min + i64::try_from(random.below(count)).unwrap_or(0))
    };
    let Some(of) = of else {
        let longest = Span(allowed.0 - 1000).min(USUAL.1);
        return within((USUAL.0.min(longest), longest), random);
    };
    match (of.median_s, of.range()) {
        (Some(median), _) => {
            let normal = normal(random);
            whole_ms(median * 1000.0 * (of.sigma.unwrap_or(0.5) * normal).exp())
        }
        (None, Some(range)) => within(range, random),
        (None, None) => USUAL.0,
    }
}

/// A number of the standard normal distribution, by Box and Muller.
fn normal(random: &mut Random) -> f64 {
    let (one, other) = (1.0 - random.share(), random.share());
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn whole_ms(ms: f64) -> Span {
    Span(if ms.is_finite() { ms.clamp(0.0, LONGEST_MS).round() as i64 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn robot(text: &str) -> Robot {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn workers_come_in_a_rhythm_or_at_random() {
        let (now, every) = (Instant(1000), robot(r#"{"Arrival":{"Every":"2m"}}"#));
        assert_eq!(first_arrival(&every, now), now);
        assert_eq!(next_arrival(&every, 5, now), Some(Instant(121_000)));
        for (at, comes) in [(500, 1000), (1000, 1000), (1001, 121_000), (121_000, 121_000)] {
            assert_eq!(arrival_after_wait(&every, 5, now, Instant(at)), Instant(comes), "{at}");
        }
        let always = robot("{}");
        assert_eq!(first_arrival(&always, now), now);
        assert_eq!(next_arrival(&always, 5, now), None);
        assert_eq!(arrival_after_wait(&always, 5, now, Instant(9000)), Instant(9000));
        let random = robot(r#"{"Arrival":{"PoissonPerHour":60}}"#);
        let gaps: Vec<i64> =
            (0..2000).map(|look| next_arrival(&random, look, now).unwrap().0 - now.0).collect();
        let mean = gaps.iter().sum::<i64>() / 2000;
        assert!((55_000..65_000).contains(&mean), "{mean}");
        assert!(first_arrival(&random, now) > now);
        let other = Robot { seed: Some(2), ..random.clone() };
        assert_ne!(next_arrival(&other, 0, now), next_arrival(&random, 0, now));
    }

    #[test]
    fn work_takes_the_time_that_a_script_says() {
        let hour = Span::seconds(3600);
        let times = |text: &str, allowed: Span| {
            let robot = robot(text);
            let mut times: Vec<i64> =
                (0..2001).map(|look| work(&robot, look, allowed).1.0).collect();
            times.sort_unstable();
            (times[0], times[1000], times[2000])
        };
        let (min, median, max) = times("{}", hour);
        assert!(min >= 20_000 && max <= 180_000 && (90_000..110_000).contains(&median));
        assert!(times("{}", Span::seconds(30)).2 <= 29_000, "less than the HIT allows");
        assert_eq!(times(r#"{"WorkTime":{"Min":"5s"}}"#, hour), (5000, 5000, 5000));
        let (min, _, max) = times(r#"{"WorkTime":{"Min":"5s","Max":"6s"}}"#, hour);
        assert!(min >= 5000 && max <= 6000 && min < max);
        let (_, median, _) = times(r#"{"WorkTime":{"MedianS":60,"Sigma":0.5}}"#, hour);
        assert!((57_000..63_000).contains(&median), "{median}");
    }

    #[test]
    fn work_ends_as_often_as_a_script_says() {
        let counts = |text: &str, allowed| {
            let robot = robot(text);
            let outcomes = (0..1000).map(|look| work(&robot, look, Span::seconds(allowed)).0);
            let all: Vec<Outcome> = outcomes.collect();
            [Outcome::Submit, Outcome::Return, Outcome::Abandon]
                .map(|of| all.iter().filter(|outcome| **outcome == of).count())
        };
        assert_eq!(counts("{}", 3600), [1000, 0, 0]);
        assert_eq!(counts(r#"{"Return":1}"#, 3600), [0, 1000, 0]);
        assert_eq!(counts(r#"{"Abandon":1}"#, 3600), [0, 0, 1000]);
        assert_eq!(counts(r#"{"WorkTime":{"Min":"60s"}}"#, 60), [0, 0, 1000]);
        assert_eq!(counts(r#"{"WorkTime":{"Min":"59s"}}"#, 60), [1000, 0, 0]);
        let [_, returned, abandoned] = counts(r#"{"Return":0.2,"Abandon":0.1}"#, 3600);
        assert!((160..240).contains(&returned) && (70..130).contains(&abandoned));
    }
}
