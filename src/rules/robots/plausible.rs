//! Answers that a field takes, for robots that were told no better.

use serde_json::{Value, json};

use crate::rules::question::fields::{Annotation, Choice, Field, Kind, Pattern, Text, Widget};
use crate::rules::question::pattern::Budget;
use crate::rules::question::sample;
use crate::rules::robots::random::Random;

/// The most characters of a text.
const MOST: usize = 1000;

/// Values that the field takes, drawn at random; none where it takes none from a robot. The
/// expressions of all fields of a question have one budget.
pub fn plausible(field: &Field, random: &mut Random, budget: &mut Budget) -> Vec<String> {
    match &field.kind {
        Kind::Text(text) => {
            vec![text.value.clone().unwrap_or_else(|| of_text(text, random, budget))]
        }
        Kind::Number { min, max, step } => vec![number(*min, *max, *step, random)],
        Kind::Choice(choice) => chosen(choice, random, budget),
        Kind::Annotation(marks) => vec![annotation(marks, random).to_string()],
        Kind::Hidden { .. } | Kind::File => Vec::new(),
    }
}

/// The first option, and the shortest text: the answer of somebody who clicks through.
pub fn first(field: &Field, budget: &mut Budget) -> Vec<String> {
    let mut random = Random::new(0, &[]);
    match &field.kind {
        Kind::Text(text) => {
            let short = "x".repeat(text.min_length.unwrap_or(0).clamp(1, MOST));
            let fits = sample::matches(&text.patterns, &short, budget);
            vec![if fits { short } else { of_text(text, &mut random, budget) }]
        }
        Kind::Number { min, max, .. } => {
            let number = min.or(*max).unwrap_or(1.0);
            vec![written(number, decimals(number))]
        }
        Kind::Choice(choice) => {
            let options = choice.options.iter().take(choice.least.max(1));
            options.map(|option| option.value.clone()).collect()
        }
        _ => plausible(field, &mut random, budget),
    }
}

/// As many options as the field wants, in its order; a single box is ticked half of the time.
fn chosen(choice: &Choice, random: &mut Random, budget: &mut Budget) -> Vec<String> {
    let options = &choice.options;
    if options.is_empty() {
        let other = choice.other.then(|| of_text(&Text::default(), random, budget));
        return other.into_iter().collect();
    }
    let is_box = options.len() == 1 && choice.least == 0;
    let least = if is_box { 0 } else { choice.least.max(1) };
    let most = choice.most.clamp(least, options.len().max(least));
    let count = (least + random.below(most - least + 1)).min(options.len());
    let mut places: Vec<usize> = (0..options.len()).collect();
    random.shuffle(&mut places);
    places.truncate(count);
    places.sort_unstable();
    places.into_iter().map(|place| options[place].value.clone()).collect()
}

/// A number of the range, or up to 100 from its end, in steps of 1 unless it has others.
fn number(min: Option<f64>, max: Option<f64>, step: Option<f64>, random: &mut Random) -> String {
    let step = step.unwrap_or(1.0);
    let (least, most) = match (min, max) {
        (Some(min), Some(max)) => (min, max),
        (Some(min), None) => (min, min + 100.0 * step),
        (None, Some(max)) => (max - 100.0 * step, max),
        (None, None) => (1.0, 100.0),
    };
    let steps = ((most - least) / step).clamp(0.0, 1_000_000.0);
    let drawn = (random.share() * (steps.floor() + 1.0)).floor();
    let decimals = decimals(step).max(decimals(least));
    written(least + drawn * step, decimals)
}

/// How many digits a number has behind its point, up to 6.
fn decimals(number: f64) -> usize {
    let text = format!("{number:.6}");
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.trim_end_matches('0').len()
}

fn written(number: f64, decimals: usize) -> String {
    format!("{number:.decimals$}")
}

const WORDS: [&str; 24] = [
    "a", "small", "dog", "stands", "beside", "the", "red", "house", "and", "looks", "at", "an",
    "old", "tree", "with", "green", "leaves", "while", "two", "people", "walk", "along", "quiet",
    "street",
];

fn of_text(text: &Text, random: &mut Random, budget: &mut Budget) -> String {
    for pattern in &text.patterns {
        for _ in 0..3 {
            let sampled = sample::sample(pattern, &mut |count| random.below(count), budget);
            if let Some(found) = sampled.filter(|found| fits(text, found, budget)) {
                return found;
            }
        }
    }
    let written = by_format(&text.format, random).unwrap_or_else(|| {
        let words = 3 + random.below(6);
        words_of(words, text.min_length.unwrap_or(0).min(MOST), random)
    });
    let most = text.max_length.unwrap_or(MOST);
    written.chars().take(most).collect::<String>().trim_end().to_owned()
}

fn fits(text: &Text, written: &str, budget: &mut Budget) -> bool {
    let count = written.chars().count();
    let is_long = text.min_length.is_none_or(|least| count >= least);
    let is_short = text.max_length.is_none_or(|most| count <= most);
    let patterns: &[Pattern] = if text.patterns.len() > 1 { &text.patterns } else { &[] };
    is_long && is_short && sample::matches(patterns, written, budget)
}

fn words_of(words: usize, least: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for number in 0.. {
        if number >= words && text.len() >= least {
            break;
        }
        let blank = if text.is_empty() { "" } else { " " };
        text.extend([blank, random.pick(&WORDS).copied().unwrap_or_default()]);
    }
    text
}

fn by_format(format: &str, random: &mut Random) -> Option<String> {
    let two = |random: &mut Random, least: usize, most: usize| {
        format!("{:02}", least + random.below(most - least + 1))
    };
    let month = |random: &mut Random| format!("20{}-{}", two(random, 10, 26), two(random, 1, 12));
    let time = |random: &mut Random| format!("{}:{}", two(random, 0, 23), two(random, 0, 59));
    Some(match format {
        "number" => (1 + random.below(100)).to_string(),
        "email" => format!("worker{}@example.com", random.below(1000)),
        "url" => format!("https://example.com/{}", random.below(1000)),
        "tel" => format!("555-01{}", two(random, 0, 99)),
        "month" => month(random),
        "week" => format!("20{}-W{}", two(random, 10, 26), two(random, 1, 52)),
        "date" => format!("{}-{}", month(random), two(random, 1, 28)),
        "time" => time(random),
        "datetime-local" => {
            format!("{}-{}T{}", month(random), two(random, 1, 28), time(random))
        }
        "color" => format!("#{:06x}", random.below(0x0100_0000)),
        _ => return None,
    })
}

/// The size of a picture that nobody has seen.
const SIZE: (usize, usize) = (640, 480);

/// A picture of one white pixel: PNG in base64.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

fn annotation(marks: &Annotation, random: &mut Random) -> Value {
    let label = random.pick(&marks.labels).cloned().unwrap_or_else(|| "label".to_owned());
    let size = json!({"height": SIZE.1, "width": SIZE.0});
    let point = |random: &mut Random| json!({"x": random.below(SIZE.0), "y": random.below(SIZE.1)});
    let mut corners = |count: usize| (0..count).map(|_| point(random)).collect::<Vec<_>>();
    match marks.widget {
        Widget::BoundingBox => {
            let (left, top) = (random.below(SIZE.0 / 2), random.below(SIZE.1 / 2));
            let (width, height) = (20 + random.below(SIZE.0 / 4), 20 + random.below(SIZE.1 / 4));
            json!({"boundingBoxes": [{"height": height, "label": label, "left": left, "top": top,
                   "width": width}], "inputImageProperties": size})
        }
        Widget::Keypoint => {
            let (x, y) = (random.below(SIZE.0), random.below(SIZE.1));
            json!({"keypoints": [{"label": label, "x": x, "y": y}], "inputImageProperties": size})
        }
        Widget::Polygon => json!({"inputImageProperties": size,
            "polygons": [{"label": label, "vertices": corners(3)}]}),
        Widget::Polyline => json!({"inputImageProperties": size,
            "polylines": [{"label": label, "vertices": corners(3)}]}),
        Widget::Line => json!({"inputImageProperties": size,
            "lines": [{"label": label, "vertices": corners(2)}]}),
        Widget::EntityAnnotation => {
            let (start, end) = word(marks.text.as_deref().unwrap_or_default(), random);
            json!({"entities": [{"endOffset": end, "label": label, "startOffset": start}]})
        }
        Widget::SemanticSegmentation => json!({"inputImageProperties": size,
            "labelMappings": {label: {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": PIXEL}}),
        Widget::InstanceSegmentation => json!({"inputImageProperties": size,
            "instances": [{"color": "#2ca02c", "label": label}],
            "labeledImage": {"pngImageData": PIXEL}}),
    }
}

/// Where a word of the text begins and ends, in characters.
fn word(text: &str, random: &mut Random) -> (usize, usize) {
    let (mut words, mut begin) = (Vec::new(), None);
    let count = text.chars().count();
    for (at, c) in text.chars().chain([' ']).enumerate() {
        match begin {
            None if !c.is_whitespace() => begin = Some(at),
            Some(first) if c.is_whitespace() => {
                words.push((first, at));
                begin = None;
            }
            _ => {}
        }
    }
    random.pick(&words).copied().unwrap_or((0, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::fields::of_page;
    use crate::rules::robots::check::check;

    const PAGE: &str = "<crowd-form><input name=a><input name=mail type=email>\
        <input name=d type=date><input name=zip pattern='[0-9]{5}' required>\
        <input name=n type=number min=0.5 max=2 step=0.25><input name=s type=range>\
        <textarea name=t minlength=200 maxlength=300></textarea>\
        <input type=radio name=r value=x required><input type=radio name=r value=y>\
        <input type=checkbox name=c value=1><input type=checkbox name=c value=2>\
        <select name=l><option>p<option>q</select><input type=checkbox name=one>\
        <crowd-classifier name=k categories=\"['u','v']\"></crowd-classifier>\
        <crowd-bounding-box name=b labels=\"['w']\"></crowd-bounding-box>\
        <crowd-polygon name=p labels=\"['w']\"></crowd-polygon>\
        <crowd-line name=line labels=\"['w']\"></crowd-line>\
        <crowd-entity-annotation name=e labels=\"['w']\" text='one two'></crowd-entity-annotation>\
        <crowd-semantic-segmentation name=g labels=\"['w']\"></crowd-semantic-segmentation>\
        </crowd-form>";

    #[test]
    fn a_plausible_answer_is_one_that_the_field_takes() {
        for seed in 0..50 {
            let mut random = Random::new(seed, &[]);
            for field in &of_page(PAGE).fields {
                let mut budget = Budget::default();
                let drawn = plausible(field, &mut random, &mut budget);
                for values in [drawn, first(field, &mut budget)] {
                    assert_eq!(check(field, &values, &mut budget), Ok(()), "{field:?}: {values:?}");
                }
            }
        }
    }

    #[test]
    fn every_option_is_chosen_at_times() {
        let mut random = Random::new(1, &[]);
        let fields = of_page(PAGE);
        let mut drawn = |name: &str| {
            let field = fields.find(name).unwrap();
            let drawn = (0..50).map(|_| plausible(field, &mut random, &mut Budget::default()));
            drawn.collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!((drawn("r"), drawn("c"), drawn("l"), drawn("one")), (2, 3, 2, 2));
        assert_eq!(drawn("n"), 7);
    }
}
