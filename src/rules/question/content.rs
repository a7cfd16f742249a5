//! What a form shows: titles, texts, lists, formatted content, pictures and sounds.
//!
//! Source: `ContentType` and its parts in `QuestionForm.xsd` of 2005-10-01; "Content Structure" in
//! the documentation of `QuestionForm`.

use super::formatted;
use super::located_error::LocatedError;
use super::namespaces::FORM_2005;
use super::xml::{Children, Element, trim};

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

pub(super) fn read(element: Element<'_>) -> Result<Vec<Content>, LocatedError> {
    element.children()?.all(KINDS)?.into_iter().map(content).collect()
}

fn content(element: Element<'_>) -> Result<Content, LocatedError> {
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

fn application(element: Element<'_>) -> Result<Application, LocatedError> {
    if element.namespace() != Some(FORM_2005) {
        return Err(element.error(NO_APPLICATION));
    }
    let program = element.read(|children| children.any("Flash or JavaApplet"))?;
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
) -> Result<Application, LocatedError> {
    element.read(|children| {
        Ok(Application {
            kind,
            url: data_url(children, path)?,
            file_name: if file.is_empty() { String::new() } else { children.text(file)? },
            width: children.text("Width")?,
            height: children.text("Height")?,
            parameters: parameters(children)?,
        })
    })
}

/// Source: note on `Application` in the documentation of `QuestionForm`; no browser runs Flash or
/// applets any more.
const NO_APPLICATION: &str = "the element Application is not supported since 2017-12-12; \
                              use HTMLQuestion or ExternalQuestion for interactive content";

fn list(element: Element<'_>) -> Result<Vec<String>, LocatedError> {
    let items = element.read(|children| children.at_least_one("ListItem", Ok))?;
    items.into_iter().map(Element::text).collect()
}

pub(super) fn binary(element: Element<'_>) -> Result<Binary, LocatedError> {
    element.read(|children| {
        let (media, sub_type) = mime_type(children.required("MimeType")?)?;
        let data_url = data_url(children, "DataURL")?;
        Ok(Binary { media, sub_type, data_url, alt_text: children.text("AltText")? })
    })
}

fn mime_type(element: Element<'_>) -> Result<(Media, Option<String>), LocatedError> {
    element.read(|children| {
        Ok((media(children.required("Type")?)?, children.optional_text("SubType")?))
    })
}

fn media(element: Element<'_>) -> Result<Media, LocatedError> {
    let text = element.text()?;
    match text.as_str() {
        "image" => Ok(Media::Image),
        "audio" => Ok(Media::Audio),
        "video" => Ok(Media::Video),
        _ => Err(element.found(&text, "image, audio or video")),
    }
}

fn embedded_binary(element: Element<'_>) -> Result<EmbeddedBinary, LocatedError> {
    element.read(|children| {
        let (mime_type, sub_type) =
            two_texts(children.required("EmbeddedMimeType")?, ["Type", "SubType"])?;
        Ok(EmbeddedBinary {
            mime_type,
            sub_type,
            data_url: data_url(children, "DataURL")?,
            alt_text: children.text("AltText")?,
            width: children.text("Width")?,
            height: children.text("Height")?,
            parameters: parameters(children)?,
        })
    })
}

fn parameters(children: &mut Children<'_>) -> Result<Vec<(String, String)>, LocatedError> {
    children.many("ApplicationParameter", |element| two_texts(element, ["Name", "Value"]))
}

fn two_texts(element: Element<'_>, names: [&str; 2]) -> Result<(String, String), LocatedError> {
    element.read(|children| Ok((children.text(names[0])?, children.text(names[1])?)))
}

/// Source: `URLType` of the schema: begins with `http://` or `https://`, in small letters.
fn data_url(children: &mut Children<'_>, name: &str) -> Result<String, LocatedError> {
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
