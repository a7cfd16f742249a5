//! The templates that the program carries with it.

/// A built-in template.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// What `--template` calls it.
    pub name: &'static str,
    /// What its HITs ask.
    pub about: &'static str,
    /// The HTML.
    pub html: &'static str,
}

macro_rules! samples {
    ($($name:literal: $about:literal,)*) => {
        /// Every built-in template, by name.
        pub const SAMPLES: &[Sample] = &[$(Sample {
            name: $name,
            about: $about,
            html: include_str!(concat!("samples/", $name, ".html")),
        }),*];
    };
}

samples! {
    "categorize": "choose a category for the picture at ${image_url}",
    "sentiment": "say how the writer of ${text} feels",
    "side-by-side": "answer ${question} about ${text_a} and ${text_b}",
    "survey-link": "take the survey at ${survey_url}, and enter its code",
    "transcribe": "write down what is said at ${audio_url}",
}

impl Sample {
    /// The template of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SAMPLES.iter().find(|sample| sample.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::batch::template::Template;
    use crate::rules::question::fields::of_page;

    #[test]
    fn each_names_its_variables_and_asks_something() {
        for sample in SAMPLES {
            let template = Template::new(sample.html, 0);
            let variables = template.variables();
            assert!(!variables.is_empty(), "{}", sample.name);
            for name in variables {
                assert!(sample.about.contains(&format!("${{{name}}}")), "{}: {name}", sample.name);
            }
            assert!(of_page(sample.html).open().count() > 0, "{}", sample.name);
        }
        assert_eq!(Sample::find("sentiment").map(|sample| sample.name), Some("sentiment"));
        assert!(Sample::find("none").is_none());
    }
}
