//! Objects in several places that speak of the same thing.

use std::collections::HashSet;

use serde_json::Value;

use super::Fields;
use super::meaning::meaning;
use super::object::{Member, Said};

/// What becomes of a member that two objects have with different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differing {
    /// The one that was read first counts.
    First,
    /// The one that was read last counts.
    Last,
    /// Both are to be read.
    Both,
    /// The objects contradict each other.
    Refused,
}

impl<'a> Fields<'a> {
    /// Takes over what another object says of the same thing; `rule` knows what becomes of members
    /// that differ, by name and by what both say.
    pub fn merge(&mut self, other: Fields<'a>, rule: impl Fn(&str, &Value, &Value) -> Differing) {
        self.others.push(other.whole().clone());
        let of = self.others.len();
        for (name, said) in other.members {
            for member in said.values {
                self.take_over(&name, Member { of, ..member }, &rule);
            }
        }
    }

    fn take_over(
        &mut self,
        name: &str,
        member: Member<'a>,
        rule: &impl Fn(&str, &Value, &Value) -> Differing,
    ) {
        match self.members.get_mut(name) {
            None => {
                self.members.insert(name.to_owned(), Said::once(member));
                self.note_place(name, member);
            }
            Some(_) if member.is_null() => {}
            Some(said) => {
                let verdict = said.verdict(name, member, rule);
                if verdict == Differing::Last {
                    self.note_place(name, member);
                } else if verdict == Differing::Refused {
                    self.disputed = true;
                    let why = "another value stands elsewhere for the same thing";
                    self.found(name, member).problem(why);
                }
            }
        }
    }
}

impl<'a> Said<'a> {
    /// Takes over a value that is not null; tells what became of it. The values that are there are
    /// read once, however many come.
    fn verdict(
        &mut self,
        name: &str,
        member: Member<'a>,
        rule: &impl Fn(&str, &Value, &Value) -> Differing,
    ) -> Differing {
        let text = member.raw.get();
        let Some(first) = self.values.first() else { return Differing::First };
        if first.is_null() {
            *self = Self::once(member);
            return Differing::Last;
        }
        if first.raw.get() == text {
            return Differing::First;
        }
        if self.meanings.is_empty() {
            // What cannot be read means nothing; that is a problem of its own.
            self.meanings.insert(meaning(name, first.raw.get()).unwrap_or_default());
        }
        let said = meaning(name, text).unwrap_or_default();
        if self.meanings.contains(&said) {
            return Differing::First;
        }
        let none = Value::Null;
        let verdict = rule(name, self.meanings.iter().next().unwrap_or(&none), &said);
        match verdict {
            Differing::First | Differing::Refused => {}
            Differing::Last => {
                self.values = vec![member];
                self.meanings = HashSet::from([said]);
            }
            Differing::Both => {
                self.values.push(member);
                self.meanings.insert(said);
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::fields::{Problems, Reading};

    /// What is left of two objects, and the problems.
    fn merged(first: &str, last: &str) -> (Vec<(String, String)>, Vec<String>) {
        let texts = [first, last];
        let reading = Reading::new(&texts);
        let mut left = Vec::new();
        if let [one, other] = reading.files().as_slice() {
            let mut fields = one.fields();
            fields.merge(other.fields(), |name, _, _| match name {
                "F" => Differing::First,
                "L" => Differing::Last,
                "B" => Differing::Both,
                _ => Differing::Refused,
            });
            for name in ["A", "B", "F", "L", "Time"] {
                let found = fields.nodes(name);
                left.extend(found.iter().map(|node| (name.to_owned(), node.text().to_owned())));
            }
        }
        let problems = reading.into_problems().told(&texts);
        (left, problems.iter().map(|p| format!("{}: {}", p.file, p)).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_adds_what_the_other_has_not() {
        let (left, problems) = merged(r#"{"A": 1, "B": null}"#, r#"{"B": 2, "F": 3, "A": null}"#);
        assert_eq!(left, pairs(&[("A", "1"), ("B", "2"), ("F", "3")]));
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_member_has_its_own_place() {
        let texts = ["{\"A\": 1}", "{\n\"A\": 1,\n\"B\": 2}"];
        let reading = Reading::new(&texts);
        let [one, other] = reading.files().try_into().unwrap();
        let mut fields = one.fields();
        fields.merge(other.fields(), |_, _, _| Differing::Refused);
        for (names, file, told) in [
            (&["A"][..], 0, "line 1: x"),
            (&["B"], 1, "line 3: B: x"),
            (&["A", "B"], 1, "line 3: B: x"),
            (&[], 0, "line 1: x"),
        ] {
            let mut problems = Problems::default();
            problems.add(fields.place().of(names), "x");
            let problem = &problems.told(&texts)[0];
            assert_eq!((problem.file, problem.to_string().as_str()), (file, told));
        }
    }

    #[test]
    fn a_page_that_stands_twice_is_one() {
        let texts = [r#"{"B": 1}"#, r#"{"B": 2}"#, r#"{"B": 2}"#];
        let reading = Reading::new(&texts);
        let files = reading.files();
        let mut fields = files[0].fields();
        for other in &files[1..] {
            fields.merge(other.fields(), |_, _, _| Differing::Both);
        }
        assert_eq!(fields.nodes("B").len(), 2);
    }

    #[test]
    fn what_differs_goes_by_the_rule() {
        let one = r#"{"B": 1, "F": 1, "L": 1}"#;
        let (left, problems) = merged(one, r#"{"B": 2, "F": 2, "L": 2}"#);
        assert_eq!(left, pairs(&[("B", "1"), ("B", "2"), ("F", "1"), ("L", "2")]));
        assert_eq!(problems, [""; 0]);
        let (_, problems) = merged(r#"{"A": 1}"#, "{\n\"A\": 2}");
        let said = "1: line 2: A: another value stands elsewhere for the same thing";
        assert_eq!(problems, [said]);
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        for (one, other) in [
            (r#"{"A": {"x": 1, "y": [2]}}"#, r#"{"A": {"y":[2],"x":1}}"#),
            (r#"{"Time": 0}"#, r#"{"Time": "1970-01-01T01:00:00+01:00"}"#),
            (r#"{"Time": 0.0}"#, r#"{"Time": "0"}"#),
            (r#"{"Deadline": "-2h"}"#, r#"{"Deadline": "-120m"}"#),
            (r#"{"A": [{"Expiration": 0, "x": null}]}"#, r#"{"A": [{"Expiration": "0"}]}"#),
        ] {
            assert_eq!(merged(one, other).1, [""; 0], "{one}");
        }
        for (one, other) in [
            (r#"{"A": 0}"#, r#"{"A": "0"}"#),
            (r#"{"Time": 0}"#, r#"{"Time": 1}"#),
            (r#"{"Time": "0s"}"#, r#"{"Time": "0"}"#),
            (r#"{"Answers": {"Time": "0"}}"#, r#"{"Answers": {"Time": "0.0"}}"#),
        ] {
            assert_eq!(merged(one, other).1.len(), 1, "{one}");
        }
    }
}
