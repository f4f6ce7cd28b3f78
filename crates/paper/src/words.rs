//! Words as kitchens and couriers read them.

use domain::{meal::Clash, time::Timestamp};

/// What has to be watched, in Chinese: an allergy loudest.
pub fn clash(clash: &Clash) -> String {
    match clash {
        Clash::Allergy { allergen } => format!("【过敏】{}", allergen.chinese()),
        Clash::Diet { diet } => format!("需{}", diet.chinese()),
        Clash::Texture { texture } => format!("需{}", texture.chinese()),
        Clash::Dislike { ingredient } => format!("忌{ingredient}"),
    }
}

/// Several of them.
pub fn clashes(clashes: &[Clash]) -> String {
    clashes.iter().map(clash).collect::<Vec<_>>().join(" ")
}

/// The city's clock at that instant, `HH:MM` (UTC+8 the whole year).
pub fn clock(at: Timestamp) -> String {
    let minutes = at.as_millis().div_euclid(60_000) + 8 * 60;
    format!("{:02}:{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
}

/// A text that fits into so many columns; a Chinese character takes two.
pub fn fitting(text: &str, columns: usize) -> String {
    let mut used = 0;
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    if text.chars().map(wide).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let kept = text.chars().take_while(|c| {
        used += wide(*c);
        used + 2 <= columns
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_takes_on_paper() {
        assert_eq!(fitting("清炒时蔬套餐", 12), "清炒时蔬套餐");
        assert_eq!(fitting("清炒时蔬套餐", 9), "清炒时…");
        assert_eq!(fitting("abc", 3), "abc");
    }

    #[test]
    fn the_clock_is_the_citys() {
        assert_eq!(clock("2026-03-10T16:05:00Z".parse().unwrap()), "00:05");
        assert_eq!(clock("2026-03-10T03:30:59Z".parse().unwrap()), "11:30");
    }
}
