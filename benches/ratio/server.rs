//! The servers that are compared: mturk-local, and bare axum programs, each a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use axum::serve::ListenerExt as _;

/// A server in its own process, ended when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    /// From exec to its ready line.
    pub ready: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program under test.
pub fn program() -> PathBuf {
    std::env::var_os("MTURK_LOCAL_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_mturk-local")), PathBuf::from)
}

impl Server {
    /// mturk-local on a free port.
    pub fn ours(database: Option<&str>) -> Result<Self> {
        Self::of(&program(), database)
    }

    /// Another build of mturk-local on a free port.
    pub fn of(program: &Path, database: Option<&str>) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "-q"]);
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        Self::start(&mut command)
    }

    /// A bare axum program that answers every request with the bytes of a file.
    pub fn axum(file: &Path) -> Result<Self> {
        Self::start(Command::new(std::env::current_exe()?).arg("--serve").arg(file))
    }

    /// A command that becomes a server and prints a ready line.
    pub fn start(command: &mut Command) -> Result<Self> {
        let begun = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let ready = begun.elapsed();
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let server = Self { child, port: port.unwrap_or_default(), ready };
        anyhow::ensure!(port.is_some(), "no ready line but {line:?}");
        Ok(server)
    }

    /// Asks the process to end, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let status = Command::new("kill").arg(self.child.id().to_string()).status()?;
        anyhow::ensure!(status.success(), "the server could not be stopped");
        self.child.wait()?;
        Ok(())
    }

    /// CPU time of the process so far, in microseconds.
    pub fn cpu_us(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after = stat.rsplit(") ").next().context("no stat")?;
        let ticks = |n: usize| after.split(' ').nth(n).and_then(|text| text.parse::<f64>().ok());
        let (user, system) = (ticks(11).context("utime")?, ticks(12).context("stime")?);
        // 100 ticks in a second on every Linux that Rust runs on.
        Ok((user + system) * 10_000.0)
    }

    /// Resident memory in MiB.
    pub fn rss_mib(&self) -> Result<f64> {
        self.memory_mib("VmRSS")
    }

    /// What the kernel says of the process's memory under that name, in MiB.
    pub fn memory_mib(&self, name: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.and_then(|text| text.split_whitespace().next());
        let kib = kib.with_context(|| format!("no {name}"))?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

/// What `--serve FILE` does: the least that an axum program can do.
pub fn serve(file: &str) -> Result<()> {
    let bytes = Bytes::from(std::fs::read(file)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let answer = move |_: Bytes| {
            let bytes = bytes.clone();
            async move { ([(CONTENT_TYPE, "application/x-amz-json-1.1")], bytes) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "ready on http://{}", listener.local_addr()?)?;
        stdout.flush()?;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, Router::new().route("/", any(answer))).await?)
    })
}
