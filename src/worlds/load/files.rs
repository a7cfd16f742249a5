//! Files that workers sent along with their answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::rules::question::filling::MAX_FILE_BYTES;
use crate::store::assignments;
use crate::store::uploaded_files::{self, UploadedFile};
use crate::worlds::load::Load;
use crate::worlds::nouns::files::FileEntry;

impl Load<'_> {
    pub(super) async fn load_files(&mut self, entries: &[FileEntry]) -> Result<(), Fault> {
        // With a problem the work that they belong to may not be there.
        if !self.problems.is_empty() {
            return Ok(());
        }
        for entry in entries {
            self.load_file(entry).await?;
        }
        Ok(())
    }

    async fn load_file(&mut self, entry: &FileEntry) -> Result<(), Fault> {
        let place = &entry.place;
        let Ok(content) = STANDARD.decode(&entry.content) else {
            self.problem(place, "Content is not base64");
            return Ok(());
        };
        if content.len() as u64 > MAX_FILE_BYTES {
            self.problem(place, format!("Content has more than {MAX_FILE_BYTES} bytes"));
            return Ok(());
        }
        let work = assignments::find(&mut self.turn.tx, &entry.assignment_id).await?;
        let Some(work) = work else {
            self.problem(place, format!("there is no assignment {}", entry.assignment_id));
            return Ok(());
        };
        let kind = entry.content_type.clone();
        let file = UploadedFile {
            hit_key: work.hit_key,
            key: entry.key.clone(),
            assignment_id: entry.assignment_id.clone(),
            question_identifier: entry.question_identifier.clone(),
            file_name: entry.file_name.clone().unwrap_or_default(),
            content_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
            content,
        };
        if uploaded_files::taken(&mut self.turn.tx, &file).await? {
            self.problem(place, "another file has this key, or answers this question");
            return Ok(());
        }
        uploaded_files::add(&mut self.turn.tx, &file).await
    }
}
