//! Fields of a `crowd-form` in which a worker marks something.

use serde::Serialize;

/// What a worker marks, and with which labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Annotation {
    /// Which kind of marks.
    pub widget: Widget,
    /// The labels, in the order of the page.
    pub labels: Vec<String>,
    /// The text that is marked, of an `EntityAnnotation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The kinds of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Widget {
    /// Rectangles on a picture.
    BoundingBox,
    /// Points on a picture.
    Keypoint,
    /// Lines on a picture from point to point.
    Line,
    /// Areas of a picture with corners.
    Polygon,
    /// Lines on a picture with corners.
    Polyline,
    /// Pieces of a text.
    EntityAnnotation,
    /// A picture whose pixels have the colours of the labels.
    SemanticSegmentation,
    /// The same with a colour for each thing.
    InstanceSegmentation,
}

impl Widget {
    /// The widget of an element.
    pub(super) fn of(element: &str) -> Option<Self> {
        Some(match element {
            "crowd-bounding-box" => Self::BoundingBox,
            "crowd-keypoint" => Self::Keypoint,
            "crowd-line" => Self::Line,
            "crowd-polygon" => Self::Polygon,
            "crowd-polyline" => Self::Polyline,
            "crowd-entity-annotation" => Self::EntityAnnotation,
            "crowd-semantic-segmentation" => Self::SemanticSegmentation,
            "crowd-instance-segmentation" => Self::InstanceSegmentation,
            _ => return None,
        })
    }
}
