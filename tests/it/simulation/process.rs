//! The process with the market, and how it comes to harm.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join, join_all};
use mturk_local::store::Store;
use mturk_local::store::db::sqlite::writer::WriteTransaction;
use mturk_local::turn::Profile;
use rusqlite::Connection;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use super::actions::Call;
use super::chance::Chance;
use super::model::REQUESTERS;
use crate::shape;
use crate::world::World;

/// What goes wrong during some calls. Numbers of instructions are those of SQLite's own machine: a
/// statement has a few up to some hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    None,
    /// The client of the call with this index goes away.
    Gone(usize),
    /// The process is killed after so many instructions.
    Crash(usize),
    /// The disk fails at this instruction.
    Statement(usize),
    /// The first COMMIT fails.
    Commit,
    /// The disk is full.
    Full,
    /// The file cannot be written.
    ReadOnly,
    /// PostgreSQL closes connections that are in a transaction, so many moments later.
    Cut(usize),
    /// The process ends and starts anew, after the calls.
    Restart,
}

impl Harm {
    pub fn any(is_postgres: bool, chance: &mut Chance) -> Self {
        let magnitude = 1 << chance.between(2, 12);
        let instruction = chance.below(magnitude);
        if is_postgres {
            return if chance.one_in(4) { Self::Cut(chance.below(40)) } else { Self::None };
        }
        match chance.below(24) {
            0 => Self::Crash(instruction),
            1 | 2 => Self::Statement(instruction),
            3 => Self::Gone(chance.below(4)),
            4 if chance.one_in(2) => Self::Commit,
            5 if chance.one_in(2) => Self::Full,
            6 if chance.one_in(3) => Self::ReadOnly,
            7 if chance.one_in(3) => Self::Restart,
            _ => Self::None,
        }
    }
}

/// What a client knows of its call.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The status and the answer.
    Answered(u16, Value),
    /// The market's own failure.
    Failed(String),
    /// The client went away before the answer.
    Gone,
    /// The process was killed before the answer, or a rule lost it.
    Lost,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, text) = match self {
            Self::Answered(status, answer) => (*status, answer.to_string()),
            Self::Failed(text) => (500, text.clone()),
            Self::Gone | Self::Lost => return f.write_str("no answer"),
        };
        write!(f, "{status} {}", text.chars().take(200).collect::<String>())
    }
}

/// The market in its process.
pub struct Process {
    pub world: World,
    production: bool,
    /// Where its file is; the last one. None with PostgreSQL.
    folders: Vec<TempDir>,
}

impl Process {
    pub async fn begin(production: bool) -> Self {
        if is_postgres() {
            let world = World::with(|options| options.market.profile = profile(production)).await;
            return Self { world, production, folders: Vec::new() };
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), empty_market()).unwrap();
        let world = open(folder.path(), production).await;
        Self { world, production, folders: vec![folder] }
    }

    fn file(&self) -> Option<PathBuf> {
        self.folders.last().map(|folder| folder.path().join(FILE))
    }

    /// Makes calls that come at once; on SQLite their order is that of the list.
    pub async fn run(&mut self, calls: Vec<Call>, harm: Harm, chance: &mut Chance) -> Vec<Outcome> {
        if is_postgres() {
            return self.run_postgres(calls, harm).await;
        }
        let copy = Arc::new(Left::of(self.file().unwrap()));
        let begin = self.write_transaction().await;
        arm(begin.connection().unwrap(), harm, &copy).unwrap();
        // All wait behind the begin, in their order, so that they share a commit.
        let mut waiting: Vec<BoxFuture<'_, Outcome>> = Vec::new();
        for (index, call) in calls.into_iter().enumerate() {
            let (world, copy) = (self.world.clone(), Arc::clone(&copy));
            let mut answer = async move {
                let outcome = send(world, call).await;
                if copy.is_taken() { Outcome::Lost } else { copy.after(outcome) }
            }
            .boxed();
            let at_once = (&mut answer).now_or_never();
            let gone = harm == Harm::Gone(index);
            waiting.push(match at_once {
                Some(outcome) => std::future::ready(outcome).boxed(),
                None if gone => std::future::ready(Outcome::Gone).boxed(),
                None => answer,
            });
        }
        drop(begin);
        let outcomes = join_all(waiting).await;
        if !matches!(harm, Harm::Crash(_)) {
            // What clients that went away have sent is done by then.
            self.world.finished().await;
        }
        match harm {
            Harm::Crash(_) => self.crash(&copy, chance).await,
            Harm::Restart => self.restart().await,
            _ => {
                let begin = self.write_transaction().await;
                disarm(begin.connection().unwrap()).unwrap();
                begin.commit().await.unwrap();
            }
        }
        outcomes
    }

    async fn run_postgres(&mut self, calls: Vec<Call>, harm: Harm) -> Vec<Outcome> {
        let sent = calls.into_iter().map(|call| send(self.world.clone(), call));
        let cut = async {
            let Harm::Cut(moments) = harm else { return };
            let mut connection = PgConnection::connect(&self.world.database).await.unwrap();
            for _ in 0..moments {
                tokio::task::yield_now().await;
            }
            sqlx::query(CUT).execute(&mut connection).await.unwrap();
        };
        join(join_all(sent), cut).await.0
    }

    async fn write_transaction(&self) -> WriteTransaction {
        let engine = self.world.emulator.engine();
        let Store::Sqlite(sqlite) = engine.store() else { panic!("it is PostgreSQL") };
        sqlite.writer.begin().await
    }

    /// What the killed process left is all that there is. The end of the log is cut anywhere behind
    /// what was answered: the process was about to write it.
    async fn crash(&mut self, copy: &Left, chance: &mut Chance) {
        let taken = copy.take();
        let log = taken.path().join(LOG);
        if let Ok(written) = std::fs::metadata(&log).map(|known| known.len()) {
            let answered = copy.answered.load(Ordering::Relaxed).min(written);
            let more = usize::try_from(written - answered).unwrap();
            let length = answered + u64::try_from(chance.below(more + 1)).unwrap();
            std::fs::File::options().write(true).open(&log).unwrap().set_len(length).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        for name in [FILE, LOG] {
            let _ = std::fs::rename(taken.path().join(name), folder.path().join(name));
        }
        self.move_snapshots(&folder);
        self.world = open(folder.path(), self.production).await;
        self.folders.push(folder);
    }

    async fn restart(&mut self) {
        self.world.emulator.engine().store().close().await;
        let folder = tempfile::tempdir().unwrap();
        // The process that ended is still here, with its lock on the file.
        let file = self.file().unwrap();
        assert!(!file.with_file_name(LOG).exists(), "the log was not copied into the file");
        std::fs::copy(file, folder.path().join(FILE)).unwrap();
        self.move_snapshots(&folder);
        self.world = open(folder.path(), self.production).await;
        self.folders.push(folder);
    }

    /// The next process has those of the last.
    fn move_snapshots(&self, folder: &TempDir) {
        let old = self.file().unwrap().with_file_name(SNAPSHOTS);
        let _ = std::fs::rename(old, folder.path().join(SNAPSHOTS));
    }
}

const FILE: &str = "market.db";
const LOG: &str = "market.db-wal";
const SNAPSHOTS: &str = "market.db.snapshots";

/// Those connections to our own schema that are in the middle of something.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT l.pid FROM pg_locks l \
    JOIN pg_class c ON c.oid = l.relation WHERE c.relnamespace = current_schema()::regnamespace \
    AND l.pid <> pg_backend_pid()) busy";

pub fn is_postgres() -> bool {
    std::env::var_os("MTURK_LOCAL_TEST_DATABASE").is_some()
}

fn profile(production: bool) -> Profile {
    if production { Profile::Production } else { Profile::Sandbox }
}

async fn open(folder: &Path, production: bool) -> World {
    let database = format!("sqlite:{}", folder.join(FILE).display());
    World::at(database, |options| options.market.profile = profile(production)).await
}

/// A market in which nothing has happened yet, as a file; made once, since that takes longer than
/// many a history.
fn empty_market() -> &'static [u8] {
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let made = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let world = World::new().await;
                world.ok("GetAccountBalance", json!({})).await;
                world.emulator.engine().store().close().await;
                std::fs::read(world.database.trim_start_matches("sqlite:")).unwrap()
            })
        });
        made.join().unwrap()
    })
}

/// The files of a process as they are at one moment: what kill -9 leaves.
struct Left {
    file: PathBuf,
    taken: OnceLock<TempDir>,
    /// How long the log was at the last answer.
    answered: AtomicU64,
}

impl Left {
    fn of(file: PathBuf) -> Self {
        let copy = Self { file, taken: OnceLock::new(), answered: AtomicU64::new(0) };
        copy.answered.store(copy.log_length(), Ordering::Relaxed);
        copy
    }

    fn log_length(&self) -> u64 {
        std::fs::metadata(self.file.with_file_name(LOG)).map_or(0, |known| known.len())
    }

    fn after(&self, outcome: Outcome) -> Outcome {
        self.answered.store(self.log_length(), Ordering::Relaxed);
        outcome
    }

    fn is_taken(&self) -> bool {
        self.taken.get().is_some()
    }

    /// Takes it, the first time.
    fn take(&self) -> &TempDir {
        self.taken.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            for name in [FILE, LOG] {
                let _ = std::fs::copy(self.file.with_file_name(name), folder.path().join(name));
            }
            folder
        })
    }
}

fn arm(connection: &Connection, harm: Harm, copy: &Arc<Left>) -> rusqlite::Result<()> {
    let mut count = 0_usize;
    match harm {
        Harm::Crash(at) => {
            let copy = Arc::clone(copy);
            connection.progress_handler(
                1,
                Some(move || {
                    count += 1;
                    if count == at {
                        copy.take();
                    }
                    false
                }),
            )
        }
        Harm::Statement(at) => {
            // SQLite asks once more when COMMIT is done, and would then call what is committed
            // interrupted. The program has no such handler.
            let is_committing = Arc::new(AtomicBool::new(false));
            let begun = Arc::clone(&is_committing);
            connection.commit_hook(Some(move || {
                begun.store(true, Ordering::Relaxed);
                false
            }))?;
            let writing = Arc::clone(&is_committing);
            let next_turn = move |_, _: &str, _: &str, _| writing.store(false, Ordering::Relaxed);
            connection.update_hook(Some(next_turn))?;
            let mut is_done = false;
            connection.progress_handler(
                1,
                Some(move || {
                    count += 1;
                    let now = count >= at && !is_done && !is_committing.load(Ordering::Relaxed);
                    is_done |= now;
                    now
                }),
            )
        }
        Harm::Commit => connection.commit_hook(Some(move || {
            count += 1;
            count == 1
        })),
        Harm::Full => {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let text = format!("PRAGMA max_page_count = {pages}");
            connection.query_row(&text, [], |_| Ok(()))
        }
        Harm::ReadOnly => connection.execute_batch("PRAGMA query_only = ON"),
        Harm::None | Harm::Gone(_) | Harm::Cut(_) | Harm::Restart => Ok(()),
    }
}

fn disarm(connection: &Connection) -> rusqlite::Result<()> {
    connection.progress_handler(0, None::<fn() -> bool>)?;
    connection.commit_hook(None::<fn() -> bool>)?;
    connection.update_hook(None::<fn(rusqlite::hooks::Action, &str, &str, i64)>)?;
    connection.query_row("PRAGMA max_page_count = 4294967294", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA query_only = OFF")
}

/// The market, asked by the requester with this index.
pub fn as_requester(world: &World, by: usize) -> World {
    if by == 0 { world.clone() } else { world.by(REQUESTERS[by]) }
}

/// A time of the API.
pub fn milliseconds(time: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let whole = (time.as_f64().unwrap_or_default() * 1000.0).round() as i64;
    whole
}

async fn send(world: World, call: Call) -> Outcome {
    let post = |path: &str, kind: &str, body: String| {
        let request = Request::post(path).header("host", "localhost").header("content-type", kind);
        request.body(Body::from(body)).unwrap()
    };
    let request = match call {
        Call::Api(by, operation, body) => {
            let world = as_requester(&world, by);
            let reply = world.send(world.request(operation, body.to_string())).await;
            if reply.is_dropped {
                return Outcome::Lost;
            }
            if reply.status < 500 {
                shape::check(operation, &reply);
            }
            return outcome(reply.status, &reply.text);
        }
        Call::Reload => {
            let get = Request::get("/_mturk/world").header("host", "localhost");
            let dumped = world.send(get.body(Body::empty()).unwrap()).await;
            if dumped.status != 200 {
                return outcome(dumped.status, &dumped.text);
            }
            let put = Request::put("/_mturk/world").header("host", "localhost");
            put.body(Body::from(dumped.text)).unwrap()
        }
        Call::Control(path, body) => {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            post(&format!("/_mturk{path}"), "application/json", body)
        }
        Call::Delete(path) => {
            let delete = Request::delete(format!("/_mturk{path}")).header("host", "localhost");
            delete.body(Body::empty()).unwrap()
        }
        Call::Form(fields) => {
            post("/mturk/externalSubmit", "application/x-www-form-urlencoded", fields)
        }
    };
    let reply = world.send(request).await;
    outcome(reply.status, &reply.text)
}

fn outcome(status: u16, text: &str) -> Outcome {
    if status >= 500 {
        return Outcome::Failed(text.to_owned());
    }
    Outcome::Answered(status, serde_json::from_str(text).unwrap_or_default())
}
