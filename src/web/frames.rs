//! The frames of questions on a page.

use crate::fault::Fault;
use crate::rules::frame::{Accepted, FrameParameters, query};
use crate::rules::frame_address::{FrameAddress, OwnOrigin, Shown};
use crate::rules::frame_host::FrameHosts;
use crate::rules::page::PageKey;
use crate::rules::question::Question;
use crate::time::real_now;
use crate::web::origin::Origin;
use crate::web::question::Frame;

/// Makes the frames of questions on a page.
#[derive(Debug)]
pub struct Frames<'a> {
    /// Where HTML has an origin of its own.
    pub hosts: &'a FrameHosts,
    /// Seals the addresses.
    pub key: &'a PageKey,
    /// That of the page.
    pub around: &'a Origin,
}

impl Frames<'_> {
    /// The frame of a requester's question, where `shown` says what HTML of it is for; none for a
    /// form.
    pub fn of(
        &self,
        question: &Question,
        requester_id: &str,
        shown: Shown,
        parameters: &FrameParameters<'_>,
    ) -> Option<Frame> {
        match question {
            Question::External(page) => Some(Frame::of_page(page, parameters)),
            Question::Html(page) => {
                let own = self.own(requester_id);
                let src = address(self.key, shown, own.as_ref(), parameters);
                Some(Frame::of_html(page.frame_height, src, own.is_some()))
            }
            Question::Form(_) => None,
        }
    }

    /// The origin of a requester's HTML in a frame of the page.
    pub fn own(&self, requester_id: &str) -> Option<OwnOrigin> {
        if self.hosts.on_loopback && !self.around.knows_local_names() {
            return None;
        }
        let around = self.around.as_str();
        let origin = self.hosts.origin(around, requester_id)?;
        Some(OwnOrigin { origin, around: around.to_owned() })
    }
}

/// The address of a frame with HTML: a path, where the HTML has no origin of its own.
pub fn address(
    key: &PageKey,
    shown: Shown,
    own: Option<&OwnOrigin>,
    parameters: &FrameParameters<'_>,
) -> String {
    let origin = own.map_or("", |own| &own.origin);
    // Forms post to where the frame is.
    let accepted = parameters.accepted.map(|accepted| Accepted {
        submit_to: if own.is_some() { origin } else { accepted.submit_to },
        ..accepted
    });
    let place = if matches!(shown, Shown::Draft { .. }) { "draft/" } else { "" };
    let sealed = FrameAddress { shown, own: own.cloned() }.sealed(key, real_now());
    let query = query(&FrameParameters { accepted, ..*parameters });
    format!("{origin}/mturk/frame/{place}{sealed}?{query}")
}

/// What an address of a frame says that was asked for at `host`.
///
/// # Errors
/// It is forged, too old, or one of another host.
pub fn read(
    key: &PageKey,
    hosts: &FrameHosts,
    sealed: &str,
    host: &str,
) -> Result<FrameAddress, Fault> {
    let found = FrameAddress::open(key, sealed, real_now()).filter(|found| match &found.own {
        Some(own) => own.is_at(host),
        None => !hosts.is_frame_host(host),
    });
    found.ok_or_else(|| {
        Fault::not_found(
            "The address of this frame is no longer good. Load the page around it again.",
        )
    })
}
