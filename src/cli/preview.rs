//! `mturk-local preview`: a page as workers see it, while it is written.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::watch;

use crate::cli::error::{RunError, failure};
use crate::cli::{Signals, listen, ready_file};
use crate::config::commands::Preview as Options;
use crate::preview::{Named, Preview, Sources};
use crate::rules::frame_host::FrameHosts;
use crate::rules::question::web_host;
use crate::rules::worker::well_formed;
use crate::serve::{Connections, LocalNames, Server};

/// Shows the page until Ctrl-C or SIGTERM; a second one ends at once.
pub async fn preview(options: &Options) -> Result<(), RunError> {
    let sources = sources(options).map_err(RunError::Usage)?;
    let mut signals = Signals::new()?;
    let address = format!("127.0.0.1:{}", options.listen_port);
    let (listeners, names) =
        listen("--listen-port (MTURK_LOCAL_LISTEN_PORT)", &[address], false).await?;
    let first = listeners.first().ok_or_else(|| failure("there is no address"))?;
    let url = format!("http://{}", first.local_addr().map_err(failure)?);
    let (stop, stopped) = watch::channel(false);
    let frames = FrameHosts { url: None, on_loopback: names == LocalNames::Here };
    let preview = Preview::read(sources, &options.worker, frames).await;
    let watching = tokio::spawn(preview.clone().watch(stopped.clone()));
    let front = preview.front(stopped.clone());
    let server = Server::new(front, Connections::within_limit(), stopped);
    let serving = listeners.into_iter().map(|listener| server.clone().http(listener));
    let serving = tokio::spawn(futures_util::future::join_all(serving));
    let mut stdout = std::io::stdout();
    let line = ready_file::line(&url);
    stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(failure)?;
    if !options.no_open {
        open(&url);
    }
    signals.next().await;
    let _ = stop.send(true);
    tokio::select! {
        ended = async { tokio::try_join!(serving, watching) } => ended.map(drop).map_err(failure),
        _ = signals.next() => Err(RunError::Failure("stopped at once".into())),
    }
}

/// What is shown.
fn sources(options: &Options) -> Result<Sources, String> {
    if !well_formed(&options.worker) {
        let why = "is no worker id: A, then capital letters and digits, at most 64 characters";
        return Err(format!("--worker (MTURK_LOCAL_WORKER) {:?} {why}", options.worker));
    }
    if let Some(path) = &options.data {
        check("--data (MTURK_LOCAL_DATA) ", path)?;
    }
    let named = if web_host(&options.page).is_some() {
        Named::Url(options.page.clone())
    } else {
        let path = PathBuf::from(&options.page);
        check("", &path)?;
        Named::File(path)
    };
    Ok(Sources { named, data: options.data.clone() })
}

/// Whether there is a file now, at the start; later it may go and come back.
fn check(option: &str, path: &Path) -> Result<(), String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => Err(format!("{option}{shown} is not a file")),
        Err(error) if error.kind() == ErrorKind::NotFound && option.is_empty() => Err(format!(
            "there is no file {shown}; if you mean a page on a server, begin with http:// or \
             https://"
        )),
        Err(error) => Err(format!("{option}{shown} cannot be read: {error}")),
    }
}

/// Opens the address in a browser, where there is one.
fn open(url: &str) {
    let Some((program, arguments)) = browser(url, |name| std::env::var(name).ok()) else { return };
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Without a browser, the address was printed.
    let Ok(mut child) = command.spawn() else { return };
    tokio::spawn(async move { child.wait().await });
}

/// The program that opens an address, and its arguments. `BROWSER` is a list of commands, in which
/// `%s` stands for the address.
fn browser(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<(String, Vec<String>)> {
    let set = |name| variable(name).filter(|value| !value.trim().is_empty());
    let Some(all) = set("BROWSER") else {
        let has_screen = set("DISPLAY").or_else(|| set("WAYLAND_DISPLAY")).is_some();
        let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let is_there = cfg!(target_os = "macos") || has_screen;
        return is_there.then(|| (program.to_owned(), vec![url.to_owned()]));
    };
    let mut words = all.split(':').next()?.split_whitespace().map(|word| word.replace("%s", url));
    let program = words.next()?;
    let mut arguments: Vec<String> = words.collect();
    if arguments.iter().all(|argument| !argument.contains(url)) {
        arguments.push(url.to_owned());
    }
    Some((program, arguments))
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn a_browser_is_found_by_the_environment() {
        let found = |set: &'static [(&str, &str)]| {
            let variable = move |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let found = browser("http://h/", variable);
            found.map(|(program, arguments)| format!("{program} {}", arguments.join(" ")))
        };
        let shown = |text: &str| Some(text.to_owned());
        assert_eq!(found(&[("BROWSER", "firefox")]), shown("firefox http://h/"));
        assert_eq!(found(&[("BROWSER", "a --new %s:b")]), shown("a --new http://h/"));
        assert_eq!(found(&[("BROWSER", "open -a Safari")]), shown("open -a Safari http://h/"));
        if cfg!(not(target_os = "macos")) {
            assert_eq!(found(&[]), None);
            assert_eq!(found(&[("BROWSER", " "), ("DISPLAY", ":0")]), shown("xdg-open http://h/"));
            assert_eq!(found(&[("WAYLAND_DISPLAY", "w")]), shown("xdg-open http://h/"));
        }
    }
}
