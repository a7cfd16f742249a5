//! What was entered into the form of a new batch.

use std::collections::HashMap;

use crate::desk::fields;
use crate::fault::Refusal;
use crate::money::Cents;
use crate::rules::batch::samples::{SAMPLES, Sample};
use crate::rules::batch::{MAX_TEMPLATE_BYTES, Refused};
use crate::rules::csv::{self, Decoded};
use crate::rules::qualification::system::{LOCALE, SYSTEM, Subject};
use crate::rules::question::filling::{Filling, SentFile};
use crate::shapes::batch::NewBatch;
use crate::shapes::qualification::{ActionsGuarded, Comparator, Locale, QualificationRequirement};
use crate::shapes::table::TableNote;
use crate::views::show;
use crate::web::page;

/// Pasted rows with more bytes are kept like a file, and do not come back with the form.
const MAX_PASTED: usize = 64 << 10;

/// Of a field that is one line so many characters are read: more than any may have.
const MAX_CHARACTERS: usize = 4000;
/// So many places are read: more than a requirement may have.
const MOST_PLACES: usize = 100;

/// The fields, each with what it holds at first.
///
/// Assumed: lengths of time are those that the requester site's form began with.
const FIELDS: [(&str, &str); 19] = [
    ("name", ""),
    ("title", ""),
    ("description", ""),
    ("keywords", ""),
    ("reward", "0.05"),
    ("assignments", "1"),
    ("duration", "1"),
    ("duration_unit", "3600"),
    ("lifetime", "7"),
    ("lifetime_unit", "86400"),
    ("approval", "3"),
    ("approval_unit", "86400"),
    ("height", "0"),
    ("masters", ""),
    ("locale", ""),
    ("rate", ""),
    ("approved", ""),
    ("visibility", "Accept"),
    ("rows", ""),
];

/// What workers may do who do not meet the requirements.
pub const VISIBILITIES: [(&str, &str); 3] = [
    ("Accept", "see and preview the HITs"),
    ("PreviewAndAccept", "see the HITs, but cannot preview them"),
    ("DiscoverPreviewAndAccept", "do not see the HITs"),
];

/// A table as a file.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// What the browser calls it.
    pub name: String,
    /// As text.
    pub text: String,
    /// What was assumed to read it.
    pub note: Option<TableNote>,
}

impl DataFile {
    /// How long it is, for people.
    pub fn size(&self) -> String {
        page::size(&i64::try_from(self.text.len()).unwrap_or(i64::MAX))
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// A sentence.
    pub why: String,
}

impl Wrong {
    /// A sentence about a field.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, why: why.into() }
    }
}

/// The form, as it was filled in.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    /// The template.
    pub template: String,
    /// The table, if it came as a file.
    pub file: Option<DataFile>,
    fields: HashMap<&'static str, String>,
}

impl Entered {
    /// What was posted; a file that was kept before stays unless there is another table.
    pub fn of(filling: Filling, kept: Option<&Self>) -> (Self, Vec<Wrong>) {
        let (mut entered, mut wrong) = (Self::default(), Vec::new());
        for (name, text) in filling.texts {
            let text = text.replace("\r\n", "\n");
            if name == "template" {
                entered.template = text;
            } else if let Some((name, _)) = FIELDS.iter().find(|(known, _)| *known == name) {
                let text = match *name {
                    "rows" => text,
                    _ => text.trim().chars().take(MAX_CHARACTERS).collect(),
                };
                entered.fields.insert(name, text);
            }
        }
        for file in filling.files {
            let read = match file.field.as_str() {
                "template_file" => template_of(&file).map(|text| entered.template = text),
                "data" => data_of(&file).map(|file| entered.file = Some(file)),
                _ => Ok(()),
            };
            wrong.extend(read.err());
        }
        if entered.file.is_none() {
            entered.file = entered.long_rows();
        }
        if entered.file.is_some() {
            entered.fields.remove("rows");
        } else if entered.get("rows").trim().is_empty() {
            entered.file = kept.and_then(|kept| kept.file.clone());
        }
        (entered, wrong)
    }

    /// Rows that were pasted, if they are long.
    fn long_rows(&mut self) -> Option<DataFile> {
        let rows = self.fields.get("rows").filter(|rows| rows.len() > MAX_PASTED)?;
        Some(DataFile { name: "the pasted rows".to_owned(), text: rows.clone(), note: None })
    }

    /// What a field holds.
    pub fn get(&self, name: &str) -> &str {
        let first =
            || FIELDS.iter().find(|(known, _)| *known == name).map_or("", |(_, first)| first);
        self.fields.get(name).map_or_else(first, String::as_str)
    }

    /// Whether there is a template that is none of the built-in ones.
    pub fn has_own_template(&self) -> bool {
        let own = self.template.trim();
        !own.is_empty() && SAMPLES.iter().all(|sample| sample.html.trim() != own)
    }

    /// Takes a built-in template instead of what stands there.
    pub fn take_sample(&mut self, sample: &Sample) {
        sample.html.clone_into(&mut self.template);
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let fields = self.fields.values().map(String::len).sum::<usize>();
        let file = self.file.as_ref().map_or(0, |file| file.text.len() + file.name.len());
        fields + file + self.template.len()
    }

    /// The batch that it asks for, in a market of play money or of real money.
    ///
    /// # Errors
    /// Every field that is missing, or holds no number where one belongs.
    pub fn read(&self, is_real: bool) -> Result<NewBatch, Vec<Wrong>> {
        let mut reader = Reader { entered: self, wrong: Vec::new() };
        let data = self.file.as_ref().map_or_else(|| self.get("rows"), |file| &file.text);
        let optional = |name| Some(self.get(name)).filter(|text| !text.is_empty());
        let new = NewBatch {
            requester: None,
            name: optional("name").map(str::to_owned),
            template: reader.filled("template", &self.template, "Choose a template, or paste one."),
            data: reader.filled("data", data, "Choose a CSV file, or paste its rows."),
            title: reader.filled("title", self.get("title"), "A title is needed."),
            description: {
                let text = self.get("description");
                reader.filled("description", text, "A description is needed.")
            },
            keywords: optional("keywords").map(str::to_owned),
            reward: reader.reward(),
            max_assignments: reader.number("assignments").unwrap_or_default(),
            assignment_duration_in_seconds: reader.seconds("duration", "duration_unit"),
            lifetime_in_seconds: reader.seconds("lifetime", "lifetime_unit"),
            auto_approval_delay_in_seconds: reader.seconds("approval", "approval_unit"),
            qualification_requirements: reader.requirements(is_real),
            frame_height: reader.number("height").unwrap_or_default(),
            dry_run: false,
        };
        if reader.wrong.is_empty() { Ok(new) } else { Err(reader.wrong) }
    }
}

struct Reader<'e> {
    entered: &'e Entered,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn filled(&mut self, field: &'static str, text: &str, why: &str) -> String {
        if text.trim().is_empty() {
            self.wrong.push(Wrong::new(field, why));
        }
        text.to_owned()
    }

    fn refuse(&mut self, field: &'static str, must_be: &str) {
        let shown = show::excerpt(self.entered.get(field), 60).text;
        self.wrong.push(Wrong::new(field, format!("“{shown}” is not {must_be}.")));
    }

    fn reward(&mut self) -> Cents {
        let text = self.entered.get("reward");
        Cents::parse(text.strip_prefix('$').unwrap_or(text)).unwrap_or_else(|| {
            self.refuse("reward", "an amount in dollars, such as 0.05");
            Cents(0)
        })
    }

    fn number(&mut self, field: &'static str) -> Option<i64> {
        let number = self.entered.get(field).parse().ok().filter(|number: &i64| *number >= 0);
        if number.is_none() {
            self.refuse(field, "a whole number");
        }
        number
    }

    fn seconds(&mut self, field: &'static str, unit: &'static str) -> i64 {
        let Some(count) = self.number(field) else { return 0 };
        fields::seconds(count, self.entered.get(unit)).unwrap_or_else(|| {
            self.refuse(field, "a length of time that a HIT could have");
            0
        })
    }

    /// What workers must have, as the requester site's form asked for it.
    fn requirements(&mut self, is_real: bool) -> Vec<QualificationRequirement> {
        let mut all = Vec::new();
        let guarded = match self.entered.get("visibility") {
            "Accept" => ActionsGuarded::Accept,
            "PreviewAndAccept" => ActionsGuarded::PreviewAndAccept,
            "DiscoverPreviewAndAccept" => ActionsGuarded::DiscoverPreviewAndAccept,
            _ => {
                self.refuse("visibility", "one of the choices");
                ActionsGuarded::Accept
            }
        };
        let requirement = |id: &str, comparator| QualificationRequirement {
            qualification_type_id: id.to_owned(),
            comparator,
            integer_values: None,
            locale_values: None,
            required_to_preview: None,
            actions_guarded: Some(guarded),
        };
        if !self.entered.get("masters").is_empty() {
            all.push(requirement(id_of(Subject::Masters, is_real), Comparator::Exists));
        }
        if !self.entered.get("locale").is_empty() {
            let locale_values = Some(self.places());
            all.push(QualificationRequirement {
                locale_values,
                ..requirement(LOCALE, Comparator::In)
            });
        }
        for (field, subject) in
            [("rate", Subject::PercentApproved), ("approved", Subject::Approved)]
        {
            if self.entered.get(field).is_empty() {
                continue;
            }
            let integer_values = self.number(field).map(|number| vec![number]);
            let of = requirement(id_of(subject, is_real), Comparator::GreaterThanOrEqualTo);
            all.push(QualificationRequirement { integer_values, ..of });
        }
        all
    }

    /// Places as people list them: `US-WA, DE`.
    fn places(&mut self) -> Vec<Locale> {
        let text = self.entered.get("locale").to_ascii_uppercase();
        let words = text.split([',', ' ', ';']).filter(|word| !word.is_empty()).take(MOST_PLACES);
        let mut places = Vec::new();
        for word in words {
            let (country, state) = word
                .split_once('-')
                .map_or((word, None), |(country, state)| (country, Some(state.to_owned())));
            places.push(Locale { country: country.to_owned(), subdivision: state });
        }
        places
    }
}

/// The system qualification that measures something in one of the two markets.
fn id_of(subject: Subject, is_real: bool) -> &'static str {
    let mut all = SYSTEM.iter();
    let found = all.find(|of| of.subject == subject && of.exists[usize::from(is_real)]);
    found.map_or("", |of| of.id)
}

fn template_of(file: &SentFile) -> Result<String, Wrong> {
    let wrong = |why: String| Wrong::new("template", format!("The file {}: {why}", name_of(file)));
    if file.content.len() > MAX_TEMPLATE_BYTES {
        return Err(wrong(format!("it has more than {} KiB.", MAX_TEMPLATE_BYTES >> 10)));
    }
    let text = std::str::from_utf8(&file.content).map_err(|_| wrong("it is not UTF-8.".into()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}

fn data_of(file: &SentFile) -> Result<DataFile, Wrong> {
    let name = name_of(file);
    let wrong = |why: String| Wrong::new("data", format!("The file {name}: {why}."));
    let limit = csv::Limits::DATA.bytes;
    if file.content.len() > limit {
        return Err(wrong(format!("it has more than {} MiB", limit >> 20)));
    }
    let Decoded { text, note } = csv::decode(&file.content).map_err(wrong)?;
    Ok(DataFile { name, text, note })
}

fn name_of(file: &SentFile) -> String {
    show::excerpt(&file.file_name, 120).text
}

/// The errors of a refusal: of the form as a whole, or of the table.
pub fn errors(refused: Refused) -> (Vec<Wrong>, Vec<TableNote>) {
    match refused {
        Refused::Table(notes) => (Vec::new(), notes),
        Refused::Fault(fault) => {
            let why = fault.refusal().map_or_else(|| fault.to_string(), Refusal::text);
            (vec![Wrong::new("form", why)], Vec::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(fields: &[(&str, &str)]) -> Entered {
        let good = [("template", "${a}"), ("rows", "a\n1\n"), ("title", "T"), ("description", "D")];
        let texts =
            good.iter().chain(fields).map(|(name, text)| (name.to_string(), text.to_string()));
        let (entered, wrong) = Entered::of(Filling { texts: texts.collect(), files: vec![] }, None);
        assert_eq!(wrong, []);
        entered
    }

    fn file(field: &str, content: &[u8]) -> SentFile {
        let [field, file_name] = [field, "rows.csv"].map(str::to_owned);
        SentFile { field, file_name, content_type: String::new(), content: content.to_vec() }
    }

    #[test]
    fn a_form_asks_for_a_batch() {
        let new = filled(&[("reward", "$0.10"), ("duration", "30"), ("duration_unit", "60")]);
        let new = new.read(false).unwrap();
        assert_eq!((new.reward, new.assignment_duration_in_seconds), (Cents(10), 1800));
        assert_eq!(
            (new.lifetime_in_seconds, new.auto_approval_delay_in_seconds),
            (604_800, 259_200)
        );
        assert_eq!((new.name, new.keywords, new.max_assignments), (None, None, 1));
        assert!(new.qualification_requirements.is_empty());
    }

    #[test]
    fn requirements_are_those_of_the_market() {
        let fields =
            [("masters", "yes"), ("locale", "us-wa, de"), ("rate", "95"), ("approved", "0")];
        for (is_real, masters) in
            [(false, "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"), (true, "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH")]
        {
            let all = filled(&fields).read(is_real).unwrap().qualification_requirements;
            let ids: Vec<&str> = all.iter().map(|one| &*one.qualification_type_id).collect();
            assert_eq!(ids, [masters, LOCALE, "000000000000000000L0", "00000000000000000040"]);
            let places: Vec<String> =
                all[1].locale_values.iter().flatten().map(Locale::to_string).collect();
            assert_eq!(places, ["US-WA", "DE"]);
            assert_eq!(all[2].integer_values, Some(vec![95]));
        }
    }

    #[test]
    fn every_wrong_field_is_told() {
        for (name, text, why) in [
            ("title", " ", "A title is needed."),
            ("description", "", "A description is needed."),
            ("template", "\n", "Choose a template, or paste one."),
            ("rows", "", "Choose a CSV file, or paste its rows."),
            ("reward", "much", "“much” is not an amount in dollars, such as 0.05."),
            ("assignments", "-1", "“-1” is not a whole number."),
            ("duration", "1.5", "“1.5” is not a whole number."),
            ("lifetime", "9223372036854775807", "is not a length of time that a HIT could have."),
            ("approval_unit", "7", "is not a length of time that a HIT could have."),
            ("rate", "high", "“high” is not a whole number."),
            ("visibility", "odd", "“odd” is not one of the choices."),
        ] {
            let wrong = filled(&[(name, text)]).read(false).unwrap_err();
            assert_eq!(wrong.len(), 1, "{name}");
            assert!(wrong[0].why.contains(why), "{name}: {wrong:?}");
        }
        let (empty, _) = Entered::of(Filling::default(), None);
        let fields: Vec<_> = empty.read(false).unwrap_err().iter().map(|one| one.field).collect();
        assert_eq!(fields, ["template", "data", "title", "description"]);
    }

    #[test]
    fn of_long_fields_the_beginning_is_read() {
        let title = "t".repeat(MAX_CHARACTERS + 1);
        assert_eq!(filled(&[("title", &title)]).get("title").len(), MAX_CHARACTERS);
        let places = "US,".repeat(MOST_PLACES + 1);
        let new = filled(&[("locale", &places)]).read(false).unwrap();
        let places = new.qualification_requirements[0].locale_values.as_ref().unwrap();
        assert_eq!(places.len(), MOST_PLACES);
    }

    #[test]
    fn a_file_is_kept_until_there_is_another_table() {
        let of = |files, rows: &str, kept: Option<&Entered>| {
            let texts = vec![("rows".to_owned(), rows.to_owned())];
            Entered::of(Filling { texts, files }, kept)
        };
        let (first, _) = of(vec![file("data", b"a\n1\n")], "", None);
        let data = |entered: &Entered| entered.file.as_ref().map(|file| file.text.clone());
        assert_eq!(data(&first).as_deref(), Some("a\n1\n"));
        assert_eq!(data(&of(vec![], " ", Some(&first)).0).as_deref(), Some("a\n1\n"));
        assert_eq!(data(&of(vec![], "a\n2\n", Some(&first)).0), None);
        let (second, _) = of(vec![file("data", b"a\n\xe9\n")], "a\n3\n", Some(&first));
        assert_eq!(data(&second).as_deref(), Some("a\né\n"));
        assert!(second.get("rows").is_empty() && second.file.unwrap().note.is_some());
        let long = "x".repeat(MAX_PASTED + 1);
        let (pasted, _) = of(vec![], &long, None);
        assert!(pasted.get("rows").is_empty() && data(&pasted) == Some(long));
        let (short, _) = of(vec![], &"x".repeat(MAX_PASTED), None);
        assert!(short.file.is_none() && short.get("rows").len() == MAX_PASTED);
    }

    #[test]
    fn files_have_limits() {
        let wrong = |field: &str, content: &[u8]| {
            let filling = Filling { texts: vec![], files: vec![file(field, content)] };
            Entered::of(filling, None).1.pop().map(|wrong| wrong.why)
        };
        let spaces = vec![b' '; csv::Limits::DATA.bytes + 1];
        for (field, content, why) in [
            ("data", &spaces[1..], None),
            ("data", &spaces[..], Some("The file rows.csv: it has more than 16 MiB.")),
            ("data", b"\xff\xfea", Some("The file rows.csv: the file is UTF-16")),
            ("template_file", &spaces[..MAX_TEMPLATE_BYTES], None),
            ("template_file", &spaces[..=MAX_TEMPLATE_BYTES], Some("it has more than 512 KiB.")),
            ("template_file", b"\xe9", Some("it is not UTF-8.")),
        ] {
            let found = wrong(field, content);
            assert_eq!(found.is_some(), why.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().contains(why.unwrap_or_default()));
        }
    }
}
