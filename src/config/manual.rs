//! The manual: a page for the program and one for each command.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::config::Cli;

/// The pages in the language of `man`, one after another: all of them, or those of one command.
///
/// # Errors
/// A sentence, if there is no such command.
pub fn pages(command: Option<&str>) -> Result<String, String> {
    let mut whole = Cli::command().disable_help_subcommand(true);
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

fn add(command: &Command, pages: &mut Vec<u8>) -> std::io::Result<()> {
    Man::new(command.clone()).render(pages)?;
    command.get_subcommands().try_for_each(|command| add(command, pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_that_a_page_points_at_is_there() {
        let all = pages(None).unwrap();
        let named = |line: &str| {
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
