//! Street names as every Chinese city has them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const STEMS: [&str; 32] = [
    "人民", "解放", "建设", "新华", "和平", "中山", "文化", "胜利", "朝阳", "迎宾", "光明", "幸福", "团结",
    "友谊", "青年", "红旗", "东风", "长江", "黄河", "泰山", "学府", "振兴", "富强", "健康", "育才", "体育",
    "湖滨", "公园", "车站", "兴隆", "永安", "民主",
];

/// Hands out the names of arterials, each once, until the stems run out and are used with another ending.
pub(super) struct Names {
    order: Vec<&'static str>,
    used: usize,
}

impl Names {
    pub fn shuffled(rng: &mut ChaCha8Rng) -> Self {
        let mut order = STEMS.to_vec();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        Self { order, used: 0 }
    }

    pub fn next(&mut self) -> String {
        let stem = self.order.get(self.used % self.order.len().max(1)).copied().unwrap_or("人民");
        let ending =
            ["路", "大街", "大道", "街"].get(self.used / self.order.len().max(1)).copied().unwrap_or("巷");
        self.used += 1;
        format!("{stem}{ending}")
    }
}

/// 经一路 and so on for streets running north, 纬一路 for those running east.
pub(super) fn numbered(prefix: char, number: usize) -> String {
    format!("{prefix}{}路", numeral(number))
}

fn numeral(number: usize) -> String {
    let digit =
        |d: usize| ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"].get(d).copied().unwrap_or("");
    match number {
        0..10 => digit(number).to_owned(),
        10..20 => format!("十{}", digit(number % 10)),
        20..100 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numerals_are_chinese() {
        let names: Vec<String> = [1, 10, 11, 20, 35].iter().map(|n| super::numbered('经', *n)).collect();
        assert_eq!(names, ["经一路", "经十路", "经十一路", "经二十路", "经三十五路"]);
    }
}
