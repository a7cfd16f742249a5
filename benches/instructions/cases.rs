//! What is doubled: for each parser, shapes of some length that could cost more than they are long.

/// The parser, the shape, and bytes of about that length.
pub type Case = (&'static str, &'static str, fn(usize) -> Vec<u8>);

/// All of them. A new one is a line.
pub const CASES: &[Case] = &[
    ("urlencoded", "pairs", |n| many("a=b&", n)),
    ("urlencoded", "separators", |n| many("&", n)),
    ("urlencoded", "escapes", |n| many("%41", n)),
    ("urlencoded", "broken escapes", |n| many("%", n)),
    ("multipart", "parts", |n| form_data(&many_parts("--X\r\n{h}; name=n\r\n\r\nv\r\n", n))),
    ("multipart", "separators in a header", |n| one_part(&text(";", n), "v")),
    ("multipart", "names that are none", |n| one_part(&text("; xname", n), "v")),
    ("multipart", "quotation marks", |n| one_part(&format!("; name=\"{}", text("\\\"", n)), "v")),
    ("multipart", "headers", |n| one_part(&text("\r\na:b", n), "v")),
    ("multipart", "half a boundary", |n| one_part("; name=n", &text("\r\n--", n))),
    ("multipart", "a text before the first part", |n| form_data(&text("\r\n--", n))),
    ("multipart", "a long boundary", |n| {
        let boundary = text("b", n);
        format!("multipart/form-data; boundary={boundary}\0--{boundary}--").into()
    }),
    ("multipart", "parameters", |n| {
        format!("multipart/form-data{}; boundary=X\0--X--", numbered("; a{}=b", n)).into()
    }),
    ("masked_text", "parameters", |n| many("&a=b&sig=c", n)),
    ("masked_text", "half a user", |n| many("://a:", n)),
    ("masked_text", "colons and slashes", |n| many(":/", n)),
    ("masked_text", "links to files", |n| many("/_mturk/files/a ", n)),
    ("question", "HTML", |n| html(&format!("<![CDATA[{}]]>", text("<p>x</p>", n)))),
    ("question", "sections", |n| html(&text("x<![CDATA[y]]>", n))),
    ("question", "references", |n| html(&text("&amp;&#233;", n))),
    ("question", "comments", |n| html(&text("x<!-- -->", n))),
    ("question", "open tags", |n| html(&text("<a ", n))),
    ("question", "attributes", |n| html(&format!("<p{}>", text(" a='x'", n)))),
    ("question", "open quotation marks", |n| html(&text("<a b='", n))),
    ("question", "an address", |n| {
        let url = format!("https://a.example/{}", text("@:/", n));
        document("ExternalQuestion", "2006-07-14", &format!("<ExternalURL>{url}</ExternalURL>"))
    }),
    ("question", "questions", |n| form(&questions(n)).into()),
    ("question", "a fault at the end", |n| form(&(questions(n) + "<Odd/>")).into()),
    ("question", "choices", |n| form(&choices(n)).into()),
    ("question", "lines", |n| form(&(text("\r\n", n) + "<Odd/>")).into()),
    ("question", "name spaces", |n| form(&text("<a xmlns='u'/>", n)).into()),
    ("question", "formatted contents", |n| {
        let content = "<FormattedContent><![CDATA[<b>&nbsp;</b>]]></FormattedContent>";
        form(&format!("<Overview>{}</Overview>{}", text(content, n), question(0, FREE))).into()
    }),
    ("question", "one formatted content", |n| {
        let content = text("<p>x &eacute;</p>\r\n", n);
        let content = format!("<FormattedContent><![CDATA[{content}]]></FormattedContent>");
        form(&format!("<Overview>{content}</Overview>{}", question(0, FREE))).into()
    }),
    ("question", "a fault in formatted content", |n| {
        let content = format!("<![CDATA[{}<i2/>]]>", text("<p>x</p>\n", n));
        form(&format!("<Overview><FormattedContent>{content}</FormattedContent></Overview>")).into()
    }),
    ("answer", "answers", |n| answers(&numbered(ANSWER, n)).into()),
    ("answer", "selections", |n| {
        let chosen = numbered("<SelectionIdentifier>s{}</SelectionIdentifier>", n);
        let name = "<QuestionIdentifier>q</QuestionIdentifier>";
        answers(&format!("<Answer>{name}{chosen}</Answer>")).into()
    }),
    ("answer", "sections", |n| answers(&ANSWER.replace('v', &text("x<![CDATA[y]]>", n))).into()),
    ("answer", "references", |n| answers(&ANSWER.replace('v', &text("&#233;", n))).into()),
    ("answer_key", "questions and answers", |n| {
        let one = "<Question><QuestionIdentifier>q{}</QuestionIdentifier><AnswerOption>\
            <SelectionIdentifier>s</SelectionIdentifier><AnswerScore>1</AnswerScore>\
            </AnswerOption></Question>";
        format!("{}\0{}", key(&numbered(one, n)), answers(&numbered(ANSWER, n))).into()
    }),
    ("answer_key", "options", |n| {
        let one = "<AnswerOption><SelectionIdentifier>s{}</SelectionIdentifier>\
            <AnswerScore>1</AnswerScore></AnswerOption>";
        let name = "<QuestionIdentifier>q</QuestionIdentifier>";
        let key = key(&format!("<Question>{name}{}</Question>", numbered(one, n)));
        let chosen = numbered("<SelectionIdentifier>s{}</SelectionIdentifier>", n);
        format!("{key}\0{}", answers(&format!("<Answer>{name}{chosen}</Answer>"))).into()
    }),
    ("filled_form", "questions and values", |n| {
        format!("{}\0{}", form(&questions(n)), numbered("Answer_{}=v&", n)).into()
    }),
    ("filled_form", "choices and values", |n| {
        format!("{}\0{}", form(&choices(n)), numbered("Answer_1=s{}&", n)).into()
    }),
    ("filled_form", "one value again and again", |n| {
        format!("{}\0{}", form(&choices(n)), text("Answer_1=s1&", n)).into()
    }),
    ("filled_form", "a long number", |n| {
        let field = "<FreeTextAnswer><Constraints><IsNumeric/></Constraints></FreeTextAnswer>";
        format!("{}\0Answer_1={}", form(&question(0, field)), text("1", n)).into()
    }),
    ("filled_form", "expressions", |n| {
        let regexes = numbered("<AnswerFormatRegex regex='^v|{}'/>", n);
        let field =
            format!("<FreeTextAnswer><Constraints>{regexes}</Constraints></FreeTextAnswer>");
        format!("{}\0Answer_1=v", form(&question(0, &field))).into()
    }),
    ("drawn_form", "questions and problems", |n| {
        format!("{}\0{}", form(&questions(n)), numbered("Answer_{}=&", n)).into()
    }),
    ("drawn_form", "choices and values", |n| {
        format!("{}\0{}", form(&choices(n)), numbered("Answer_1=s{}&", n)).into()
    }),
    ("external_submit", "names that are not in the form", |n| {
        format!("{}\0{}", form(&questions(n)), numbered("n{}=&", n)).into()
    }),
    ("external_submit", "names of the form", |n| {
        format!("{}\0{}", form(&questions(n)), numbered("q{}=v&", n)).into()
    }),
    ("external_submit", "choices", |n| {
        format!("{}\0{}", form(&choices(n)), text("q=s1&", n)).into()
    }),
    ("external_submit", "fields of a page", |n| {
        format!("not a form\0{}", numbered("n{}=v&", n)).into()
    }),
    ("external_submit", "one field again and again", |n| {
        format!("not a form\0{}", text("n=v&", n)).into()
    }),
    ("given_answers", "fields", |n| {
        format!("not a form\0{{{}\"z\":[]}}", numbered("\"n{}\":[1],", n)).into()
    }),
    ("given_answers", "names of a form", |n| {
        format!("{}\0{{{}\"q1\":[]}}", form(&questions(n)), numbered("\"q{}\":\"v\",", n)).into()
    }),
    ("given_answers", "one field again and again", |n| {
        format!("not a form\0{{{}\"z\":[]}}", text("\"n\":\"v\",", n)).into()
    }),
    ("regex", "braces", |n| regex(&text("{", n), "x")),
    ("regex", "braces within the limit", |n| regex(&text("{", n / 12), "x")),
    ("regex", "counts that do not end", |n| regex(&text("{1,", n / 12), "x")),
    ("regex", "sets", |n| regex(&text("[a", n / 12), "x")),
    ("regex", "characters in a set", |n| {
        let characters: String =
            ('\u{1}'..).step_by(2).filter(|c| c.is_alphanumeric()).take(n / 60).collect();
        regex(&format!("[{characters}]"), "x")
    }),
    ("regex", "everything but", |n| regex(&text("[^a]", n / 12), "x")),
    ("regex", "alternatives", |n| regex(&numbered(".{90}|{}|", n / 24), "x")),
    ("regex", "groups in groups", |n| {
        regex(&(text("(", n / 100) + "x" + &text("){9}", n / 25)), "x")
    }),
    ("regex", "a long text", |n| regex("[01]*1[01]{20}$", &text("01", n))),
    ("regex", "an expression and a text beyond the limit", |n| {
        regex(&format!("^[01]*1[01]{{{}}}$", n / 12), &text("01", n))
    }),
    ("layout", "placeholders", |n| {
        format!("{}\0{}", numbered("${a{}}", n), numbered("a{}=v&", n)).into()
    }),
    ("layout", "placeholders that do not end", |n| many("${a", n)),
    ("layout", "ends of sections", |n| many("]]>", n)),
    ("html_page", "tags", |n| many("<a b='c'>x</a>", n)),
    ("html_page", "tags behind open quotation marks", |n| many("<a \"<b>\"", n)),
    ("html_page", "open tags", |n| many("<a ", n)),
    ("html_page", "scripts", |n| many("<script>'//x'</script>", n)),
    ("html_page", "scripts without an end", |n| many("<script>", n)),
    ("html_page", "open scripts", |n| many("<script '", n)),
    ("html_page", "addresses", |n| {
        many("<form action='https://www.mturk.com/mturk/externalSubmit'>", n)
    }),
    ("html_page", "slashes", |n| many("<a b='https://www.mturk.com//////'>", n)),
    ("html_page", "actions", |n| many("<form action action=http://a.b ", n)),
    ("html_page", "blanks", |n| format!("<a b={}>", text(" =", n)).into()),
    ("page_fields", "fields", |n| numbered("<input name=a{} value=b>", n).into()),
    ("page_fields", "boxes of one name", |n| {
        numbered("<input type=checkbox name=a value={}>x", n).into()
    }),
    ("page_fields", "labels", |n| numbered("<label for=a{}>x<input id=a{}></label>", n).into()),
    ("page_fields", "options", |n| format!("<select name=a>{}", numbered("<option>{}", n)).into()),
    ("page_fields", "open forms", |n| many("<crowd-form><fieldset disabled><template>", n)),
    ("page_fields", "attributes", |n| format!("<input {}>", numbered("a{}=b ", n)).into()),
    ("page_fields", "a long list", |n| {
        format!("<crowd-classifier name=a categories=\"{}\">", text("'a\\'", n)).into()
    }),
    ("page_fields", "text", |n| many("<b> x </b> ", n)),
    ("plausible_page", "fields", |n| numbered("<input name=a{} maxlength=5>", n).into()),
    ("plausible_page", "boxes of one name", |n| {
        format!("<crowd-form>{}", numbered("<input type=checkbox name=a value={}>", n)).into()
    }),
    ("plausible_page", "a pattern", |n| {
        format!("<input name=a pattern='{}'>", text("(a|b{9})", n.min(4000))).into()
    }),
    ("outside_answer", "answers", |n| {
        format!("<p>\0{{\"Answers\":{{{}\"a\":1}}}}", numbered("\"a{}\":[1,2],", n)).into()
    }),
    ("outside_answer", "values of one field", |n| {
        let values = text("\"b\",", n);
        format!("<input type=checkbox name=a value=b>\0{{\"Answers\":{{\"a\":[{values}\"b\"]}}}}")
            .into()
    }),
    ("outside_answer", "a completion", |n| {
        let content = text("`", n);
        format!("<input name=a>\0{{\"choices\":[{{\"message\":{{\"content\":\"{content}\"}}}}]}}")
            .into()
    }),
    ("page_token", "a long one", |n| format!("p1:{}", text("A", n)).into()),
    ("cookies", "cookies", |n| format!("cookie: {}", text("a=b; ", n)).into()),
    ("cookies", "headers", |n| many("cookie: mturk_local_worker=a\n", n)),
    ("host_and_origin", "a long host", |n| format!("host: {}", text("a.", n)).into()),
    ("host_and_origin", "a long address", |n| {
        format!("host: [{}]\norigin: {}", text(":", n), text("://", n)).into()
    }),
    ("signature", "values of one header", |n| signed("host", &text("host: a  b\n", n), "")),
    ("signature", "values of Authorization", |n| many("authorization: AWS4-x a=b\n", n)),
    ("signature", "signed headers", |n| {
        signed(&format!("host;{}", numbered("h{};", n / 15)), &numbered("h{}: v\n", n / 15), "")
    }),
    ("signature", "a query", |n| signed("host", "", &numbered("a{}=%41&", n))),
    ("signature", "a path", |n| signed("host", &format!("\0{}", text("/a/..", n)), "")),
    ("api_body", "lists in lists", |n| format!("CreateHIT\0{}", text("[", n)).into()),
    ("api_body", "members", |n| {
        format!("CreateHIT\0{{{}\"Title\":1}}", numbered("\"m{}\":1,", n)).into()
    }),
    ("api_body", "nulls", |n| {
        format!("NotifyWorkers\0{{\"WorkerIds\":[{}1]}}", text("null,", n)).into()
    }),
    ("api_body", "violations", |n| {
        format!("NotifyWorkers\0{{\"WorkerIds\":[{}\"\"]}}", text("\"a\",", n)).into()
    }),
    ("api_body", "structures", |n| {
        let requirements = text("{\"Comparator\":\"X\"},", n);
        format!("CreateHIT\0{{\"QualificationRequirements\":[{requirements}{{}}]}}").into()
    }),
    ("review_policy", "parameters", |n| {
        policy("ScoreMyKnownAnswers", &numbered("{\"Key\":\"k{}\",\"Values\":[]},", n))
    }),
    ("review_policy", "questions of the key", |n| {
        let entries = numbered("{\"Key\":\"k{}\",\"Values\":[\"v\"]},", n);
        let entries = entries.trim_end_matches(',');
        let key = format!("{{\"Key\":\"AnswerKey\",\"MapEntries\":[{entries}]}},");
        policy("ScoreMyKnownAnswers", &key)
    }),
    ("review_policy", "questions", |n| {
        let ids = numbered("q{},", n);
        policy("SimplePlurality", &format!("{{\"Key\":\"QuestionIds\",\"Values\":[\"{ids}\"]}},"))
    }),
    ("notification", "a destination", |n| {
        let topic = format!("arn:aws:sns:us-east-1:123456789012:{}", text("a:/", n));
        let settings = "\"Transport\":\"SNS\",\"Version\":\"2014-08-15\"";
        format!("{{\"Destination\":\"{topic}\",{settings},\"EventTypes\":[]}}").into()
    }),
    ("time", "digits", |n| format!("+{}d", text("1", n)).into()),
    ("time", "fractions", |n| format!("2026-11-28T12:00:00.{}Z", text("1", n)).into()),
    ("world", "entries", |n| {
        let workers = numbered("\n{\"WorkerId\":\"A{}\"},", n);
        format!("{{\"Workers\":[{}]}}", workers.trim_end_matches(',')).into()
    }),
    ("world", "problems", |n| {
        let workers = numbered("\n{\"WorkerId\":\"A{}\",\n\"Odd\":1},", n);
        format!("{{\"Workers\":[{}]}}", workers.trim_end_matches(',')).into()
    }),
    ("csv", "rows", |n| format!("a,b\n{}", text("1,2\n", n)).into()),
    ("csv", "blank lines", |n| format!("a\n{}1\n", text("\n", n)).into()),
    ("csv", "quotation marks", |n| format!("a\n\"{}\"", text("\"\"", n)).into()),
    ("csv", "an open quotation mark", |n| format!("a\n\"{}", text("1\n", n)).into()),
    ("csv", "ragged rows", |n| format!("a,b\n{}", text("1\n", n)).into()),
    ("csv", "columns", |n| numbered("c{},", n).into()),
    ("csv", "Latin-1", |n| [b"a\n".to_vec(), vec![0xe9; n]].concat()),
    ("reviewed_csv", "decisions", |n| {
        format!("AssignmentId,Approve\n{}", numbered("3A{},x\n", n)).into()
    }),
    ("reviewed_csv", "rows without a mark", |n| {
        format!("AssignmentId,Approve\n{}", numbered("3A{},\n", n)).into()
    }),
    ("remarks", "fields", |n| text("<input>\n", n).into()),
    ("remarks", "names", |n| numbered("<input name=a{}>", n).into()),
    ("remarks", "variables", |n| numbered("${a{}}\n", n).into()),
    ("remarks", "elements", |n| numbered("<crowd-a{}>", n).into()),
    ("remarks", "scripts", |n| text("<script>a</script>", n).into()),
    ("remarks", "open forms", |n| text("<form>", n).into()),
    ("frame_headers", "directives", |n| text("frame-ancestors a;", n).into()),
    ("frame_headers", "sources", |n| format!("frame-ancestors {}", text("*.a ", n)).into()),
    ("frame_headers", "options", |n| format!("\0{}", text("a,", n)).into()),
    ("frame_headers", "a long path", |n| format!("\0\0{}", text("/a", n)).into()),
    ("draft", "uses of a variable", |n| format!("{}\0a\n1\n", text("${a}", n)).into()),
    ("draft", "comments", |n| text("<!---->", n).into()),
    ("draft", "rows", |n| format!("${{a}}\0a\n{}", text("1\n", n)).into()),
    ("worker_csv", "changes", |n| format!("Worker ID,UPDATE-x\n{}", numbered("A{},1\n", n)).into()),
    ("worker_csv", "problems", |n| {
        format!("Worker ID,UPDATE-x\n{}", numbered("A{},y\n", n)).into()
    }),
    ("batch", "variables", |n| format!("{}\0a\n1\n", numbered("${a{}}", n)).into()),
    ("batch", "uses of a variable", |n| format!("{}\0a\n1\n", text("${a}", n)).into()),
    ("batch", "rows", |n| format!("${{a}}\0a\n{}", text("1\n", n)).into()),
    ("archive", "assignments", |n| {
        let work = "{\"AssignmentId\":\"3A{}\",\"WorkerId\":\"A1\",\"HITId\":\"3H\",\
                    \"SubmitTime\":\"2019-08-30 12:00:00-07:00\"}\n";
        numbered(work, n).into()
    }),
    ("archive", "rows of results", |n| {
        let header = "HITId,AssignmentId,WorkerId,SubmitTime,RequesterAnnotation,Input.a,Answer.b";
        let row = "3H{},3A{},A1,Fri Nov 27 12:00:00 PST 2026,BatchId:1;,x,\"y\"\n";
        format!("{header}\n{}", numbered(row, n)).into()
    }),
    ("archive", "columns of results", |n| {
        let header = numbered("Answer.{},", n / 2);
        let cells = ",".repeat(header.matches(',').count());
        format!("HITId,AssignmentId,WorkerId,{header}\n3H,3A,A1,{cells}\n").into()
    }),
    ("archive", "copies", |n| {
        text("{\"HITId\":\"3H\",\"Title\":\"t\",\"Reward\":\"0.05\",\"Odd\":1}\n", n).into()
    }),
    ("archive", "equal bonuses", |n| {
        let bonus = "{\"WorkerId\":\"A1\",\"AssignmentId\":\"3A\",\"BonusAmount\":\"0.05\"},";
        let list = text(bonus, n);
        format!("{{\"BonusPayments\":[{}]}}", list.trim_end_matches(',')).into()
    }),
    ("archive", "pages of a report", |n| {
        let page = "{\"HITId\":\"3H\",\"HITReviewReport\":{\"ReviewResults\":[{\"ActionId\":\"3A{}\",\
                    \"SubjectId\":\"3H\",\"SubjectType\":\"HIT\",\"QuestionId\":\"q\",\"Key\":\"k\",\
                    \"Value\":\"v\"}]}}\n";
        numbered(page, n).into()
    }),
    ("archive", "broken lines", |n| format!("{{}}\n{}", text("{\n", n)).into()),
    ("archive", "depth", |n| format!("{{\"a\":{}{}}}", text("[", n / 2), text("]", n / 2)).into()),
];

const SCHEMAS: &str = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/";
const FREE: &str = "<FreeTextAnswer/>";
const ANSWER: &str =
    "<Answer><QuestionIdentifier>q{}</QuestionIdentifier><FreeText>v</FreeText></Answer>";

/// A piece again and again.
fn text(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

fn many(piece: &str, bytes: usize) -> Vec<u8> {
    text(piece, bytes).into()
}

/// A piece with a number in the place of `{}`, again and again.
fn numbered(piece: &str, bytes: usize) -> String {
    (0..bytes / piece.len()).map(|number| piece.replace("{}", &number.to_string())).collect()
}

fn form_data(body: &str) -> Vec<u8> {
    format!("multipart/form-data; boundary=X\0{body}--X--\r\n").into()
}

fn many_parts(part: &str, bytes: usize) -> String {
    let part = part.replace("{h}", "Content-Disposition: form-data");
    text(&part, bytes)
}

fn one_part(header: &str, value: &str) -> Vec<u8> {
    let disposition = "Content-Disposition: form-data";
    form_data(&format!("--X\r\n{disposition}{header}\r\n\r\n{value}\r\n"))
}

fn document(root: &str, version: &str, inner: &str) -> Vec<u8> {
    let height = "<FrameHeight>0</FrameHeight>";
    format!("<{root} xmlns='{SCHEMAS}{version}/{root}.xsd'>{inner}{height}</{root}>").into()
}

fn html(content: &str) -> Vec<u8> {
    document("HTMLQuestion", "2011-11-11", &format!("<HTMLContent>{content}</HTMLContent>"))
}

fn form(inner: &str) -> String {
    let root = "QuestionForm";
    format!("<{root} xmlns='{SCHEMAS}2005-10-01/{root}.xsd'>{inner}</{root}>")
}

fn answers(inner: &str) -> String {
    let root = "QuestionFormAnswers";
    format!("<{root} xmlns='{SCHEMAS}2005-10-01/{root}.xsd'>{inner}</{root}>")
}

fn key(inner: &str) -> String {
    format!("<AnswerKey xmlns='{SCHEMAS}2005-10-01/AnswerKey.xsd'>{inner}</AnswerKey>")
}

fn question(number: usize, field: &str) -> String {
    format!(
        "<Question><QuestionIdentifier>q{number}</QuestionIdentifier><IsRequired>1</IsRequired>\
         <QuestionContent><Text>x</Text></QuestionContent>\
         <AnswerSpecification>{field}</AnswerSpecification></Question>"
    )
}

fn questions(bytes: usize) -> String {
    (0..bytes / question(0, FREE).len()).map(|number| question(number, FREE)).collect()
}

/// One question with many choices.
fn choices(bytes: usize) -> String {
    let one = "<Selection><SelectionIdentifier>s{}</SelectionIdentifier><Text>x</Text></Selection>";
    let selections = numbered(one, bytes);
    question(
        0,
        &format!("<SelectionAnswer><Selections>{selections}</Selections></SelectionAnswer>"),
    )
    .replace(">q0<", ">q<")
}

fn regex(pattern: &str, value: &str) -> Vec<u8> {
    format!("{pattern}\0{value}").into()
}

/// A signed request; `lines` may go on behind the headers with a path.
fn signed(names: &str, lines: &str, query: &str) -> Vec<u8> {
    let scope = "k/20251201/us-east-1/mturk-requester/aws4_request";
    let path = if lines.contains('\0') { "" } else { "\0/" };
    format!(
        "host: a\nx-amz-date: 20251201T000000Z\nauthorization: AWS4-HMAC-SHA256 \
         Credential={scope}, SignedHeaders=x-amz-date;{names}, Signature=00\n{lines}{path}\0{query}"
    )
    .into()
}

fn policy(name: &str, parameters: &str) -> Vec<u8> {
    let last = "{\"Key\":\"QuestionAgreementThreshold\",\"Values\":[\"50\"]}";
    format!("{{\"PolicyName\":\"{name}/2011-09-01\",\"Parameters\":[{parameters}{last}]}}").into()
}
