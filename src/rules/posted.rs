//! The fields of a posted form, in the order in which they were sent.

/// Name and value.
pub type Field = (String, String);

/// Reads `application/x-www-form-urlencoded`, as a body or a query.
///
/// Nothing is refused: what is no valid escape stands for itself, as browsers have it.
pub fn urlencoded(text: &[u8]) -> Vec<Field> {
    form_urlencoded::parse(text).into_owned().collect()
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
