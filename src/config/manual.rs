//! The manual: a page for the program and one for each command.

use std::io;

use clap::{Arg, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::config::{Cli, examples, help};

const PROGRAM: &str = "mturk-local";
/// What the exit codes mean; only a server exits with the last two.
const EXIT_CODES: [(&str, &str); 5] = [
    ("0", "Done, or stopped on request."),
    (
        "1",
        "It failed while running. A command that talks to a server also exits with 1 if no server \
         answers, or if the server refuses.",
    ),
    ("2", "An option, a variable, a world or another argument is wrong."),
    ("3", "The address is in use."),
    (
        "4",
        "The database is unusable or written by a newer version, or its file was moved, replaced, \
         deleted or overwritten.",
    ),
];

/// The pages in the language of `man`, one after another: all of them, or those of one command.
pub fn pages(command: Option<&str>) -> Result<String, String> {
    let mut whole = help::with_sentences(Cli::command()).disable_help_subcommand(true);
    whole.build();
    let from = match command {
        None => &whole,
        Some(name) => whole
            .find_subcommand(name)
            .ok_or_else(|| format!("there is no command {name} that has a manual page"))?,
    };
    let mut pages = Vec::new();
    add(from, &mut pages).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&pages).into_owned())
}

fn add(command: &Command, pages: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or(PROGRAM);
    let path = name.strip_prefix(PROGRAM).unwrap_or_default().trim_start();
    let usage = command.clone().render_usage().to_string();
    let page = Man::new(command.clone().override_usage(usage.replacen("Usage: ", "", 1)))
        .date(" ") // An empty one would be left out, and what follows would be taken for it.
        .source(concat!("mturk-local ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    page.render_title(pages)?;
    // Names of options are not cut.
    Roff::new().control("nh", []).control("ad", ["l"]).to_writer(pages)?;
    page.render_name_section(pages)?;
    page.render_synopsis_section(pages)?;
    page.render_description_section(pages)?;
    page.render_options_section(pages)?;
    if command.has_subcommands() {
        page.render_subcommands_section(pages)?;
    }
    let mut more = Roff::new();
    add_examples(&mut more, path);
    add_environment(&mut more, command);
    add_exit_status(&mut more, path);
    add_see_also(&mut more, path);
    more.to_writer(pages)?;
    command.get_subcommands().try_for_each(|command| add(command, pages))
}

fn add_examples(page: &mut Roff, path: &str) {
    let Some(help) = examples::of(path) else { return };
    page.control("SH", ["EXAMPLES"]);
    for example in &help.examples {
        page.control("PP", []).text([roman(format!("{}:", example.what))]);
        page.control("RS", ["2"]).control("nf", []).text([bold(example.line)]);
        page.control("fi", []).control("RE", []);
    }
}

fn add_environment(page: &mut Roff, command: &Command) {
    let variable = |option: &Arg| {
        let variable = option.get_env()?.to_str()?.to_owned();
        Some((variable, format!("--{}", option.get_long()?)))
    };
    let mut variables: Vec<_> = command.get_arguments().filter_map(variable).collect();
    if variables.is_empty() {
        return;
    }
    variables.sort();
    page.control("SH", ["ENVIRONMENT"]);
    page.text([roman(
        "An option that is not given takes its value from its variable. An empty variable counts \
         as not set. Commas separate the values of a repeatable option.",
    )]);
    for (variable, option) in variables {
        page.control("TP", []).text([bold(variable)]).text([bold(option)]);
    }
}

fn add_exit_status(page: &mut Roff, path: &str) {
    page.control("SH", ["EXIT STATUS"]);
    if path == "exec" {
        page.text([roman(
            "The exit code of the command, or 128 plus the number of the signal that ended it. \
             If the command did not run:",
        )]);
    }
    let codes = match path {
        "" | "serve" => &EXIT_CODES[..],
        "exec" => &EXIT_CODES[1..],
        _ => &EXIT_CODES[..3],
    };
    for (code, meaning) in codes {
        page.control("TP", []).text([bold(*code)]).text([roman(*meaning)]);
    }
}

fn add_see_also(page: &mut Roff, path: &str) {
    page.control("SH", ["SEE ALSO"]);
    let mut above = Vec::new();
    if let Some((parent, _)) = path.split_once(' ') {
        above.push(format!("{PROGRAM}-{parent}(1)"));
    }
    if !path.is_empty() {
        above.push(format!("{PROGRAM}(1)"));
    }
    for name in above {
        page.text([roman(format!("{name},"))]);
    }
    let book = examples::of(path).map_or("SUMMARY", |help| help.page);
    page.text([roman("the book: "), italic(format!("docs/src/{book}.md"))]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_that_a_page_points_at_is_there() {
        let all = pages(None).unwrap();
        let named = |line: &str| {
            let line = line.trim_end_matches(',');
            let page = line.strip_prefix("mturk\\-local\\-")?.strip_suffix("(1)")?;
            Some(page.replace('\\', ""))
        };
        let pointed_at: Vec<String> = all.lines().filter_map(named).collect();
        assert!(pointed_at.len() >= 12, "{pointed_at:?}");
        for page in pointed_at {
            let title = format!(".TH mturk-local-{page} 1 ");
            assert!(all.contains(&title), "{page} is not there");
        }
    }

    #[test]
    fn a_page_names_the_variable_of_each_option() {
        let of_load = pages(Some("load")).unwrap();
        assert!(of_load.starts_with(".ie") && of_load.contains(".TH mturk-local-load 1 "));
        assert_eq!(of_load.matches(".TH ").count(), 1);
        assert!(
            of_load.contains("MTURK_LOCAL_REPLACE") && of_load.contains("MTURK_LOCAL_ENDPOINT")
        );
        assert_eq!(pages(Some("clock")).unwrap().matches(".TH ").count(), 5);
        assert!(pages(Some("nothing")).is_err());
    }
}
