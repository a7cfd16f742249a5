//! What the pages of the desk share.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::desk::batches::draft::Drafts;
use crate::desk::review::counting::Jobs;
use crate::desk::streams::Live;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::admin_token::AdminToken;
use crate::rules::frame::FrameParameters;
use crate::rules::frame_address::Shown;
use crate::rules::frame_host::FrameHosts;
use crate::rules::question::Question;
use crate::web::attempts::Attempts;
use crate::web::frames::Frames;
use crate::web::origin::{HasPublicOrigin, Origin};
use crate::web::question::Frame;

/// Who may see what.
#[derive(Debug, Clone)]
pub struct Access {
    /// Who shows it may be any requester; none if everybody may.
    pub token: Option<AdminToken>,
    /// Whether every requester must show a secret.
    pub is_strict: bool,
    /// What the server's addresses begin with, if not with the caller's `Host`.
    pub public_origin: Option<String>,
    /// Where the HTML of HITs has an origin of its own.
    pub frames: FrameHosts,
}

/// What the pages share.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Takes the turns.
    pub engine: Arc<Engine>,
    /// Who may see what.
    pub access: Arc<Access>,
    /// Whether the worker's site is at the same address.
    pub has_site: bool,
    /// Wrong secrets.
    pub attempts: Arc<Attempts>,
    /// What was uploaded and is not published or applied yet.
    pub drafts: Arc<Drafts>,
    /// Pages that are kept up to date.
    pub live: Arc<Live>,
    /// Measures that are counted in the background.
    pub jobs: Arc<Jobs>,
}

impl Desk {
    /// The desk of a market; the worker's site may be at the same address.
    #[must_use]
    pub fn new(engine: Arc<Engine>, access: Access, has_site: bool) -> Self {
        let attempts = Arc::new(Attempts::new("secrets of requesters"));
        let (drafts, live, jobs) = (Arc::default(), Arc::default(), Arc::default());
        Self { engine, access: Arc::new(access), has_site, attempts, drafts, live, jobs }
    }

    /// The frame of a requester's question on a page of the desk; none for a form.
    ///
    /// # Errors
    /// The database failed.
    pub async fn frame(
        &self,
        origin: &Origin,
        question: &Question,
        requester_id: &str,
        shown: Shown,
    ) -> Result<Option<Frame>, Fault> {
        let key = self.engine.page_key().await?;
        // The name of frames leads to the worker's site, which knows no drafts.
        let is_lost = matches!(shown, Shown::Draft { .. }) && !self.has_site;
        let none = FrameHosts::default();
        let hosts =
            if is_lost && self.access.frames.url.is_some() { &none } else { &self.access.frames };
        let frames = Frames { hosts, key: &key, around: origin };
        let hit_id =
            if let Shown::Owned { hit_id, .. } = &shown { hit_id.clone() } else { String::new() };
        let parameters = FrameParameters { hit_id: &hit_id, accepted: None };
        Ok(frames.of(question, requester_id, shown, &parameters))
    }
}

impl FromRequestParts<Desk> for Desk {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, desk: &Self) -> Result<Self, Infallible> {
        Ok(desk.clone())
    }
}

impl HasPublicOrigin for Desk {
    fn public_origin(&self) -> Option<&str> {
        self.access.public_origin.as_deref()
    }
}
