//! The fields of a posted form, in the order in which they were sent.

/// Name and value.
pub type Field = (String, String);

/// Reads `application/x-www-form-urlencoded`, as a body or a query.
///
/// Nothing is refused: what is no valid escape stands for itself, as browsers have it.
#[must_use]
pub fn urlencoded(text: &[u8]) -> Vec<Field> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &[u8]) -> String {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    String::from_utf8_lossy(&unescaped(&spaced)).into_owned()
}

/// The bytes with their percent escapes decoded; what is no valid escape stands for itself.
#[must_use]
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, tail @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = tail;
                }
                _ => bytes.push(byte),
            },
            _ => bytes.push(byte),
        }
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Reads `multipart/form-data` with this content type; none if it is not what it says.
///
/// Of a file its name is kept. Assumed: the service took no files in such forms.
#[must_use]
pub fn multipart(content_type: &str, body: &[u8]) -> Option<Vec<Field>> {
    let boundary = format!("--{}", parameter(content_type, "boundary")?);
    let mut parts = split(body, boundary.as_bytes()).into_iter();
    parts.next()?;
    let mut fields = Vec::new();
    for part in parts {
        if part.starts_with(b"--") {
            return Some(fields);
        }
        let part = part.strip_prefix(b"\r\n")?.strip_suffix(b"\r\n")?;
        fields.push(field(part)?);
    }
    None
}

/// One part: its headers, an empty line, its content.
fn field(part: &[u8]) -> Option<Field> {
    let end = part.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&part[..end]).into_owned();
    let said = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let value = match parameter(said, "filename") {
        Some(file) => file,
        None => String::from_utf8_lossy(&part[end + 4..]).into_owned(),
    };
    Some((parameter(said, "name")?, value))
}

fn split<'b>(mut body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = body.windows(boundary.len()).position(|some| some == boundary) {
        parts.push(&body[..at]);
        body = &body[at + boundary.len()..];
    }
    parts.push(body);
    parts
}

/// `name=value` or `name="value"` in a header; browsers write a quotation mark in it as `%22`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    loop {
        rest = &rest[rest.find(';')? + 1..];
        let (key, value) = rest.trim_start().split_once('=')?;
        let quoted = value.strip_prefix('"');
        let value = match quoted {
            Some(value) => value.split('"').next()?,
            None => value.split(';').next()?.trim(),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            let plain = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
            return Some(plain);
        }
        if let Some(quoted) = quoted {
            rest = &quoted[value.len()..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<Field> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn urlencoded_keeps_order_and_repeated_names() {
        let sent = b"b=2&a=1&b=3&e=&f&&x+y=%C3%A9%0D%0A&p=100%&q=%zz&=v";
        let expected = [
            ("b", "2"),
            ("a", "1"),
            ("b", "3"),
            ("e", ""),
            ("f", ""),
            ("x y", "\u{e9}\r\n"),
            ("p", "100%"),
            ("q", "%zz"),
            ("", "v"),
        ];
        assert_eq!(urlencoded(sent), fields(&expected));
        assert_eq!(urlencoded(b""), []);
    }

    const BODY: &[u8] = b"--XX\r\nContent-Disposition: form-data; name=\"b;c\"\r\n\r\n\
        two\r\nlines\r\n--XX\r\ncontent-disposition: form-data; name=\"a%22\"\r\n\
        Content-Type: text/plain\r\n\r\n\r\n--XX\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"cat.png\"\r\n\r\nPNG\r\n\
        --XX--\r\n";

    #[test]
    fn multipart_is_read_part_by_part() {
        let expected = [("b;c", "two\r\nlines"), ("a\"", ""), ("file", "cat.png")];
        let of = "multipart/form-data; charset=utf-8; boundary=XX";
        assert_eq!(multipart(of, BODY).unwrap(), fields(&expected));
        let quoted = "multipart/form-data; boundary=\"XX\"";
        assert_eq!(multipart(quoted, BODY).unwrap().len(), 3);
    }

    #[test]
    fn what_is_no_multipart_is_not_read() {
        let of = "multipart/form-data; boundary=XX";
        let cut = &BODY[..BODY.len() - 6];
        for (of, body) in [("multipart/form-data", BODY), (of, &b"a=1"[..]), (of, cut)] {
            assert_eq!(multipart(of, body), None);
        }
        assert_eq!(multipart(of, b"--XX--"), Some(vec![]));
    }
}
