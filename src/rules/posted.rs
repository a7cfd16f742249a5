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
}
