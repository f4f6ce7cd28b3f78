//! Names as people and places in China have them; every combination is made up.

use rand::Rng;

use super::random::{one_of, weighted};

/// The commonest surnames, by their share.
const SURNAMES: [(u32, &str); 24] = [
    (72, "王"),
    (71, "李"),
    (68, "张"),
    (54, "刘"),
    (45, "陈"),
    (31, "杨"),
    (22, "赵"),
    (22, "黄"),
    (20, "周"),
    (20, "吴"),
    (17, "徐"),
    (16, "孙"),
    (16, "马"),
    (14, "胡"),
    (13, "朱"),
    (12, "郭"),
    (12, "何"),
    (11, "林"),
    (11, "高"),
    (10, "罗"),
    (5, "欧阳"),
    (9, "梁"),
    (9, "宋"),
    (8, "郑"),
];

/// Given names of the 1930s to 1950s.
const ELDERS: [&str; 40] = [
    "秀英", "桂英", "秀兰", "玉兰", "桂兰", "凤英", "玉英", "桂芳", "秀珍", "淑珍", "淑兰", "玉珍", "凤兰",
    "桂香", "素珍", "翠兰", "月英", "惠芳", "瑞英", "金花", "建国", "国栋", "德明", "永福", "志强", "文华",
    "福生", "长贵", "玉田", "世荣", "树林", "振华", "正义", "光荣", "明德", "学文", "宝山", "国强", "庆祥",
    "兴旺",
];

/// Given names of the 1970s to 1990s.
const STAFF: [&str; 40] = [
    "丽娟", "敏", "静", "丽", "艳", "芳", "娟", "霞", "红梅", "晓燕", "春梅", "海霞", "雪梅", "小红", "玉梅",
    "燕", "婷婷", "晶晶", "娜", "倩", "慧", "颖", "琳", "洁", "伟", "磊", "军", "勇", "涛", "超", "鹏", "杰",
    "强", "斌", "志刚", "海涛", "晓东", "建军", "文博", "浩",
];

/// Stems of street names, in the order used.
const STREETS: [&str; 12] =
    ["新华", "建设", "胜利", "五一", "朝阳", "前进", "和平", "友谊", "镜铁", "长城", "雄关", "峪泉"];

/// Endings of community names, in the order used.
const COMMUNITIES: [&str; 9] = ["东", "西", "南", "北", "中", "福民", "永乐", "康宁", "祥和"];

/// An elder's name.
pub fn elder(rng: &mut impl Rng) -> String {
    person(rng, &ELDERS)
}

/// A caregiver's name.
pub fn caregiver(rng: &mut impl Rng) -> String {
    person(rng, &STAFF)
}

fn person(rng: &mut impl Rng, given: &[&str]) -> String {
    let surname = weighted(rng, &SURNAMES).copied().unwrap_or("王");
    let given = one_of(rng, given).copied().unwrap_or("秀英");
    format!("{surname}{given}")
}

/// The name of the n-th street.
pub fn street(index: usize) -> String {
    format!("{}街道", STREETS.get(index).copied().unwrap_or("开发"))
}

/// The name of a street's n-th community.
pub fn community(street: usize, index: usize) -> String {
    let stem = STREETS.get(street).copied().unwrap_or("开发");
    format!("{stem}{}社区", COMMUNITIES.get(index).copied().unwrap_or("新"))
}
