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
        // With a problem before, the work that they belong to may not be there.
        let work_is_there = self.problems.is_empty();
        for entry in entries {
            let content = self.content(entry);
            if work_is_there {
                self.load_file(entry, content.unwrap_or_default()).await?;
            }
        }
        Ok(())
    }

    /// What the file holds, if it can be one.
    fn content(&mut self, entry: &FileEntry) -> Option<Vec<u8>> {
        let place = &entry.place;
        let Ok(content) = STANDARD.decode(&entry.content) else {
            self.problem(place, "Content is not base64");
            return None;
        };
        let fits = content.len() as u64 <= MAX_FILE_BYTES;
        if !fits {
            self.problem(place, format!("Content has more than {MAX_FILE_BYTES} bytes"));
        }
        fits.then_some(content)
    }

    async fn load_file(&mut self, entry: &FileEntry, content: Vec<u8>) -> Result<(), Fault> {
        let place = &entry.place;
        let hit_key = assignments::hit_key(&mut self.turn.tx, &entry.assignment_id).await?;
        let Some(hit_key) = hit_key else {
            self.missing(place, format!("there is no assignment {}", entry.assignment_id));
            return Ok(());
        };
        let kind = entry.content_type.clone();
        let file = UploadedFile {
            hit_key,
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
        self.loaded.uploaded_files += 1;
        uploaded_files::add(&mut self.turn.tx, &file).await
    }
}
