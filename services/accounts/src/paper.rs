//! A settlement on paper: one PDF per organisation, to print, sign and file. It holds the sums by what pays and by day, and
//! every correction; each single line stands in the workbook. The same settlement gives the same bytes.

use std::{collections::BTreeMap, path::Path};

use ::paper::{Flow, Typeface};
use domain::{calendar::Day, id::OrganisationId};
use futures::StreamExt;
use schemas::account::{assessment::Kind, books::Owed};

use crate::{
    statement::{StatementError, add},
    store::{Line, Settlement, Store},
};

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
    let mut paper = Statement(Flow::new(&Typeface::open(font)?));
    paper.head(city, settlement, organisation, &sums);
    paper.days(&days);
    paper.corrections(&corrections);
    paper.signatures();
    Ok(paper.0.print()?)
}

/// The statement's parts.
struct Statement(Flow);

impl Statement {
    fn row(&mut self, cells: [String; 5]) {
        let cells: Vec<(f32, String)> = COLUMNS.into_iter().zip(cells).collect();
        self.0.line(Flow::SIZE, cells);
    }

    fn head(&mut self, city: &str, settlement: &Settlement, organisation: &OrganisationId, sums: &Owed) {
        self.0.text(16.0, format!("{city}养老服务结算单"));
        self.0.text(Flow::SIZE, "Settlement statement of elder-care services");
        self.0.gap();
        self.0.text(Flow::SIZE, format!("服务组织 Organisation:{organisation}"));
        self.0.text(Flow::SIZE, format!("结算周期 Period:{}", settlement.period));
        self.0.text(Flow::SIZE, format!("截至分录 Up to entry:{}", settlement.cutoff));
        self.0.text(Flow::SIZE, format!("明细笔数 Lines:{}", sums.lines));
        for (kind, owed) in &sums.owed {
            self.0.text(Flow::SIZE, format!("应付 Owed · {}:{}", name(*kind), amount(*kind, *owed)));
        }
        let own = amount(Kind::ServiceAllowance, sums.self_pay);
        self.0.text(Flow::SIZE, format!("老年人自费 Paid by elders:{own}"));
        self.0.gap();
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
        self.0.gap();
    }

    fn corrections(&mut self, corrections: &[Line]) {
        if corrections.is_empty() {
            return;
        }
        self.0.text(Flow::SIZE, "更正 Corrections");
        for line in corrections {
            self.row([
                line.order.to_string(),
                name(line.kind).to_owned(),
                line.service_day.to_string(),
                amount(line.kind, line.amount),
                String::new(),
            ]);
        }
        self.0.gap();
    }

    fn signatures(&mut self) {
        self.0.gap();
        self.0.gap();
        let places = [(0.0, "制表 Drawn:"), (170.0, "审批 Approved:"), (340.0, "服务组织 Received:")];
        self.0.line(Flow::SIZE, places.map(|(right, text)| (right, text.to_owned())));
        self.0.text(Flow::SIZE, "日期 Date:");
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
