use super::*;

/// Answers by unit, rater and value.
fn labels<U: AsRef<str>>(rows: &[(U, U, U)]) -> Labels {
    let mut labels = Labels::default();
    for (unit, rater, value) in rows {
        labels.add(unit.as_ref(), rater.as_ref(), value.as_ref());
    }
    labels
}

#[track_caller]
fn check(labels: &Labels, agreement: f64, alpha: f64) {
    let measures = labels.measures();
    let close = |found: Result<f64, Undefined>, expected: f64| {
        assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?} is not {expected}");
    };
    close(measures.agreement, agreement);
    close(measures.alpha, alpha);
}

/// Example C of Krippendorff's "Computing Krippendorff's Alpha-Reliability", 2011: four observers,
/// twelve units, missing values.
#[test]
fn alpha_of_the_published_example() {
    let observers = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ];
    let rows: Vec<(String, String, String)> = observers
        .iter()
        .enumerate()
        .flat_map(|(rater, values)| {
            let given = values.split(' ').enumerate().filter(|(_, value)| *value != ".");
            given.map(move |(unit, value)| (format!("u{unit}"), format!("{rater}"), value.into()))
        })
        .collect();
    check(&labels(&rows), 0.781_818_181_818_181_9, 0.743_421_052_631_579);
}

/// The expected numbers are those of krippendorff 0.9.0 and crowd-kit 1.4.2.
#[test]
fn measures_are_those_of_other_programs() {
    let one_alone = [
        ("u1", "a", "cat"),
        ("u1", "b", "cat"),
        ("u2", "a", "cat"),
        ("u2", "b", "dog"),
        ("u3", "a", "dog"),
        ("u3", "b", "dog"),
        ("u4", "a", "cat"),
    ];
    check(&labels(&one_alone), 2.0 / 3.0, 0.444_444_444_444_444_4);
    let opposed = [("u1", "a", "x"), ("u1", "b", "y"), ("u2", "a", "y"), ("u2", "b", "x")];
    check(&labels(&opposed), 0.0, -0.5);
    let (mut many, mut count) = (Labels::default(), 0);
    for (i, j) in (0..60).flat_map(|i| (0..9).map(move |j| (i, j))) {
        if (i + j) % 4 != 0 {
            let own = if i % 3 == 0 { j * j * 3 } else { 0 };
            let value = (i * 7 + own + i * j * (i % 2)) % 5;
            many.add(&format!("u{i}"), &format!("r{j}"), &value.to_string());
            count += 1;
        }
    }
    assert_eq!(many.measures().answers, count);
    check(&many, 0.494_871_794_871_794_9, 0.378_779_054_916_985_8);
}

#[test]
fn what_cannot_be_computed_says_why() {
    let of = |rows: &[(&str, &str, &str)]| {
        let measures = labels(rows).measures();
        (measures.agreement, measures.alpha)
    };
    let none = |why| (Err(why), Err(why));
    assert_eq!(of(&[]), none(Undefined::NoAnswers));
    assert_eq!(of(&[("u1", "a", "x"), ("u2", "a", "y")]), none(Undefined::OneWorker));
    assert_eq!(of(&[("u1", "a", "x"), ("u2", "b", "y")]), none(Undefined::NoPair));
    let equal = [("u1", "a", "x"), ("u1", "b", "x"), ("u2", "a", "other, and alone")];
    assert_eq!(of(&equal), (Ok(1.0), Err(Undefined::AllEqual)));
}

#[test]
fn a_majority_is_one_value_or_a_tie_that_names_all() {
    let labels = labels(&[
        ("u1", "a", "cat"),
        ("u1", "b", "dog"),
        ("u1", "c", "cat"),
        ("u2", "a", "dog"),
        ("u2", "b", "cat"),
        ("u2", "c", "cow"),
        ("u2", "d", "cow"),
        ("u2", "e", "cat"),
        ("u3", "a", "dog"),
    ]);
    let majorities: Vec<_> = labels.majorities().collect();
    let value = |text: &str| Majority::Value(text.to_owned());
    let tie = Majority::Tie(vec!["cat".to_owned(), "cow".to_owned()]);
    assert_eq!(majorities, [("u1", value("cat")), ("u2", tie), ("u3", value("dog"))]);
    let measures = labels.measures();
    assert_eq!((measures.decided, measures.tied, measures.units), (2, 1, 3));
    assert_eq!((measures.answers, measures.workers, measures.different), (9, 5, 3));
    let counts = [("cat".to_owned(), 4), ("dog".to_owned(), 3), ("cow".to_owned(), 2)];
    assert_eq!(measures.counts, counts);
}

#[test]
fn many_values_are_counted_and_the_most_frequent_named() {
    let mut labels = Labels::default();
    for number in 0..=MAX_COUNTED {
        labels.add("u", &number.to_string(), &format!("v{number:02}"));
    }
    let measures = labels.measures();
    assert_eq!((measures.different, measures.counts.len()), (MAX_COUNTED + 1, MAX_COUNTED));
    assert_eq!(measures.counts[0], ("v00".to_owned(), 1));
}

/// A hundred thousand answers to one HIT: five thousand million pairs. In one HIT there is as much
/// agreement as by chance.
#[test]
fn pairs_are_not_visited_one_by_one() {
    let mut labels = Labels::default();
    for number in 0..100_000 {
        labels.add("u", &number.to_string(), if number % 2 == 0 { "even" } else { "odd" });
    }
    check(&labels, 0.499_994_999_949_999_5, 0.0);
}
