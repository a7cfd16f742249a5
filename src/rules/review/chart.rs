//! Counts for bar charts.

use crate::time::Instant;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// How much of it there is.
    pub count: u64,
}

/// Bars of a histogram over time, at most.
pub const MAX_BINS: i64 = 24;

/// Where bars of the time on task begin, in seconds, and how they are called.
const TIMES: [(i64, &str); 10] = [
    (0, "below 5 s"),
    (5, "5 s"),
    (10, "10 s"),
    (20, "20 s"),
    (30, "30 s"),
    (60, "1 min"),
    (120, "2 min"),
    (300, "5 min"),
    (600, "10 min"),
    (1800, "30 min and more"),
];

/// How many instants are in each of up to [`MAX_BINS`] equal parts of the time from the first to
/// the last, each part of whole seconds, and when it begins.
pub fn over_time(instants: &[Instant]) -> Vec<(Instant, u64)> {
    let seconds = || instants.iter().map(|at| at.0.div_euclid(1000));
    let (Some(first), Some(last)) = (seconds().min(), seconds().max()) else { return Vec::new() };
    let width = (last - first) / MAX_BINS + 1;
    let mut bins: Vec<(Instant, u64)> = (0..=(last - first) / width)
        .map(|number| (Instant((first + number * width) * 1000), 0))
        .collect();
    for second in seconds() {
        let bin = usize::try_from((second - first) / width).ok();
        if let Some((_, count)) = bin.and_then(|bin| bins.get_mut(bin)) {
            *count += 1;
        }
    }
    bins
}

/// How many lengths of time, in seconds, begin in each of ten fixed parts.
pub fn by_length(lengths_s: &[i64]) -> Vec<Bar> {
    let mut bars: Vec<Bar> =
        TIMES.iter().map(|(_, label)| Bar { label: (*label).to_owned(), count: 0 }).collect();
    for length in lengths_s {
        let bin = TIMES.iter().rposition(|(begin, _)| begin <= length).unwrap_or_default();
        bars[bin].count += 1;
    }
    bars
}

/// The number in the middle, or of two numbers in the middle the lower one.
pub fn median(numbers: &[i64]) -> Option<i64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_counted_in_equal_parts() {
        assert_eq!(over_time(&[]), []);
        assert_eq!(over_time(&[Instant(5500)]), [(Instant(5000), 1)]);
        let instants: Vec<Instant> = (0..48).map(|second| Instant(second * 1000)).collect();
        let bins = over_time(&instants);
        assert_eq!((bins.len(), bins[1]), (24, (Instant(2000), 2)));
        let far = [Instant(0), Instant(1_000_000_000), Instant(i64::MAX / 4)];
        let bins = over_time(&far);
        assert!(i64::try_from(bins.len()).unwrap() <= MAX_BINS);
        assert_eq!(bins.iter().map(|(_, count)| count).sum::<u64>(), 3);
    }

    #[test]
    fn lengths_are_counted_where_they_begin() {
        let bars = by_length(&[-1, 0, 4, 5, 1799, 1800, 1_000_000]);
        let counts: Vec<u64> = bars.iter().map(|bar| bar.count).collect();
        assert_eq!(counts, [3, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn the_middle_of_numbers() {
        assert_eq!(median(&[]), None);
        assert_eq!(
            (median(&[3]), median(&[9, 1]), median(&[9, 1, 5])),
            (Some(3), Some(1), Some(5))
        );
    }
}
