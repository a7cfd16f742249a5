//! Pages as answers, and values as pages show them.

use askama::Template;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Fault;
use crate::rules::question::columns::ColumnValue;
use crate::views::show;

/// A template as text.
pub fn render(template: &impl Template) -> Result<String, Fault> {
    template.render().map_err(|error| Fault::Service(error.to_string()))
}

/// Text as a page.
pub fn html(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text)
}

/// A template as an answer.
pub fn answer<E: From<Fault>>(template: &impl Template) -> Result<Response, E> {
    Ok(html(render(template)?).into_response())
}

/// A table as a file that the browser saves under this name.
pub fn csv(name: &str, text: impl Into<Body>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    ([kind, (header::CONTENT_DISPOSITION, name)], text.into()).into_response()
}

/// Sends the browser on; what was posted is not posted again.
pub fn go(to: &str) -> Response {
    let to = to.replace(|c: char| c.is_control() || !c.is_ascii(), "");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// How long something took: `850 µs`, `1.2 ms`, `3.4 s`.
pub fn duration(us: &u64) -> String {
    match us / 1000 {
        0 => format!("{us} µs"),
        ms @ 1..10 => format!("{ms}.{} ms", us / 100 % 10),
        ms @ 10..1000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1000, ms / 100 % 10),
    }
}

/// A number of bytes: `512 bytes`, `1.5 KiB`, `16 MiB`.
pub fn size(bytes: &i64) -> String {
    match bytes / 1024 {
        0 => format!("{bytes} bytes"),
        kib @ 1..10 => format!("{kib}.{} KiB", bytes % 1024 * 10 / 1024),
        kib @ 10..1024 => format!("{kib} KiB"),
        kib => format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024),
    }
}

/// What was answered, as a text of about so many bytes at most.
pub fn answered(value: &ColumnValue, most: usize) -> String {
    match value {
        ColumnValue::Text(text) => show::excerpt(text, most).text,
        ColumnValue::File(bytes) => {
            format!("a file of {}", size(&i64::try_from(*bytes).unwrap_or(i64::MAX)))
        }
    }
}

/// The mark of a clock that is not real, behind its time.
pub fn clock_mark(mode: &str) -> String {
    match show::clock(mode) {
        "" => String::new(),
        mark => format!(" · {mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, size};

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1536, "1.5 KiB"),
            (10_240, "10 KiB"),
            (1_048_575, "1023 KiB"),
            (1_572_864, "1.5 MiB"),
        ] {
            assert_eq!(size(&bytes), shown);
        }
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        for (us, shown) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1000, "1.0 ms"),
            (9999, "9.9 ms"),
            (10_000, "10 ms"),
            (999_999, "999 ms"),
            (3_450_000, "3.4 s"),
        ] {
            assert_eq!(duration(&us), shown);
        }
    }
}
