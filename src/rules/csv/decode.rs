//! Bytes of a file as text.

use crate::shapes::table::TableNote;

/// A text, and what was assumed to read it.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Without a byte order mark.
    pub text: String,
    /// What a person might want to know.
    pub note: Option<TableNote>,
}

/// What the bytes from 0x80 to 0x9F mean in Windows-1252, which spreadsheets write where they say
/// Latin-1; 0 for those without a meaning.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
    0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161,
    0x203a, 0x153, 0, 0x17e, 0x178,
];

/// Reads UTF-8, with or without a byte order mark, and otherwise Latin-1 with a note.
///
/// # Errors
/// It is UTF-16.
pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16: save it as CSV with UTF-8".into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), note: None }),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.split(|byte| *byte == b'\n').skip(1).count();
            let reason = "not UTF-8 from here on: the file is read as Latin-1";
            let text = bytes.iter().map(|byte| latin_1(*byte)).collect();
            Ok(Decoded { text, note: Some(TableNote::new(line, "", reason)) })
        }
    }
}

fn latin_1(byte: u8) -> char {
    let meant = match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => 0,
    };
    char::from_u32(u32::from(meant)).filter(|c| *c != '\0').unwrap_or(char::from(byte))
}
