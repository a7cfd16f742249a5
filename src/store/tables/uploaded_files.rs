//! `uploaded_files`: what workers sent along with their answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow};
use crate::store::db::sql::sql;

statements! {
    KEY_OWNED = "SELECT f.key FROM uploaded_files f JOIN hits h ON h.key = f.hit_key \
        WHERE f.assignment_id = $1 AND f.question_identifier = $2 AND h.requester_id = $3 \
        AND h.status <> 'Disposed'";
    KEY_OF_WORKER = "SELECT f.key FROM uploaded_files f \
        JOIN assignments a ON a.id = f.assignment_id WHERE f.assignment_id = $1 \
        AND f.question_identifier = $2 AND a.worker_id = $3";
    BY_KEY = "SELECT hit_key, key, assignment_id, question_identifier, file_name, content_type, \
        content FROM uploaded_files WHERE key = $1";
    TAKEN = "SELECT key FROM uploaded_files \
        WHERE key = $1 OR assignment_id = $2 AND question_identifier = $3 LIMIT 1";
    ADD = "INSERT INTO uploaded_files (hit_key, key, assignment_id, question_identifier, \
        file_name, content_type, content) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    REMOVE = "DELETE FROM uploaded_files WHERE hit_key = $1";
    AFTER = "SELECT hit_key, key, assignment_id, question_identifier, file_name, content_type, \
        content FROM uploaded_files WHERE key > $1 ORDER BY key LIMIT 1";
}

/// A file of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// The number of the HIT.
    pub hit_key: i64,
    /// What stands for it in the answer.
    pub key: String,
    /// The work that it is part of.
    pub assignment_id: String,
    /// The question that it answers.
    pub question_identifier: String,
    /// What the worker's machine called it.
    pub file_name: String,
    /// Its MIME type, as the browser guessed it.
    pub content_type: String,
    /// What is in it.
    pub content: Vec<u8>,
}

impl FromRow for UploadedFile {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self {
            hit_key: columns.next()?,
            key: columns.next()?,
            assignment_id: columns.next()?,
            question_identifier: columns.next()?,
            file_name: columns.next()?,
            content_type: columns.next()?,
            content: STANDARD
                .decode(columns.next::<String>()?)
                .map_err(|e| Fault::Service(e.to_string()))?,
        })
    }
}

/// The key of the file that answers a question, in work on a HIT of this requester that is not
/// deleted.
pub async fn key(
    tx: &mut Tx,
    requester_id: &str,
    assignment_id: &str,
    question_identifier: &str,
) -> Result<Option<String>, Fault> {
    let statement = sql(KEY_OWNED).bind(assignment_id).bind(question_identifier);
    statement.bind(requester_id).one(tx).await
}

/// The key of the file that answers a question, in work of this worker.
pub async fn key_of_worker(
    tx: &mut Tx,
    worker_id: &str,
    assignment_id: &str,
    question_identifier: &str,
) -> Result<Option<String>, Fault> {
    let statement = sql(KEY_OF_WORKER).bind(assignment_id).bind(question_identifier);
    statement.bind(worker_id).one(tx).await
}

/// The file with that key, whoever owns the HIT: for who was given its link.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<UploadedFile>, Fault> {
    sql(BY_KEY).bind(key).one(tx).await
}

/// Whether there is a file with the key, or one that answers the same question of the same work.
pub async fn taken(tx: &mut Tx, file: &UploadedFile) -> Result<bool, Fault> {
    let statement = sql(TAKEN).bind(&file.key).bind(&file.assignment_id);
    statement.bind(&file.question_identifier).any(tx).await
}

/// Keeps a file.
pub async fn add(tx: &mut Tx, file: &UploadedFile) -> Result<(), Fault> {
    let content = STANDARD.encode(&file.content);
    let statement = sql(ADD).bind(file.hit_key).bind(&file.key).bind(&file.assignment_id);
    let statement = statement.bind(&file.question_identifier).bind(&file.file_name);
    statement.bind(&file.content_type).bind(&content).run(tx).await
}

/// Takes away the files of a HIT.
pub async fn remove(tx: &mut Tx, hit_key: i64) -> Result<(), Fault> {
    sql(REMOVE).bind(hit_key).run(tx).await
}

/// The file whose key is next after `key`: one at a time, since files may be large.
pub async fn after(tx: &mut Tx, key: &str) -> Result<Option<UploadedFile>, Fault> {
    Ok(sql(AFTER).bind(key).read_all(tx, ("uploaded_files", 1)).await?.pop())
}
