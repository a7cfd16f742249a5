//! Where the HITs of a long world stand, found without reading what is in them.

/// No JSON that is read is so deep.
const DEEPEST: usize = 128;
/// A longer time, or a longer name of a member, is none that is looked for.
const LONGEST: usize = 64;

/// Members of a world that make HITs, or speak of them, besides its list.
const OF_HITS: [&[u8]; 4] = [b"Assignments", b"Assignment", b"HIT", b"HITId"];

/// The bytes of one HIT, and of the member that says when it was made.
#[derive(Debug)]
pub struct Found {
    pub begin: u64,
    pub end: u64,
    pub creation_time: Option<Vec<u8>>,
}

/// Follows the bytes of a world, or of an array with one world. Whatever is unusual ends it: then
/// the world is to be read as a whole.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a state that bytes change")]
pub struct Outline {
    at: u64,
    /// For each open bracket, whether it is that of an object.
    open: Vec<bool>,
    is_in_text: bool,
    is_escaped: bool,
    /// Whether a name comes next.
    expects_name: bool,
    /// The name, while it is read and until its value ends.
    name: Vec<u8>,
    keeps_name: bool,
    /// The value of `CreationTime`, while it is read.
    time: Option<Vec<u8>>,
    /// How many brackets are open within the world: two, if it stands in an array.
    top: usize,
    worlds: usize,
    /// Where the world begins and ends.
    pub begin: u64,
    pub end: u64,
    /// Where its list begins and ends, without the brackets.
    pub list: Option<(u64, u64)>,
    is_in_list: bool,
    /// The HIT that is read.
    begun: u64,
    has_begun: bool,
    /// Whether the list has none so far.
    is_empty: bool,
    creation_time: Option<Vec<u8>>,
    pub hits: Vec<Found>,
}

impl Outline {
    /// Goes on; none if the world is to be read as a whole.
    pub fn follow(&mut self, mut bytes: &[u8]) -> Option<()> {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.is_in_text && !self.keeps_name && self.time.is_none() && !self.is_escaped {
                let skipped = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
                let skipped = skipped.unwrap_or(bytes.len());
                if skipped > 0 {
                    self.at += skipped as u64;
                    bytes = &bytes[skipped..];
                    continue;
                }
            }
            let goes_on = if self.is_in_text { self.in_text(byte) } else { self.between(byte) };
            goes_on?;
            self.at += 1;
            bytes = rest;
        }
        Some(())
    }

    /// Whether all was one world, with a list of HITs.
    pub const fn is_whole(&self) -> bool {
        self.worlds == 1 && self.open.is_empty() && !self.is_in_text && self.list.is_some()
    }

    /// Whether the world stands in an array.
    pub const fn is_in_array(&self) -> bool {
        self.top == 2
    }

    fn in_text(&mut self, byte: u8) -> Option<()> {
        self.keep(byte)?;
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            // A name may be spelled in many ways.
            (!self.keeps_name).then_some(())?;
            self.is_escaped = true;
        } else if byte == b'"' {
            self.is_in_text = false;
            self.keeps_name = false;
        } else if self.keeps_name && self.name.len() < LONGEST {
            self.name.push(byte);
        }
        Some(())
    }

    fn between(&mut self, byte: u8) -> Option<()> {
        let depth = self.open.len();
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return Some(());
        }
        if depth == 0 || depth < self.top {
            // Nothing stands beside the world.
            let expected: &[u8] = if depth == 0 { b"{[" } else { b"{]" };
            expected.contains(&byte).then_some(())?;
        }
        self.has_begun |= self.is_in_list && depth > self.top && byte != b',' && byte != b']';
        if !matches!(byte, b',' | b'}') || depth != self.top + 2 {
            self.keep(byte)?;
        }
        match byte {
            b'"' => {
                self.is_in_text = true;
                let is_member = depth == self.top || self.is_in_list && depth == self.top + 2;
                self.keeps_name = self.expects_name && is_member;
                if self.keeps_name {
                    self.name.clear();
                }
            }
            b'{' | b'[' => self.opens(byte == b'{')?,
            b'}' | b']' => self.closes(byte == b'}')?,
            b',' => self.separates()?,
            b':' => self.names()?,
            _ => {}
        }
        Some(())
    }

    /// A byte of the value of `CreationTime`, if it is that.
    fn keep(&mut self, byte: u8) -> Option<()> {
        if let Some(time) = &mut self.time {
            time.push(byte);
            (time.len() <= LONGEST).then_some(())?;
        }
        Some(())
    }

    fn opens(&mut self, is_object: bool) -> Option<()> {
        let depth = self.open.len();
        if depth == 0 {
            (self.top == 0).then_some(())?;
            self.top = if is_object { 1 } else { 2 };
        }
        if is_object && depth + 1 == self.top {
            self.begin = self.at;
            self.worlds += 1;
        }
        if depth == self.top && self.name == b"HITs" {
            (!is_object && self.list.is_none()).then_some(())?;
            self.is_in_list = true;
            self.begun = self.at + 1;
            (self.has_begun, self.is_empty) = (false, true);
            self.list = Some((self.begun, self.begun));
        }
        self.open.push(is_object);
        self.expects_name = is_object;
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn closes(&mut self, is_object: bool) -> Option<()> {
        (self.open.pop()? == is_object).then_some(())?;
        let depth = self.open.len();
        self.expects_name = false;
        if self.is_in_list && depth == self.top + 1 {
            self.ends_time();
        } else if self.is_in_list && depth == self.top {
            (self.has_begun || self.is_empty).then_some(())?;
            if self.has_begun {
                self.ends_hit();
            }
            self.is_in_list = false;
            self.list = self.list.map(|(begin, _)| (begin, self.at));
        } else if is_object && depth + 1 == self.top {
            self.end = self.at + 1;
        }
        Some(())
    }

    fn separates(&mut self) -> Option<()> {
        let depth = self.open.len();
        self.expects_name = *self.open.last()?;
        if depth == self.top {
            self.name.clear();
        } else if self.is_in_list && depth == self.top + 1 {
            self.has_begun.then_some(())?;
            self.ends_hit();
        } else if self.is_in_list && depth == self.top + 2 {
            self.ends_time();
        }
        Some(())
    }

    fn names(&mut self) -> Option<()> {
        let depth = self.open.len();
        self.expects_name = false;
        if depth == self.top {
            // Two members of one name are for those who read the whole.
            let is_again = self.name == b"HITs" && self.list.is_some();
            (!is_again && !OF_HITS.contains(&self.name.as_slice())).then_some(())?;
        } else if self.is_in_list && depth == self.top + 2 && self.name == b"CreationTime" {
            self.time = Some(Vec::new());
        }
        Some(())
    }

    fn ends_time(&mut self) {
        if let Some(time) = self.time.take() {
            self.creation_time = Some(time);
        }
    }

    fn ends_hit(&mut self) {
        let creation_time = self.creation_time.take();
        self.hits.push(Found { begin: self.begun, end: self.at, creation_time });
        self.begun = self.at + 1;
        (self.has_begun, self.is_empty) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Option<Outline> {
        let mut outline = Outline::default();
        // However the bytes come.
        for piece in text.as_bytes().chunks(3) {
            outline.follow(piece)?;
        }
        outline.is_whole().then_some(outline)
    }

    fn hits(text: &str) -> Option<Vec<(&str, Option<String>)>> {
        let outline = outline(text)?;
        let place = |at: u64| usize::try_from(at).unwrap();
        let time = |time: Vec<u8>| String::from_utf8(time).unwrap();
        let hits = outline.hits.into_iter().map(|found| {
            (text[place(found.begin)..place(found.end)].trim(), found.creation_time.map(time))
        });
        Some(hits.collect())
    }

    #[test]
    fn each_hit_is_found_with_its_time() {
        let hit = r#"{"Title": "a,]}\"[", "Assignments": [{"CreationTime": 7}, {"A": "\\"}]}"#;
        let timed = r#"{"CreationTime" : "-2h", "X": {"CreationTime": 1}}"#;
        let last = r#"{"X":[],"CreationTime":1.5E9}"#;
        for text in [
            format!(r#"{{"About": {{"HITs": [1]}}, "HITs": [{hit} , {timed},{last}], "Now": 1}}"#),
            format!("[\n{{\"HITs\":[{hit},{timed},{last}]}} ]\n"),
        ] {
            let time = |text: &str| Some(text.to_owned());
            let all = [(hit, None), (timed, time("\"-2h\"")), (last, time("1.5E9"))];
            assert_eq!(hits(&text).unwrap(), all, "{text}");
        }
        for text in [r#"{"HITs": [ ]}"#, r#"[{"Workers": [{"HITs": [1]}], "HITs": []}]"#] {
            assert_eq!(hits(text).unwrap(), [], "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_for_those_who_read_the_whole() {
        for text in [
            "",
            "7",
            "{}",
            "[]",
            r#"{"HITs": {}}"#,
            r#"{"HITs": 7}"#,
            r#"{"HITs": []"#,
            r#"{"HITs": [}]"#,
            r#"{"HITs": [{},]}"#,
            r#"{"HITs": [,{}]}"#,
            r#"{"HITs": [{},,{}]}"#,
            r#"{"HITs": []} "x""#,
            r#"{"HITs": []} {}"#,
            r#"[{"HITs": []} 7]"#,
            r#"[{"HITs": []},]"#,
            r#"[{"HITs": []}][]"#,
            r#"[[{"HITs": []}]]"#,
            r#"{"HITs": [], "HITs": []}"#,
            r#"{"\u0048ITs": []}"#,
            r#"{"HITs": [{"\u0043reationTime": 1}]}"#,
            r#"{"HITs": [], "Assignments": []}"#,
            r#"{"HIT": {}, "HITs": []}"#,
            r#"[{"HITs": []}, {"HITs": []}]"#,
            "\u{feff}{\"HITs\": []}",
            "\u{c}{\"HITs\": []}",
            r#"[{"HITs": []} [{"Workers": []}]]"#,
            r#"[[] {"HITs": []}]"#,
        ] {
            assert!(outline(text).is_none(), "{text}");
        }
        let deep = "[".repeat(200);
        assert!(outline(&format!("{{\"HITs\": [{deep}")).is_none());
    }
}
