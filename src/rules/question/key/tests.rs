use super::{parse, score};
use rstest::rstest;

/// A key of two questions: a is worth 5 for x, 3 for x and y, else 0; b is worth 4 for z, else -2.
fn key(mapping: &str) -> String {
    let option = |choices: &str, score: i64| {
        let chosen: Vec<_> = choices
            .chars()
            .map(|c| format!("<SelectionIdentifier>{c}</SelectionIdentifier>"))
            .collect();
        format!(
            "<AnswerOption>{}<AnswerScore>{score}</AnswerScore></AnswerOption>",
            chosen.concat()
        )
    };
    let question = |name: &str, options: &str| {
        format!("<Question><QuestionIdentifier>{name}</QuestionIdentifier>{options}</Question>")
    };
    let a = question("a", &(option("x", 5) + &option("xy", 3)));
    let b = question("b", &(option("z", 4) + "<DefaultScore>-2</DefaultScore>"));
    let mapping = match mapping {
        "" => String::new(),
        mapping => format!("<QualificationValueMapping>{mapping}</QualificationValueMapping>"),
    };
    format!("<AnswerKey xmlns=\"{}\">{a}{b}{mapping}</AnswerKey>", super::ANSWER_KEY)
}

/// Answers from `a=x,y;b=z`; a question that is not named is not answered.
fn answers(given: &str) -> String {
    let one = |question: &str| {
        let (name, chosen) = question.split_once('=').unwrap();
        let chosen: Vec<_> = chosen
            .split(',')
            .filter(|c| !c.is_empty())
            .map(|c| match c {
                "?" => "<OtherSelectionText>else</OtherSelectionText>".to_owned(),
                c => format!("<SelectionIdentifier>{c}</SelectionIdentifier>"),
            })
            .collect();
        format!(
            "<Answer><QuestionIdentifier>{name}</QuestionIdentifier>{}</Answer>",
            chosen.concat()
        )
    };
    let all: Vec<_> = given.split(';').filter(|q| !q.is_empty()).map(one).collect();
    if all.is_empty() {
        return String::new();
    }
    let namespace = super::ANSWER_KEY.replace("AnswerKey", "QuestionFormAnswers");
    format!("<QuestionFormAnswers xmlns=\"{namespace}\">{}</QuestionFormAnswers>", all.concat())
}

#[rstest]
#[case::both("a=x;b=z", 9)]
#[case::two_choices("a=x,y;b=z", 7)]
#[case::any_order("a=y,x;b=z", 7)]
#[case::twice_the_same("a=x,x;b=z", 9)]
#[case::too_few("a=y;b=z", 4)]
#[case::too_many("a=x,y,z;b=z", 4)]
#[case::wrong("a=x;b=x", 3)]
#[case::none_chosen("a=x;b=", 3)]
#[case::not_answered("a=x", 3)]
#[case::something_else("a=x,?;b=z", 4)]
#[case::nothing("", -2)]
#[case::unknown_question("c=x", -2)]
fn an_option_is_the_exact_set_of_choices(#[case] given: &str, #[case] expected: i64) {
    assert_eq!(score(&key(""), &answers(given)), Some(expected));
}

const RANGES: &str = "<RangeMapping><SummedScoreRange><InclusiveLowerBound>3</InclusiveLowerBound>\
    <InclusiveUpperBound>7</InclusiveUpperBound><QualificationValue>50</QualificationValue>\
    </SummedScoreRange><SummedScoreRange><InclusiveLowerBound>8</InclusiveLowerBound>\
    <InclusiveUpperBound>9</InclusiveUpperBound><QualificationValue>100</QualificationValue>\
    </SummedScoreRange><OutOfRangeQualificationValue>-1</OutOfRangeQualificationValue>\
    </RangeMapping>";

const MOST: i64 = 2_147_483_647;

fn percentage(max: i64) -> String {
    format!("<PercentageMapping><MaximumSummedScore>{max}</MaximumSummedScore></PercentageMapping>")
}

fn scale(factor: &str) -> String {
    let of = "SummedScoreMultiplier";
    format!("<ScaleMapping><{of}>{factor}</{of}></ScaleMapping>")
}

/// A mapping, and the values of sums of 9, 7, 4, 3 and -2.
#[rstest]
#[case(&percentage(9), [100, 78, 44, 33, -22])]
#[case(&percentage(8), [113, 88, 50, 38, -25])]
#[case(&percentage(200), [5, 4, 2, 2, -1])]
#[case(&scale("2"), [18, 14, 8, 6, -4])]
#[case(&scale(" 0.5 "), [5, 4, 2, 2, -1])]
#[case(&scale("-1e1"), [-90, -70, -40, -30, 20])]
#[case(&scale("1e300"), [MOST, MOST, MOST, MOST, -2_147_483_648])]
#[case(RANGES, [100, 50, 50, 50, -1])]
fn a_sum_is_mapped(#[case] mapping: &str, #[case] expected: [i64; 5]) {
    let values = ["a=x;b=z", "a=x,y;b=z", "b=z", "a=x", ""]
        .map(|given| score(&key(mapping), &answers(given)).unwrap());
    assert_eq!(values, expected);
}

#[rstest]
#[case::empty("", "The document is empty.")]
#[case::not_xml("x", "the XML is not well-formed")]
#[case::another("<Key/>", "found the element Key where AnswerKey was expected")]
#[case::no_namespace("<AnswerKey/>", "AnswerKey.xsd was expected")]
#[case::no_percentage(&key(&percentage(0)), "where an integer from 1 to 2147483647 was expected")]
#[case::no_number(&key(&scale("NaN")), "found \"NaN\" in SummedScoreMultiplier where a number")]
#[case::no_mapping(&key("<Other/>"), "found the element Other where PercentageMapping")]
#[case::two_mappings(&key(&(percentage(1) + &percentage(1))), "where the end of")]
#[case::no_score(&key("").replace("<AnswerScore>4</AnswerScore>", ""), "AnswerScore was expected")]
#[case::no_choice(&key("").replace("<SelectionIdentifier>z</SelectionIdentifier>", ""),
    "where the element SelectionIdentifier was expected")]
#[case::too_great(&key("").replace(">4<", ">2147483648<"), "2147483647 was expected")]
fn a_key_is_refused(#[case] text: &str, #[case] expected: &str) {
    let message = parse(text).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
    assert_eq!(score(text, ""), None);
}

#[test]
fn answers_that_cannot_be_read_have_no_score() {
    assert_eq!(score(&key(""), "<x/>"), None);
    let long = key("") + &" ".repeat(65_536);
    assert_eq!(parse(&long).unwrap_err().to_string(), "The document is too long.");
}
