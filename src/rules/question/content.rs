//! What a form shows: titles, texts, lists, formatted content, pictures and sounds.
//!
//! Source: `ContentType` and its parts in `QuestionForm.xsd` of 2005-10-01; "Content Structure" in
//! the documentation of `QuestionForm`.

use super::form::NAMESPACE_2005;
use super::formatted;
use super::xml::{Children, Element, Flaw, trim};

/// One piece of an overview or of a question's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A heading.
    Title(String),
    /// A paragraph of plain text; nothing in it is markup.
    Text(String),
    /// A bulleted list of plain texts, at least one.
    List(Vec<String>),
    /// Formatted content, as HTML of the checked tags and attributes only: fit to stand in a page.
    Formatted(String),
    /// A picture, or a link to a sound or film.
    Binary(Binary),
    /// An object shown within the page.
    EmbeddedBinary(EmbeddedBinary),
    /// A program for a browser of 2005.
    Application(Application),
}

/// A picture, or a link to a sound or film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// What kind of data it is.
    pub media: Media,
    /// The second half of the MIME type.
    pub sub_type: Option<String>,
    /// Address of the data: http or https.
    pub data_url: String,
    /// What to show where the data cannot be.
    pub alt_text: String,
}

/// The kinds of data that a [`Binary`] may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
}

/// An object shown within the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedBinary {
    /// The first half of the MIME type; the schema takes any text.
    pub mime_type: String,
    /// The second half of the MIME type.
    pub sub_type: String,
    /// Address of the data: http or https.
    pub data_url: String,
    /// What to show where the data cannot be.
    pub alt_text: String,
    /// Width of its box; the schema takes any text.
    pub width: String,
    /// Height of its box; the schema takes any text.
    pub height: String,
    /// Names and values for the object.
    pub parameters: Vec<(String, String)>,
}

/// A program for a browser of 2005: a film of Flash or an applet of Java.
///
/// Amazon stopped supporting it on 2017-12-12 and left it out of the schema of 2017-11-06; no
/// browser runs either any more. Old clients send it, so forms of 2005-10-01 may still have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// `Flash` or `JavaApplet`.
    pub kind: &'static str,
    /// Address of the film, or of the folder with the applet.
    pub url: String,
    /// The applet's file in its folder; empty for a film.
    pub file_name: String,
    /// Width of its box; the schema takes any text.
    pub width: String,
    /// Height of its box; the schema takes any text.
    pub height: String,
    /// Names and values for the program.
    pub parameters: Vec<(String, String)>,
}

const KINDS: &str = "Title, Text, List, FormattedContent, Binary or EmbeddedBinary";

pub(super) fn read(element: Element<'_>) -> Result<Vec<Content>, Flaw> {
    element.children()?.all(KINDS)?.into_iter().map(content).collect()
}

fn content(element: Element<'_>) -> Result<Content, Flaw> {
    match element.name() {
        "Title" => element.text().map(Content::Title),
        "Text" => element.text().map(Content::Text),
        "List" => list(element).map(Content::List),
        "FormattedContent" => formatted::read(element).map(Content::Formatted),
        "Binary" => binary(element).map(Content::Binary),
        "EmbeddedBinary" => embedded_binary(element).map(Content::EmbeddedBinary),
        "Application" => application(element).map(Content::Application),
        _ => Err(element.unexpected(KINDS)),
    }
}

fn application(element: Element<'_>) -> Result<Application, Flaw> {
    if element.namespace() != Some(NAMESPACE_2005) {
        return Err(element.flaw(NO_APPLICATION));
    }
    let mut children = element.children()?;
    let program = children.any("Flash or JavaApplet")?;
    children.end()?;
    match program.name() {
        "Flash" => program_of("Flash", ["FlashMovieURL", ""], program),
        "JavaApplet" => program_of("JavaApplet", ["AppletPath", "AppletFilename"], program),
        _ => Err(program.unexpected("Flash or JavaApplet")),
    }
}

fn program_of(
    kind: &'static str,
    [path, file]: [&str; 2],
    element: Element<'_>,
) -> Result<Application, Flaw> {
    let mut children = element.children()?;
    let url = data_url(&mut children, path)?;
    let file_name = match file {
        "" => String::new(),
        file => children.required(file)?.text()?,
    };
    let width = children.required("Width")?.text()?;
    let height = children.required("Height")?.text()?;
    let parameters = children.many("ApplicationParameter");
    children.end()?;
    let parameters = parameters.into_iter().map(parameter).collect::<Result<_, _>>()?;
    Ok(Application { kind, url, file_name, width, height, parameters })
}

/// Source: note on `Application` in the documentation of `QuestionForm`; no browser runs Flash or
/// applets any more.
const NO_APPLICATION: &str = "the element Application is not supported since 2017-12-12; \
                              use HTMLQuestion or ExternalQuestion for interactive content";

fn list(element: Element<'_>) -> Result<Vec<String>, Flaw> {
    let mut children = element.children()?;
    let items = children.at_least_one("ListItem")?;
    children.end()?;
    items.into_iter().map(Element::text).collect()
}

pub(super) fn binary(element: Element<'_>) -> Result<Binary, Flaw> {
    let mut children = element.children()?;
    let (media, sub_type) = mime_type(children.required("MimeType")?)?;
    let data_url = data_url(&mut children, "DataURL")?;
    let alt_text = children.required("AltText")?.text()?;
    children.end()?;
    Ok(Binary { media, sub_type, data_url, alt_text })
}

fn mime_type(element: Element<'_>) -> Result<(Media, Option<String>), Flaw> {
    let mut children = element.children()?;
    let media = media(children.required("Type")?)?;
    let sub_type = children.optional("SubType").map(Element::text).transpose()?;
    children.end()?;
    Ok((media, sub_type))
}

fn media(element: Element<'_>) -> Result<Media, Flaw> {
    let text = element.text()?;
    match text.as_str() {
        "image" => Ok(Media::Image),
        "audio" => Ok(Media::Audio),
        "video" => Ok(Media::Video),
        _ => Err(element.found(&text, "image, audio or video")),
    }
}

fn embedded_binary(element: Element<'_>) -> Result<EmbeddedBinary, Flaw> {
    let mut children = element.children()?;
    let (mime_type, sub_type) = embedded_mime_type(children.required("EmbeddedMimeType")?)?;
    let data_url = data_url(&mut children, "DataURL")?;
    let alt_text = children.required("AltText")?.text()?;
    let width = children.required("Width")?.text()?;
    let height = children.required("Height")?.text()?;
    let parameters = children.many("ApplicationParameter");
    children.end()?;
    let parameters = parameters.into_iter().map(parameter).collect::<Result<_, _>>()?;
    Ok(EmbeddedBinary { mime_type, sub_type, data_url, alt_text, width, height, parameters })
}

fn embedded_mime_type(element: Element<'_>) -> Result<(String, String), Flaw> {
    let mut children = element.children()?;
    let mime_type = children.required("Type")?.text()?;
    let sub_type = children.required("SubType")?.text()?;
    children.end()?;
    Ok((mime_type, sub_type))
}

fn parameter(element: Element<'_>) -> Result<(String, String), Flaw> {
    let mut children = element.children()?;
    let name = children.required("Name")?.text()?;
    let value = children.required("Value")?.text()?;
    children.end()?;
    Ok((name, value))
}

/// Source: `URLType` of the schema: begins with `http://` or `https://`, in small letters.
fn data_url(children: &mut Children<'_>, name: &str) -> Result<String, Flaw> {
    let element = children.required(name)?;
    let text = element.text()?;
    let url = trim(&text);
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(url.to_owned());
    }
    Err(element.found(url, "an http or https URL"))
}

#[cfg(test)]
mod tests;
