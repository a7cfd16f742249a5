//! Countries and states of the United States.

use iso3166::Country;

use crate::shapes::qualification::Locale;

/// Whether there is such a place: a country of ISO 3166-1, or a part of the United States of
/// ISO 3166-2.
///
/// `AN` is no country any more, but the older API listed it among those that it took.
pub fn exists(place: &Locale) -> bool {
    let country = place.country.as_str();
    let state = place.subdivision.as_deref();
    // The crate leaves Antarctica out.
    (matches!(country, "AN" | "AQ") || Country::from_alpha2(country).is_some())
        && state.is_none_or(|state| country == "US" && STATES.binary_search(&state).is_ok())
}

/// The states, the district and the outlying areas, in alphabetical order.
const STATES: [&str; 57] = [
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU", "HI", "IA", "ID",
    "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND",
    "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX",
    "UM", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("US", None, true)]
    #[case("US", Some("CA"), true)]
    #[case("US", Some("DC"), true)]
    #[case("US", Some("PR"), true)]
    #[case("US", Some("ZZ"), false)]
    #[case("US", Some("ca"), false)]
    #[case("GB", None, true)]
    #[case("UK", None, false)]
    #[case("XX", None, false)]
    #[case("EU", None, false)]
    #[case("U", None, false)]
    #[case("us", None, false)]
    #[case("AN", None, true)]
    #[case("AQ", None, true)]
    #[case("CW", None, true)]
    #[case("SS", None, true)]
    #[case("IN", Some("CA"), false)]
    fn there_are(#[case] country: &str, #[case] state: Option<&str>, #[case] there: bool) {
        let (country, subdivision) = (country.to_owned(), state.map(str::to_owned));
        assert_eq!(exists(&Locale { country, subdivision }), there);
    }

    #[test]
    fn there_are_249_countries_and_57_parts_of_one() {
        let letters = || ('A'..='Z').map(String::from);
        let codes =
            letters().flat_map(|first| letters().map(move |second| first.clone() + &second));
        let place = |country| Locale { country, subdivision: None };
        let countries: Vec<_> = codes.map(place).filter(exists).collect();
        assert_eq!(countries.len(), 249 + 1, "those of today, and AN");
        assert!(STATES.is_sorted_by(|one, next| one < next));
    }
}
