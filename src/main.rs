//! The program `mturk-local`.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use mturk_local::client;
use mturk_local::config::{Cli, Command, LogFormat, Serve};
use mturk_local::emulator::{Emulator, StartError};
use mturk_local::serve::{bind, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// What the program exits with.
#[derive(Debug, Clone, Copy)]
enum Exit {
    Failure = 1,
    Usage = 2,
    AddressInUse = 3,
    Database = 4,
}

/// Why the program ends otherwise than asked.
struct End(Exit, anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self(Exit::Failure, error.into())
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(End(exit, error)) => {
            complain(&format!("{error:#}"));
            ExitCode::from(exit as u8)
        }
    }
}

/// A bad option or environment value: says which, and exits 2. `--help` and `--version` exit 0.
fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        let text = error.to_string();
        for (name, value) in
            std::env::vars_os().filter_map(|(n, v)| Some((n.into_string().ok()?, v)))
        {
            let Some(option) = name.strip_prefix("MTURK_LOCAL_") else { continue };
            let option = format!("--{}", option.to_ascii_lowercase().replace('_', "-"));
            let typed = std::env::args().any(|arg| arg.starts_with(&option));
            if text.contains(&option) && !typed && !value.is_empty() {
                complain(&format!("the value is from the environment: {name}"));
            }
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
}

#[expect(clippy::print_stderr, reason = "the program's last words, log or no log")]
fn complain(text: &str) {
    eprintln!("mturk-local: {text}");
}

fn run(cli: Cli) -> Result<(), End> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            None => run_server(&cli.serve).await,
            Some(Command::Serve(options)) => run_server(&options).await,
            Some(Command::Submit(command)) => Ok(client::submit(&command).await?),
            Some(Command::Clock(command)) => Ok(client::clock(&command).await?),
            Some(Command::Health(command)) => Ok(client::health(&command).await?),
        }
    })
}

async fn run_server(options: &Serve) -> Result<(), End> {
    start_log(options);
    let stop_signal = stop_signal()?;
    let listeners = listen(options).await?;
    let bound: Vec<SocketAddr> =
        listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?;
    let emulator = Emulator::start(options.options(&bound)).await.map_err(|error| {
        let exit = match error {
            StartError::Open(_) => Exit::Database,
            StartError::Begin(_) => Exit::Failure,
        };
        End(exit, error.into())
    })?;
    let (stop, stopped) = watch::channel(false);
    let keeper = {
        let (emulator, stopped) = (emulator.clone(), stopped.clone());
        tokio::spawn(async move { emulator.keep_time(stopped).await })
    };
    let servers: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(serve(listener, emulator.router(), stopped.clone())))
        .collect();
    announce(options, &bound, &emulator).await?;
    stop_signal.await;
    tracing::info!("stopping");
    let _ = stop.send(true);
    for task in servers {
        task.await.context("a server ended badly")?;
    }
    keeper.await.context("the keeper of time ended badly")?;
    emulator.engine().store().close().await;
    Ok(())
}

/// Ctrl-C or SIGTERM.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn start_log(options: &Serve) {
    let level = match (options.verbose, options.quiet) {
        (true, _) => "mturk_local=debug,warn",
        (_, true) => "error",
        _ => "mturk_local=info,warn",
    };
    let filter = EnvFilter::new(level);
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(filter);
    match options.log {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}

async fn listen(options: &Serve) -> Result<Vec<TcpListener>, End> {
    let mut listeners = Vec::new();
    for address in &options.listen {
        if !address.ip().is_loopback() && !options.allow_remote {
            let why = anyhow::anyhow!(
                "--listen {address} lets other machines in; add --allow-remote if that is meant"
            );
            return Err(End(Exit::Usage, why));
        }
        listeners.push(bind(*address).await.map_err(|error| {
            let exit = match error.kind() {
                std::io::ErrorKind::AddrInUse => Exit::AddressInUse,
                _ => Exit::Usage,
            };
            End(exit, anyhow::Error::new(error).context(format!("cannot listen on {address}")))
        })?);
    }
    Ok(listeners)
}

/// The ready line on standard output, and what one wants to know on standard error.
async fn announce(options: &Serve, bound: &[SocketAddr], emulator: &Emulator) -> Result<(), End> {
    let address = bound.first().context("there is no address to listen on")?;
    let url = format!("http://{address}");
    let clock = Arc::clone(emulator.engine()).clock().await?;
    let kept = match &options.database {
        None => "in a temporary file, gone at exit".to_owned(),
        Some(url) => format!("in {}, kept", without_password(url)),
    };
    tracing::info!("state is {kept}");
    if clock.mode() != "real" {
        tracing::info!("the clock is {}: {}", clock.mode(), clock.now());
    }
    tracing::info!("export AWS_ENDPOINT_URL_MTURK={url}");
    let line = format!("mturk-local ready on {url}\n");
    if let Some(path) = &options.ready_file {
        std::fs::write(path, &line)
            .with_context(|| format!("cannot write the ready file {}", path.display()))?;
    }
    let mut stdout = std::io::stdout();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// A database URL that can be shown.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}
