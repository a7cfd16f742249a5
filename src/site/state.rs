//! What the pages of the site share.

use std::sync::Arc;

use crate::engine::Engine;
use crate::rules::frame_host::FrameHosts;
use crate::rules::question::answers::Repeated;
use crate::web::origin::HasPublicOrigin;

/// How work in a frame is submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum SubmitThrough {
    /// The post to `/mturk/externalSubmit` submits it, wherever it comes from.
    #[default]
    Post,
    /// As the closed site did: the answer of that post tells the page around the frame, which
    /// submits the work. What is posted from elsewhere, such as a window of its own, is lost.
    Frame,
}

/// The options of the site.
#[derive(Debug, Clone, Default)]
pub struct SiteOptions {
    /// What `turkSubmitTo` shows, without a slash at its end; from the request's Host if absent.
    pub public_url: Option<String>,
    /// How work in a frame is submitted.
    pub submit_through: SubmitThrough,
    /// What becomes of fields with one name.
    pub repeated: Repeated,
}

/// What the pages share.
#[derive(Debug, Clone)]
pub struct SiteState {
    /// Takes turns.
    pub engine: Arc<Engine>,
    /// The options of the site.
    pub options: Arc<SiteOptions>,
    /// Where the HTML of HITs has an origin of its own.
    pub frames: FrameHosts,
    /// Whether the console and the requester's desk are at the same address.
    pub has_desk: bool,
    /// Whether requesters need no secret. Then whoever works may well be the requester: workers may
    /// see again what they handed in, pages say how much there is of all, and below a question
    /// stands what its requester might want to know.
    pub is_open: bool,
}

impl HasPublicOrigin for SiteState {
    fn public_origin(&self) -> Option<&str> {
        self.options.public_url.as_deref()
    }
}
