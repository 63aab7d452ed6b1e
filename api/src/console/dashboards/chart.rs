//! Charts drawn by the server: bars with their values, in shapes that print. The table below each says the same.

use std::fmt::Write;

/// A bar of a chart: its name, and its parts from the bottom.
pub(super) struct Bar {
    pub name: String,
    pub parts: Vec<u64>,
    /// What stands above it.
    pub label: String,
}

/// The fills of parts: dark enough to be told apart from white, and from each other in grey.
const FILLS: [&str; 6] = ["#1668dc", "#0b1f3a", "#8bb8f0", "#8a5300", "#1a7f37", "#b8c0cc"];

const WIDTH: u64 = 900;
/// How tall the tallest bar is.
const ROOM: u64 = 180;
/// Room for names below and labels above the bars.
const FOOT: u64 = 32;
const HEAD: u64 = 24;
/// Names of parts in a row below, and how tall a row is: the longest name of a program in English has room.
const LEGEND_ROW: u64 = 3;
const LEGEND_TALL: u64 = 22;

/// A chart of bars from left to right. `legend` names the parts.
pub(super) fn bars(title: &str, bars: &[Bar], legend: &[String]) -> String {
    let most = bars.iter().map(|bar| bar.parts.iter().sum::<u64>()).max().unwrap_or(0).max(1);
    let foot = FOOT + LEGEND_TALL * (legend.len() as u64).div_ceil(LEGEND_ROW);
    let room = ROOM;
    let height = HEAD + room + foot;
    let step = WIDTH / (bars.len() as u64).max(1);
    let wide = (step * 6 / 10).clamp(4, 80);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">",
        escaped(title)
    );
    let ground = HEAD + room;
    let _ = write!(svg, "<line x1=\"0\" y1=\"{ground}\" x2=\"{WIDTH}\" y2=\"{ground}\" stroke=\"#8a94a3\"/>");
    for (place, bar) in (0..).zip(bars) {
        let left = place * step + (step - wide) / 2;
        let middle = left + wide / 2;
        let mut top = ground;
        for (part, fill) in bar.parts.iter().zip(FILLS.iter().cycle()) {
            let tall = scaled(*part, most, room);
            top -= tall;
            let _ = write!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{tall}\" fill=\"{fill}\"/>"
            );
        }
        let (above, below) = (top.saturating_sub(6), ground + 16);
        let (label, name) = (escaped(&bar.label), escaped(&bar.name));
        let _ = write!(
            svg,
            "<text x=\"{middle}\" y=\"{above}\" text-anchor=\"middle\" font-size=\"12\">{label}</text>\
             <text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\" font-size=\"12\">{name}</text>"
        );
    }
    for (place, (name, fill)) in (0..).zip(legend.iter().zip(FILLS)) {
        let (left, top) =
            (place % LEGEND_ROW * (WIDTH / LEGEND_ROW) + 4, ground + FOOT + place / LEGEND_ROW * LEGEND_TALL);
        let (beside, line) = (left + 18, top + 11);
        let _ = write!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"12\" height=\"12\" fill=\"{fill}\"/>\
             <text x=\"{beside}\" y=\"{line}\" font-size=\"12\">{}</text>",
            escaped(name)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// How tall a value is where the largest is `room` tall; what is something is seen.
fn scaled(value: u64, most: u64, room: u64) -> u64 {
    let tall = u128::from(value) * u128::from(room) / u128::from(most.max(1));
    u64::try_from(tall).unwrap_or(room).max(u64::from(value > 0))
}

/// Text that is no markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_tall_as_its_share_and_what_is_something_is_seen() {
        assert_eq!([scaled(0, 10, 100), scaled(5, 10, 100), scaled(10, 10, 100)], [0, 50, 100]);
        assert_eq!(scaled(1, u64::MAX, 100), 1);
        assert_eq!(scaled(u64::MAX, u64::MAX, 196), 196);
    }

    #[test]
    fn a_name_is_never_markup() {
        let bar = Bar { name: "<script>".into(), parts: vec![1], label: "a&b\"".into() };
        let svg = bars("\"><b>", &[bar], &["<i>".into()]);
        assert!(!svg.contains("<script>") && !svg.contains("<b>") && !svg.contains("<i>"), "{svg}");
        assert!(svg.contains("&lt;script&gt;") && svg.contains("a&amp;b&quot;"));
    }

    #[test]
    fn nothing_to_draw_is_an_empty_chart() {
        assert!(bars("", &[], &[]).ends_with("</svg>"));
    }
}
