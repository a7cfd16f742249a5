//! What is wrong with answerers.

use std::collections::BTreeMap;

use crate::rules::outbound::is_readable_on_the_way;
use crate::rules::question::web_host;
use crate::shapes::answerer::{Accuracy, AnswerRule, Answerer, Answers, OpenAi, Single};

/// The most fields that a script answers.
pub const MOST_FIELDS: usize = 1000;
/// The most elements of a list, and of weights.
pub const MOST_VALUES: usize = 10_000;
/// The most bytes of a value.
pub const MOST_BYTES: usize = 65_535;

/// Where something is wrong, from the answers on, and why.
type Problem = (Vec<String>, String);

/// Everything that is wrong with answerers: the members that lead there from `Answers` on, and why.
pub fn problems(answers: &Answers) -> Vec<Problem> {
    let mut problems = Vec::new();
    if answers.len() > MOST_FIELDS {
        problems.push((Vec::new(), format!("more than {MOST_FIELDS} fields")));
    }
    for (name, answerer) in answers {
        let path = [name.as_str()];
        if name.is_empty() || name.len() > MOST_BYTES {
            let why = format!("the name of a field has 1 to {MOST_BYTES} bytes");
            problems.push((path.map(str::to_owned).to_vec(), why));
        }
        let mut found = Found { path: &path, problems: &mut problems };
        match answerer {
            Answerer::Value(Single(text)) => found.text(&[], text),
            Answerer::List(list) => {
                found.count(&[], list.len());
                let texts = list.iter().flat_map(|drawn| &drawn.0);
                texts.for_each(|text| found.text(&[], text));
            }
            Answerer::Rule(rule) => found.rule(rule),
        }
    }
    problems
}

struct Found<'a> {
    path: &'a [&'a str],
    problems: &'a mut Vec<Problem>,
}

impl Found<'_> {
    fn add(&mut self, within: &[&str], why: impl Into<String>) {
        let path = self.path.iter().chain(within).map(|name| (*name).to_owned());
        self.problems.push((path.collect(), why.into()));
    }

    fn text(&mut self, within: &[&str], text: &str) {
        if text.len() > MOST_BYTES {
            self.add(within, format!("must have at most {MOST_BYTES} bytes"));
        }
    }

    fn count(&mut self, within: &[&str], count: usize) {
        if !(1..=MOST_VALUES).contains(&count) {
            self.add(within, format!("must have 1 to {MOST_VALUES} values"));
        }
    }

    fn share(&mut self, within: &str, share: f64) {
        if !(0.0..=1.0).contains(&share) {
            self.add(&[within], "must be between 0 and 1");
        }
    }

    fn rule(&mut self, rule: &AnswerRule) {
        self.combination(rule);
        if let Some(weights) = &rule.weights {
            self.weights(&["Weights"], weights);
        }
        if let Some(gold) = &rule.gold {
            self.text(&["Gold"], gold);
        }
        match rule.accuracy {
            Some(Accuracy::All(share)) => self.share("Accuracy", share),
            Some(Accuracy::Between(shares)) => {
                for share in shares {
                    self.share("Accuracy", share);
                }
            }
            None => {}
        }
        if let Some(rows) = &rule.confusion {
            self.count(&["Confusion"], rows.len());
            for (right, row) in rows {
                self.weights(&["Confusion", right], row);
            }
        }
        if let Some(share) = rule.spammers {
            self.share("Spammers", share);
        }
        if let Some(url) = &rule.http {
            self.url(&["Http"], url);
        }
        if let Some(model) = &rule.open_ai {
            self.open_ai(model);
        }
    }

    /// A rule is of one kind, and some members belong to one kind alone.
    fn combination(&mut self, rule: &AnswerRule) {
        let kinds = [
            ("Weights", rule.weights.is_some()),
            ("Gold", rule.gold.is_some()),
            ("Spam", rule.spam.is_some()),
            ("Http", rule.http.is_some()),
            ("OpenAI", rule.open_ai.is_some()),
        ];
        let mut there = kinds.iter().filter(|(_, is_there)| *is_there).map(|(name, _)| *name);
        let Some(kind) = there.next() else {
            return self.add(&[], "a rule needs Weights, Gold, Spam, Http or OpenAI");
        };
        for other in there {
            self.add(&[other], format!("cannot be combined with {kind}"));
        }
        for (name, is_there) in [
            ("Accuracy", rule.accuracy.is_some()),
            ("Confusion", rule.confusion.is_some()),
            ("Spammers", rule.spammers.is_some()),
        ] {
            if is_there && rule.gold.is_none() {
                self.add(&[name], "is for rules with Gold only");
            }
        }
        if rule.accuracy.is_some() && rule.confusion.is_some() {
            self.add(&["Confusion"], "cannot be combined with Accuracy");
        }
    }

    fn weights(&mut self, within: &[&str], weights: &BTreeMap<String, f64>) {
        self.count(within, weights.len());
        for (value, weight) in weights {
            if !(0.0..=1e9).contains(weight) {
                let path: Vec<&str> = within.iter().copied().chain([value.as_str()]).collect();
                self.add(&path, "a weight must be between 0 and 1000000000");
            }
            self.text(within, value);
        }
        if !weights.is_empty() && weights.values().all(|weight| *weight == 0.0) {
            self.add(within, "one weight must be more than 0");
        }
    }

    fn url(&mut self, within: &[&str], url: &str) {
        if web_host(url).is_none() || url.len() > 2000 {
            self.add(within, "must be an http or https URL of at most 2000 bytes");
        }
    }

    fn open_ai(&mut self, model: &OpenAi) {
        self.url(&["OpenAI", "BaseUrl"], &model.base_url);
        if !(1..=200).contains(&model.model.len()) {
            self.add(&["OpenAI", "Model"], "must have 1 to 200 bytes");
        }
        if let Some(persona) = &model.persona {
            self.text(&["OpenAI", "Persona"], persona);
        }
        let is_name = |name: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            (1..=200).contains(&name.len()) && name.bytes().all(plain)
        };
        if model.api_key_env.as_deref().is_some_and(|name| !is_name(name)) {
            self.add(&["OpenAI", "ApiKeyEnv"], "must be the name of an environment variable");
        }
        if model.api_key_env.is_some() && is_readable_on_the_way(&model.base_url) {
            let why = "must be an https URL, or of this machine: no key is sent over plain http";
            self.add(&["OpenAI", "BaseUrl"], why);
        }
    }
}
