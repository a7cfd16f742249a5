use super::{ErrorAt, quoted, unix_lines};
use rstest::rstest;

#[rstest]
#[case("abc", 0, (1, 1))]
#[case("abc", 3, (1, 4))]
#[case("a\nb", 1, (1, 2))]
#[case("a\nb", 2, (2, 1))]
#[case("é\né😀x", 9, (2, 3))]
#[case("abc", 99, (1, 4))]
#[case("é", 1, (1, 2))]
fn places_count_lines_and_characters(
    #[case] text: &str,
    #[case] at: usize,
    #[case] expected: (u32, u32),
) {
    let error = ErrorAt::new(at, "x").located(text);
    assert_eq!((error.line, error.column), expected);
}

#[rstest]
#[case("a\r\nb\rc\n\r\r\nd", "a\nb\nc\n\n\nd")]
#[case("plain\n", "plain\n")]
fn line_ends_are_made_one(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(unix_lines(text), expected);
}

#[rstest]
#[case("a\nb\u{7}", "\"a b \"")]
#[case(&"é".repeat(60), &format!("\"{}\"", "é".repeat(60)))]
#[case(&"é".repeat(61), &format!("\"{}…\"", "é".repeat(60)))]
fn quotations_are_short(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(quoted(text), expected);
}
