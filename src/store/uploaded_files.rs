//! `uploaded_files`: what workers sent along with their answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::sql::{Row, sql};

statements! {
    KEY_OWNED = "SELECT f.key FROM uploaded_files f JOIN hits h ON h.key = f.hit_key \
        WHERE f.assignment_id = $1 AND f.question_identifier = $2 AND h.requester_id = $3 \
        AND h.status <> 'Disposed'";
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

fn file(row: &Row) -> Result<UploadedFile, Fault> {
    let content: String = row.get(6)?;
    let content = STANDARD.decode(content).map_err(|e| Fault::Service(e.to_string()))?;
    Ok(UploadedFile {
        hit_key: row.get(0)?,
        key: row.get(1)?,
        assignment_id: row.get(2)?,
        question_identifier: row.get(3)?,
        file_name: row.get(4)?,
        content_type: row.get(5)?,
        content,
    })
}

/// The key of the file that answers a question, in work on a HIT of this requester that is not
/// deleted.
///
/// # Errors
/// The database failed.
pub async fn key(
    tx: &mut Tx,
    requester_id: &str,
    assignment_id: &str,
    question_identifier: &str,
) -> Result<Option<String>, Fault> {
    let statement = sql(KEY_OWNED).bind(assignment_id).bind(question_identifier);
    statement.bind(requester_id).one(tx).await?.map(|row| row.get(0)).transpose()
}

/// The file with that key, whoever owns the HIT: for who was given its link.
///
/// # Errors
/// The database failed.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<UploadedFile>, Fault> {
    sql(BY_KEY).bind(key).one(tx).await?.as_ref().map(file).transpose()
}

/// Whether there is a file with the key, or one that answers the same question of the same work.
///
/// # Errors
/// The database failed.
pub async fn taken(tx: &mut Tx, file: &UploadedFile) -> Result<bool, Fault> {
    let statement = sql(TAKEN).bind(&file.key).bind(&file.assignment_id);
    Ok(statement.bind(&file.question_identifier).one(tx).await?.is_some())
}

/// Keeps a file.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, file: &UploadedFile) -> Result<(), Fault> {
    let content = STANDARD.encode(&file.content);
    let statement = sql(ADD).bind(file.hit_key).bind(&file.key).bind(&file.assignment_id);
    let statement = statement.bind(&file.question_identifier).bind(&file.file_name);
    statement.bind(&file.content_type).bind(&content).run(tx).await?;
    Ok(())
}

/// Takes away the files of a HIT.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &mut Tx, hit_key: i64) -> Result<(), Fault> {
    sql(REMOVE).bind(hit_key).run(tx).await?;
    Ok(())
}

/// The file whose key is next after `key`: one at a time, since files may be large.
///
/// # Errors
/// The database failed.
pub async fn after(tx: &mut Tx, key: &str) -> Result<Option<UploadedFile>, Fault> {
    sql(AFTER).bind(key).one(tx).await?.as_ref().map(file).transpose()
}
