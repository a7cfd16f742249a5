use super::{AnswerFormat, FreeTextAnswer, Length, Numeric};
use super::{
    AnswerSpecification, Binary, FileUploadAnswer, Selection, SelectionAnswer, SelectionContent,
    Style,
};
use crate::rules::question::content::Media;
use crate::rules::question::form::tests::{form, form_xml, question_xml};
use crate::rules::question::{LocatedError, QuestionFault};
use rstest::rstest;

fn specification(xml: &str) -> Result<AnswerSpecification, QuestionFault> {
    let form = form(&form_xml(&question_xml("q", xml)))?;
    Ok(form.questions().next().unwrap().answer.clone())
}

/// The details of the fault of this specification.
fn details(xml: &str) -> String {
    match specification(xml) {
        Err(QuestionFault::Malformed(LocatedError { line: 2, details, .. })) => details,
        other => panic!("{other:?}"),
    }
}

fn free_text(xml: &str) -> FreeTextAnswer {
    match specification(&format!("<FreeTextAnswer>{xml}</FreeTextAnswer>")) {
        Ok(AnswerSpecification::FreeText(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

/// A choice of `count` selections, with what stands before them.
fn choice(before: &str, count: usize, after: &str) -> String {
    let identifier = |n| format!("<SelectionIdentifier>s{n}</SelectionIdentifier>");
    let selection = |n| format!("<Selection>{}<Text>t</Text></Selection>", identifier(n));
    let selections = (0..count).map(selection).collect::<Vec<_>>().concat();
    let selections = format!("<Selections>{selections}{after}</Selections>");
    format!("<SelectionAnswer>{before}{selections}</SelectionAnswer>")
}

#[test]
fn free_text_is_read() {
    let answer = free_text(
        "<Constraints><IsNumeric minValue=' -5 ' maxValue='+10'/><Length minLength='0' \
         maxLength='99999999999'/><AnswerFormatRegex regex='\\S' errorText='No.' flags='i'/>\
         <AnswerFormatRegex regex=''></AnswerFormatRegex></Constraints><DefaultText> x \
         </DefaultText>\
         <NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>",
    );
    let format = |regex: &str, error_text: &str, ignore_case| AnswerFormat {
        regex: regex.to_owned(),
        error_text: error_text.to_owned(),
        ignore_case,
    };
    let expected = FreeTextAnswer {
        numeric: Some(Numeric { min_value: Some(-5), max_value: Some(10) }),
        length: Length { min_length: Some(0), max_length: Some(u32::MAX) },
        formats: vec![format("\\S", "No.", true), format("", "Invalid input supplied.", false)],
        default_text: Some(" x ".to_owned()),
        number_of_lines_suggestion: Some(3),
    };
    assert_eq!(answer, expected);
    assert_eq!(
        free_text("<Constraints><IsNumeric/></Constraints>").numeric,
        Some(Numeric::default())
    );
    assert_eq!(free_text("<Constraints/>\n"), FreeTextAnswer::default());
}

#[rstest]
#[case(
    "<Constraints><Length maxLength='0'/></Constraints>",
    "found \"0\" in the attribute maxLength where an integer of at least 1 was expected"
)]
#[case(
    "<Constraints><Length minLength='-1'/></Constraints>",
    "found \"-1\" in the attribute minLength where an integer of at least 0 was expected"
)]
#[case(
    "<Constraints><Length minLength='3' maxLength='2'/></Constraints>",
    "minLength is greater than maxLength"
)]
#[case(
    "<Constraints><Length min='3'/></Constraints>",
    "found the attribute min, which Length does not have"
)]
#[case(
    "<Constraints><Length>3</Length></Constraints>",
    "found the text \"3\" in Length, which holds elements only"
)]
#[case(
    "<Constraints><Length><Min/></Length></Constraints>",
    "found the element Min where the end of Length was expected"
)]
#[case(
    "<Constraints><IsNumeric minValue='1.5'/></Constraints>",
    "found \"1.5\" in the attribute minValue where an integer from -2147483648 to 2147483647 was \
    expected"
)]
#[case(
    "<Constraints><IsNumeric maxValue='2147483648'/></Constraints>",
    "found \"2147483648\" in the attribute maxValue where an integer from -2147483648 to \
    2147483647 was expected"
)]
#[case(
    "<Constraints><IsNumeric minValue='2' maxValue='1'/></Constraints>",
    "minValue is greater than maxValue"
)]
#[case(
    "<Constraints><Length/><IsNumeric/></Constraints>",
    "found the element IsNumeric where the end of Constraints was expected"
)]
#[case(
    "<Constraints><AnswerFormatRegex/></Constraints>",
    "AnswerFormatRegex must have the attribute regex"
)]
#[case(
    "<Constraints/><Constraints/>",
    "found the element Constraints where the end of FreeTextAnswer was expected"
)]
#[case(
    "<NumberOfLinesSuggestion>0</NumberOfLinesSuggestion>",
    "found \"0\" in NumberOfLinesSuggestion where an integer of at least 1 was expected"
)]
#[case(
    "<NumberOfLinesSuggestion>1</NumberOfLinesSuggestion><DefaultText/>",
    "found the element DefaultText where the end of FreeTextAnswer was expected"
)]
fn free_text_is_refused(#[case] xml: &str, #[case] expected: &str) {
    assert_eq!(details(&format!("<FreeTextAnswer>{xml}</FreeTextAnswer>")), expected);
}

#[test]
fn a_choice_is_read() {
    let xml = "<SelectionAnswer><MinSelectionCount>0</MinSelectionCount><MaxSelectionCount>9\
        </MaxSelectionCount><StyleSuggestion>checkbox</StyleSuggestion><Selections><Selection>\
        <SelectionIdentifier>a</SelectionIdentifier><FormattedContent>&lt;b/></FormattedContent>\
        </Selection><Selection><SelectionIdentifier/><Binary><MimeType><Type>image</Type>\
        </MimeType>\
        <DataURL>http://a</DataURL><AltText/></Binary></Selection><OtherSelection>\
        <NumberOfLinesSuggestion>1</NumberOfLinesSuggestion></OtherSelection></Selections>\
        </SelectionAnswer>";
    let binary = Binary {
        media: Media::Image,
        sub_type: None,
        data_url: "http://a".to_owned(),
        alt_text: String::new(),
    };
    let formatted = SelectionContent::Formatted("<b></b>".to_owned());
    let expected = SelectionAnswer {
        min_selection_count: 0,
        max_selection_count: 9,
        style: Some(Style::CheckBox),
        selections: vec![
            Selection { identifier: "a".to_owned(), content: formatted },
            Selection { identifier: String::new(), content: SelectionContent::Binary(binary) },
        ],
        other: Some(FreeTextAnswer {
            number_of_lines_suggestion: Some(1),
            ..FreeTextAnswer::default()
        }),
    };
    assert_eq!(specification(xml), Ok(AnswerSpecification::Selection(expected)));
}

#[rstest]
#[case("radiobutton", Style::RadioButton)]
#[case("checkbox", Style::CheckBox)]
#[case("list", Style::List)]
#[case("dropdown", Style::DropDown)]
#[case("combobox", Style::ComboBox)]
#[case("multichooser", Style::MultiChooser)]
fn styles_are_read(#[case] name: &str, #[case] expected: Style) {
    let style = format!("<StyleSuggestion>{name}</StyleSuggestion>");
    let Ok(AnswerSpecification::Selection(answer)) = specification(&choice(&style, 1, "")) else {
        panic!("{name} is no style");
    };
    assert_eq!(
        (answer.style, answer.min_selection_count, answer.max_selection_count),
        (Some(expected), 1, 1)
    );
}

const MIN_2: &str = "<MinSelectionCount>2</MinSelectionCount>";
const MAX_2: &str = "<MaxSelectionCount>2</MaxSelectionCount>";

#[rstest]
#[case(choice(&[MIN_2, MAX_2].concat(), 2, ""), true)]
#[case(choice(&[MIN_2, MAX_2].concat(), 1, "<OtherSelection/>"), true)]
#[case(choice(MAX_2, 1, ""), true)]
#[case(choice(&[MIN_2, MAX_2].concat(), 1, ""), false)]
#[case(choice(MIN_2, 3, ""), false)]
fn a_choice_must_be_possible(#[case] xml: String, #[case] possible: bool) {
    assert_eq!(specification(&xml).is_ok(), possible, "{xml}");
}

#[rstest]
#[case(&choice(MIN_2, 3, ""), "MinSelectionCount 2 is greater than MaxSelectionCount 1")]
#[case(&choice(&[MIN_2, MAX_2].concat(), 1, ""),
    "MinSelectionCount 2 is greater than the 1 selections")]
#[case(&choice(&[MAX_2, MIN_2].concat(), 2, ""),
    "found the element MinSelectionCount where the element Selections was expected")]
#[case(&choice("<MaxSelectionCount>0</MaxSelectionCount>", 1, ""),
    "found \"0\" in MaxSelectionCount where an integer of at least 1 was expected")]
#[case(&choice("<MinSelectionCount>-1</MinSelectionCount>", 1, ""),
    "found \"-1\" in MinSelectionCount where an integer of at least 0 was expected")]
#[case(&choice("<StyleSuggestion>Radio</StyleSuggestion>", 1, ""), "found \"Radio\" in \
    StyleSuggestion where radiobutton, checkbox, list, dropdown, combobox or multichooser was \
    expected")]
#[case(&choice("", 0, ""), "found the end of Selections where the element Selection was expected")]
#[case(&choice("", 0, "<OtherSelection/>"),
    "found the element OtherSelection where the element Selection was expected")]
#[case(&choice("", 1, "<OtherSelection/><OtherSelection/>"),
    "found the element OtherSelection where the end of Selections was expected")]
#[case(&choice("", 2, "").replace("s1", "s0"), "the SelectionIdentifier \"s0\" occurs twice")]
#[case(&choice("", 1, "<Selection><SelectionIdentifier>x</SelectionIdentifier></Selection>"),
    "found the end of Selection where Text, FormattedContent or Binary was expected")]
#[case(&choice("", 1, "<Selection><SelectionIdentifier>x</SelectionIdentifier><Title/>\
    </Selection>"),
    "found the element Title where Text, FormattedContent or Binary was expected")]
#[case(
    "<SelectionAnswer/>",
    "found the end of SelectionAnswer where the element Selections was expected"
)]
#[case(
    "",
    "found the end of AnswerSpecification where FreeTextAnswer, SelectionAnswer or \
    FileUploadAnswer was expected"
)]
#[case(
    "<FreeTextAnswer/><FreeTextAnswer/>",
    "found the element FreeTextAnswer where the end of AnswerSpecification was expected"
)]
#[case(
    "<Answer/>",
    "found the element Answer where FreeTextAnswer, SelectionAnswer or \
    FileUploadAnswer was expected"
)]
fn a_specification_is_refused(#[case] xml: &str, #[case] expected: &str) {
    assert_eq!(details(xml), expected);
}

/// A file field of these sizes.
fn upload(most: &str, least: &str) -> String {
    format!(
        "<FileUploadAnswer><MaxFileSizeInBytes>{most}</MaxFileSizeInBytes>\
         <MinFileSizeInBytes>{least}</MinFileSizeInBytes></FileUploadAnswer>"
    )
}

#[rstest]
#[case("2000000000", "1", true)]
#[case("5", "5", true)]
#[case("2000000001", "1", false)]
#[case("5", "0", false)]
#[case("5", "6", false)]
#[case("x", "1", false)]
fn a_file_has_a_size(#[case] most: &str, #[case] least: &str, #[case] accepted: bool) {
    let expected = AnswerSpecification::FileUpload(FileUploadAnswer {
        min_file_size_bytes: least.parse().unwrap_or(0),
        max_file_size_bytes: most.parse().unwrap_or(0),
    });
    assert_eq!(specification(&upload(most, least)).ok(), accepted.then_some(expected));
}

#[test]
fn the_version_of_2017_has_no_file() {
    let xml = form_xml(&question_xml("q", &upload("2", "1")));
    assert!(form(&xml).is_ok());
    let fault = form(&xml.replace("2005-10-01", "2017-11-06")).unwrap_err();
    assert!(fault.to_string().ends_with("FileUploadAnswer is not supported since 2017-12-12."));
    let swapped = "<FileUploadAnswer><MinFileSizeInBytes>1</MinFileSizeInBytes></FileUploadAnswer>";
    assert_eq!(
        details(swapped),
        "found the element MinFileSizeInBytes where the element MaxFileSizeInBytes was expected"
    );
}
