//! Whether a field takes an answer.

use serde_json::Value;

use crate::rules::question::fields::{Choice, Field, Kind, Text};
use crate::rules::question::pattern::Budget;
use crate::rules::question::sample;

/// Whether the field takes these values. All fields of a question have one budget.
///
/// # Errors
/// A sentence that says why it does not.
pub fn check(field: &Field, values: &[String], budget: &mut Budget) -> Result<(), String> {
    let name = &field.name;
    if field.required && values.iter().all(String::is_empty) {
        return Err(format!("The field {name:?} must be answered."));
    }
    match (&field.kind, values) {
        (Kind::Choice(choice), _) => check_choice(name, choice, values),
        (Kind::File, _) => Err(format!("The field {name:?} takes a file.")),
        (Kind::Hidden { .. }, _) | (_, []) => Ok(()),
        (_, [value]) if value.is_empty() => Ok(()),
        (Kind::Text(text), [value]) => check_text(name, text, value, budget),
        (Kind::Number { min, max, .. }, [value]) => check_number(name, *min, *max, value),
        (Kind::Annotation(_), [value]) => match serde_json::from_str(value) {
            Ok(Value::Object(_)) => Ok(()),
            _ => Err(format!("The field {name:?} takes a JSON object.")),
        },
        _ => Err(format!("The field {name:?} takes one value, not {}.", values.len())),
    }
}

fn check_choice(name: &str, choice: &Choice, values: &[String]) -> Result<(), String> {
    let is_known = |value: &str| choice.options.iter().any(|option| option.value == value);
    let mut others = values.iter().filter(|value| !is_known(value));
    let refused = if choice.other { others.nth(1) } else { others.next() };
    if let Some(value) = refused {
        return Err(format!("{value:?} is no option of the field {name:?}."));
    }
    // Of no answer the field's least is not asked.
    let count = values.len();
    if count > choice.most || count > 0 && count < choice.least {
        let (least, most) = (choice.least, choice.most);
        return Err(format!("The field {name:?} takes {least} to {most} options, not {count}."));
    }
    Ok(())
}

fn check_text(name: &str, text: &Text, value: &str, budget: &mut Budget) -> Result<(), String> {
    let count = value.chars().count();
    if let Some(least) = text.min_length.filter(|least| count < *least) {
        return Err(format!("The field {name:?} takes at least {least} characters, not {count}."));
    }
    if let Some(most) = text.max_length.filter(|most| count > *most) {
        return Err(format!("The field {name:?} takes at most {most} characters, not {count}."));
    }
    if sample::matches(&text.patterns, value, budget) {
        return Ok(());
    }
    Err(format!("The field {name:?} does not take a text of this form."))
}

fn check_number(name: &str, min: Option<f64>, max: Option<f64>, value: &str) -> Result<(), String> {
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let Some(number) = number else {
        return Err(format!("The field {name:?} takes a number."));
    };
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        return Err(format!("The field {name:?} does not take the number {number}."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::fields::of_page;

    #[test]
    fn a_field_says_what_it_does_not_take() {
        let fields = of_page(
            "<input name=t minlength=2 maxlength=3 pattern='[a-z]*'><input name=n type=number \
             min=1 max=5><input type=radio name=r value=x required><input type=radio name=r \
             value=y><select name=m multiple><option>1<option>2</select>\
             <crowd-polygon name=p></crowd-polygon>",
        );
        let of = |name: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            check(fields.find(name).unwrap(), &values, &mut Budget::default())
                .err()
                .unwrap_or_default()
        };
        for (name, values) in [
            ("t", &["ab"][..]),
            ("t", &["abc"]),
            ("t", &[""]),
            ("t", &[]),
            ("n", &["1"]),
            ("n", &["5.0"]),
            ("r", &["y"]),
            ("m", &["1", "2"]),
            ("m", &[]),
            ("p", &["{}"]),
        ] {
            assert_eq!(of(name, values), "", "{name} {values:?}");
        }
        for (name, values, part) in [
            ("t", &["a"][..], "at least 2 characters, not 1"),
            ("t", &["abcd"], "at most 3 characters, not 4"),
            ("t", &["AB"], "of this form"),
            ("t", &["ab", "cd"], "one value, not 2"),
            ("n", &["0.9"], "the number 0.9"),
            ("n", &["6"], "the number 6"),
            ("n", &["many"], "takes a number"),
            ("r", &[], "must be answered"),
            ("r", &["x", "y"], "1 to 1 options, not 2"),
            ("m", &["3"], "\"3\" is no option"),
            ("p", &["[]"], "a JSON object"),
        ] {
            let sentence = of(name, values);
            assert!(sentence.contains(part), "{name} {values:?}: {sentence}");
        }
    }
}
