//! Figures to places in a drawing. Receives sums, hands the template numbers to draw with; words are the template's.

use std::collections::BTreeMap;

use super::super::agents::ENOUGH;
use super::super::time::{civil, date};
use super::sums::Day;

/// Width of a chart, in units of its own.
pub(super) const WIDTH: f64 = 600.0;

/// Width of the trend, which has the page to itself.
pub(super) const TREND_WIDTH: f64 = 1200.0;

/// Height of the plotting area.
pub(super) const HEIGHT: f64 = 140.0;

/// Left of the plotting area, where its scale is written.
const LEFT: f64 = 34.0;

/// Most points that a trend is drawn with before days become weeks, and weeks months.
const POINTS: usize = 45;

/// A bar of the histogram.
pub(super) struct Bar {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) middle: f64,
    pub(super) count: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

pub(super) fn histogram(counts: &[usize; 10]) -> Vec<Bar> {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / 10.0;
    let bar = |(number, count): (usize, &usize)| {
        let height = (*count as f64 / most * HEIGHT).max(if *count > 0 { 2.0 } else { 0.0 });
        let x = number as f64 * step;
        let to = if number == 9 { 100 } else { number * 10 + 9 };
        Bar {
            x: x + 3.0,
            y: HEIGHT - height,
            width: step - 6.0,
            height,
            middle: x + step / 2.0,
            count: *count,
            from: number * 10,
            to,
        }
    };
    counts.iter().enumerate().map(bar).collect()
}

/// A point of the trend.
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
    pub(super) label: String,
    pub(super) mean: f64,
    pub(super) count: usize,
    pub(super) few: bool,
    /// Whether its label is written under it.
    pub(super) labelled: bool,
}

/// Scores by day, week or month.
pub(super) struct Trend {
    pub(super) points: Vec<Point>,
    /// The line through the points, as SVG writes it.
    pub(super) line: String,
    /// `day`, `week` or `month`.
    pub(super) unit: &'static str,
}

/// The trend; none unless there are two points at least.
pub(super) fn trend(days: &BTreeMap<i64, Day>) -> Option<Trend> {
    let by = |key: &dyn Fn(i64) -> i64| {
        let mut sums: BTreeMap<i64, Day> = BTreeMap::new();
        for (day, of) in days {
            let sum = sums.entry(key(*day)).or_default();
            sum.conversations += of.conversations;
            sum.sum += of.sum;
        }
        sums
    };
    // Day 0 was a Thursday; weeks begin on Mondays.
    let weeks = by(&|day| (day + 3).div_euclid(7) * 7 - 3);
    let months = by(&|day| day - civil(day).2 + 1);
    let (unit, sums) = match (days.len(), weeks.len()) {
        (..=POINTS, _) => ("day", days.clone()),
        (_, ..=POINTS) => ("week", weeks),
        _ => ("month", months),
    };
    let (first, last) = (*sums.first_key_value()?.0, *sums.last_key_value()?.0);
    if sums.len() < 2 {
        return None;
    }
    let most = sums.values().map(|of| of.conversations).max().unwrap_or(1) as f64;
    let place = |day: i64| LEFT + 14.0 + (day - first) as f64 / (last - first) as f64 * (TREND_WIDTH - LEFT - 44.0);
    let every = sums.len().div_ceil(12);
    let points: Vec<Point> = sums
        .iter()
        .enumerate()
        .map(|(number, (day, of))| {
            let mean = of.sum / of.conversations as f64;
            let name = date(*day);
            Point {
                x: place(*day),
                y: HEIGHT - mean / 100.0 * HEIGHT,
                radius: 3.0 + 4.0 * (of.conversations as f64 / most).sqrt(),
                label: if unit == "month" { name.get(..7).unwrap_or(&name).to_owned() } else { name },
                mean,
                count: of.conversations,
                few: of.conversations < ENOUGH,
                labelled: number % every == 0,
            }
        })
        .collect();
    let line = points.iter().map(|point| format!("{:.1},{:.1}", point.x, point.y)).collect::<Vec<_>>().join(" ");
    Some(Trend { points, line, unit })
}
