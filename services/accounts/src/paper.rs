//! A settlement on paper: one PDF per organisation, to print, sign and file. It holds the sums by what pays and by day, and
//! every correction; each single line stands in the workbook. The same settlement gives the same bytes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use domain::{calendar::Day, id::OrganisationId};
use futures::StreamExt;
use krilla::{
    Document,
    geom::Point,
    page::PageSettings,
    text::{Font, TextDirection},
};
use schemas::account::{assessment::Kind, books::Owed};

use crate::{
    statement::{StatementError, add},
    store::{Line, Settlement, Store},
};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 50.0;
const LEADING: f32 = 17.0;
const SIZE: f32 = 10.5;

/// Fonts with Chinese in them as systems bring them along, and which of a collection is the mainland's.
const FONTS: [(&str, u32); 4] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
];

/// Where the columns begin: day or order, what pays, lines, subsidy, self-pay.
const COLUMNS: [f32; 5] = [0.0, 130.0, 260.0, 320.0, 410.0];

/// A statement of one organisation.
///
/// # Errors
/// [`StatementError`], also where no font has Chinese characters.
pub async fn statement(
    store: &Store,
    settlement: &Settlement,
    organisation: &OrganisationId,
    (city, font): (&str, Option<&Path>),
) -> Result<Vec<u8>, StatementError> {
    let mut lines = store.lines(settlement, Some(organisation)).await?;
    let (mut sums, mut days) = (Owed::default(), BTreeMap::<(Day, Kind), Owed>::new());
    let mut corrections = Vec::new();
    while let Some(line) = lines.next().await {
        let line = line?;
        add(&mut sums, &line);
        add(days.entry((line.service_day, line.kind)).or_default(), &line);
        if line.is_correction {
            corrections.push(line);
        }
    }
    let mut paper = Paper::open(font)?;
    paper.head(city, settlement, organisation, &sums);
    paper.days(&days);
    paper.corrections(&corrections);
    paper.signatures();
    paper.close()
}

/// Pages of text, filled from the top.
struct Paper {
    font: Font,
    pages: Vec<Vec<(f32, f32, f32, String)>>,
    down: f32,
}

impl Paper {
    fn open(font: Option<&Path>) -> Result<Self, StatementError> {
        let candidates: Vec<(PathBuf, u32)> = match font {
            // Of a collection the mainland's is the third, as in the fonts above; a single font has but one.
            Some(file) if file.extension().is_some_and(|ending| ending == "ttc") => vec![(file.into(), 2)],
            Some(file) => vec![(file.into(), 0)],
            None => FONTS.iter().map(|(file, index)| (PathBuf::from(file), *index)).collect(),
        };
        let font = candidates.iter().find_map(|(file, index)| {
            let data = fs::read(file).ok()?;
            Font::new(data.into(), *index)
        });
        let font = font.ok_or(StatementError::NoFont)?;
        Ok(Self { font, pages: vec![Vec::new()], down: MARGIN })
    }

    fn line(&mut self, size: f32, cells: &[(f32, String)]) {
        if self.down > PAGE.1 - 2.0 * MARGIN {
            self.pages.push(Vec::new());
            self.down = MARGIN;
        }
        self.down += LEADING.max(size * 1.6);
        let down = self.down;
        if let Some(page) = self.pages.last_mut() {
            page.extend(cells.iter().map(|(right, text)| (MARGIN + right, down, size, text.clone())));
        }
    }

    fn text(&mut self, size: f32, text: impl Into<String>) {
        self.line(size, &[(0.0, text.into())]);
    }

    fn row(&mut self, cells: [String; 5]) {
        let cells: Vec<(f32, String)> = COLUMNS.into_iter().zip(cells).collect();
        self.line(SIZE, &cells);
    }

    fn gap(&mut self) {
        self.down += LEADING / 2.0;
    }

    fn head(&mut self, city: &str, settlement: &Settlement, organisation: &OrganisationId, sums: &Owed) {
        self.text(16.0, format!("{city}养老服务结算单"));
        self.text(SIZE, "Settlement statement of elder-care services");
        self.gap();
        self.text(SIZE, format!("服务组织 Organisation:{organisation}"));
        self.text(SIZE, format!("结算周期 Period:{}", settlement.period));
        self.text(SIZE, format!("截至分录 Up to entry:{}", settlement.cutoff));
        self.text(SIZE, format!("明细笔数 Lines:{}", sums.lines));
        for (kind, owed) in &sums.owed {
            self.text(SIZE, format!("应付 Owed · {}:{}", name(*kind), amount(*kind, *owed)));
        }
        let own = amount(Kind::ServiceAllowance, sums.self_pay);
        self.text(SIZE, format!("老年人自费 Paid by elders:{own}"));
        self.gap();
    }

    fn days(&mut self, days: &BTreeMap<(Day, Kind), Owed>) {
        self.row(["服务日期", "资金", "笔数", "补贴", "自费"].map(str::to_owned));
        for ((day, kind), owed) in days {
            let subsidy = owed.owed.get(kind).copied().unwrap_or(0);
            self.row([
                day.to_string(),
                name(*kind).to_owned(),
                owed.lines.to_string(),
                amount(*kind, subsidy),
                amount(Kind::ServiceAllowance, owed.self_pay),
            ]);
        }
        self.gap();
    }

    fn corrections(&mut self, corrections: &[Line]) {
        if corrections.is_empty() {
            return;
        }
        self.text(SIZE, "更正 Corrections");
        for line in corrections {
            self.row([
                line.order.to_string(),
                name(line.kind).to_owned(),
                line.service_day.to_string(),
                amount(line.kind, line.amount),
                String::new(),
            ]);
        }
        self.gap();
    }

    fn signatures(&mut self) {
        self.gap();
        self.gap();
        let places = [(0.0, "制表 Drawn:"), (170.0, "审批 Approved:"), (340.0, "服务组织 Received:")];
        self.line(SIZE, &places.map(|(right, text)| (right, text.to_owned())));
        self.text(SIZE, "日期 Date:");
    }

    fn close(self) -> Result<Vec<u8>, StatementError> {
        let mut document = Document::new();
        let count = self.pages.len();
        for (number, lines) in self.pages.into_iter().enumerate() {
            let settings =
                PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(StatementError::Paper("no such page size"))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            let foot = format!("{} / {count}", number + 1);
            let lines = lines.into_iter().chain([(PAGE.0 / 2.0 - 15.0, PAGE.1 - MARGIN, 9.0, foot)]);
            for (right, down, size, text) in lines.filter(|(.., text)| !text.is_empty()) {
                let at = Point::from_xy(right, down);
                surface.draw_text(at, self.font.clone(), size, &text, false, TextDirection::LeftToRight);
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|_| StatementError::Paper("the pages cannot be written"))
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::ServiceAllowance => "服务补贴",
        Kind::SilverPoints => "银发积分",
        Kind::CanteenSubsidy => "餐补",
        Kind::BedGrant => "床位补贴",
    }
}

/// Fen as yuan with two digits, points as they are.
fn amount(kind: Kind, amount: i64) -> String {
    if kind == Kind::SilverPoints {
        return format!("{amount} 分");
    }
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{:02} 元", amount.abs() / 100, amount.abs() % 100)
}
