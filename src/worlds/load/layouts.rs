//! HIT layouts.

use crate::fault::Fault;
use crate::rules::question::MAX_BYTES;
use crate::rules::question::layout::Layout;
use crate::store::hit_layouts::{self, HitLayout};
use crate::worlds::load::Load;
use crate::worlds::nouns::layouts::LayoutEntry;

/// Height of the frame where the world does not say: it fits the worker's window.
const FRAME_HEIGHT: u32 = 0;

impl Load<'_> {
    pub(super) async fn load_layouts(&mut self, entries: &[LayoutEntry]) -> Result<(), Fault> {
        for entry in entries {
            self.load_layout(entry).await?;
        }
        Ok(())
    }

    async fn load_layout(&mut self, entry: &LayoutEntry) -> Result<(), Fault> {
        let place = &entry.place;
        let before = self.problems.count();
        let owner = self.owner(place, &entry.owner).await?;
        let id = entry.id.clone().unwrap_or_else(|| self.turn.ids.entity());
        if hit_layouts::exists(&mut self.turn.tx, &id).await? {
            self.problem(place, format!("there is a HIT layout {id} already"));
        }
        let frame_height = i64::from(entry.frame_height.unwrap_or(FRAME_HEIGHT));
        let layout = Layout { html: entry.html.clone(), frame_height };
        if layout.least_bytes() > MAX_BYTES {
            let why = format!("with HTMLContent a Question has more than {MAX_BYTES} bytes");
            self.problem(place, why);
        }
        let Some(owner) = owner.filter(|_| self.problems.count() == before) else { return Ok(()) };
        let new =
            HitLayout { id, requester_id: owner.id.clone(), name: entry.name.clone(), layout };
        self.loaded.hit_layouts += 1;
        hit_layouts::add(&mut self.turn.tx, &new).await
    }
}
