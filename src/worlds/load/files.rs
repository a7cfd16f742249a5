//! HIT layouts, and files that workers sent along with their answers.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::fault::Fault;
use crate::rules::batch::MAX_TEMPLATE_BYTES;
use crate::rules::question::filling::MAX_FILE_BYTES;
use crate::rules::question::layout::Layout;
use crate::store::assignments;
use crate::store::hit_layouts::{self, HitLayout};
use crate::store::uploaded_files::{self, UploadedFile};
use crate::worlds::entries::files::{FileEntry, LayoutEntry};
use crate::worlds::load::Load;
use crate::worlds::merge::Located;

/// Height of the frame where the world does not name one: it fits the worker's window.
const FRAME_HEIGHT: u32 = 0;

impl Load<'_> {
    pub(super) async fn load_layout(&mut self, entry: &Located<LayoutEntry>) -> Result<(), Fault> {
        let place = &entry.place;
        let before = self.problems.count();
        let owner = self.owner(entry).await?;
        let id = self.id(entry.hit_layout_id.as_ref());
        if hit_layouts::exists(&mut self.turn.tx, &id).await? {
            self.problem(place, format!("there is a HIT layout {id} already"));
        }
        let frame_height = i64::from(entry.frame_height.unwrap_or(FRAME_HEIGHT));
        let layout = Layout { html: entry.html_content.clone(), frame_height };
        // The API's limit binds the HITs that are made from it.
        if layout.html.len() > MAX_TEMPLATE_BYTES {
            let why = format!("HTMLContent has more than {} KiB", MAX_TEMPLATE_BYTES >> 10);
            self.problem(place, why);
        }
        let Some(owner) = owner.filter(|_| self.problems.count() == before) else { return Ok(()) };
        let new =
            HitLayout { id, requester_id: owner.id.clone(), name: entry.name.clone(), layout };
        self.loaded.hit_layouts += 1;
        hit_layouts::add(&mut self.turn.tx, &new).await
    }

    pub(super) async fn load_files(&mut self) -> Result<(), Fault> {
        // With a problem before, the work of these worlds was not written.
        let unwritten: HashSet<&str> =
            if self.problems.is_empty() { HashSet::new() } else { self.entries.work().collect() };
        for entry in &self.entries.files {
            let content = self.content(entry);
            if !unwritten.contains(entry.assignment_id.as_str()) {
                self.load_file(entry, content).await?;
            }
        }
        Ok(())
    }

    /// What the file holds; nothing, and a problem, if it can be none.
    fn content(&mut self, entry: &Located<FileEntry>) -> Vec<u8> {
        match STANDARD.decode(&entry.content) {
            Ok(content) if content.len() as u64 <= MAX_FILE_BYTES => return content,
            Ok(_) => {
                let why = format!("Content has more than {MAX_FILE_BYTES} bytes");
                self.problem(&entry.place, why);
            }
            Err(_) => self.problem(&entry.place, "Content is not base64"),
        }
        Vec::new()
    }

    async fn load_file(
        &mut self,
        entry: &Located<FileEntry>,
        content: Vec<u8>,
    ) -> Result<(), Fault> {
        let place = &entry.place;
        let hit_key = assignments::hit_key(&mut self.turn.tx, &entry.assignment_id).await?;
        let Some(hit_key) = hit_key else {
            self.missing(place, format!("there is no assignment {}", *entry.assignment_id));
            return Ok(());
        };
        let kind = entry.content_type.clone();
        let file = UploadedFile {
            hit_key,
            key: entry.uploaded_file_key.to_string(),
            assignment_id: entry.assignment_id.to_string(),
            question_identifier: entry.question_identifier.clone().unwrap_or_default(),
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
