//! A settlement as workbooks: one XLSX per organisation with its lines and sums. The same settlement gives the same
//! cells each time.

use std::path::{Path, PathBuf};

use ::paper::PaperError;
use domain::id::OrganisationId;
use futures::StreamExt;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use schemas::account::{assessment::Kind, books::Owed};

use crate::{
    paper,
    rulebook::Rulebook,
    store::{Line, Settlement, Store, WriteError},
};

/// Why a workbook cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The books.
    #[error(transparent)]
    Books(#[from] WriteError),
    /// The workbook.
    #[error("statement_unwritable: {0}")]
    Workbook(#[from] XlsxError),
    /// The pages.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// Its folder.
    #[error("statement_unwritable: {0}")]
    Folder(#[from] std::io::Error),
}

/// Rows a sheet takes, less the head; more go on a second sheet.
const ROWS: u32 = 1_000_000;

const HEAD: [&str; 8] = [
    "序号 entry",
    "工单 order",
    "服务日期 day",
    "资金 pays",
    "所属月份 month",
    "补贴 subsidy",
    "自费 self-pay",
    "类型 type",
];

/// Writes a workbook for each organisation into the folder; returns the files with what each organisation is owed.
///
/// # Errors
/// [`StatementError`].
pub async fn write(
    store: &Store,
    settlement: &Settlement,
    folder: &Path,
) -> Result<Vec<(PathBuf, OrganisationId, Owed)>, StatementError> {
    std::fs::create_dir_all(folder)?;
    let mut lines = store.lines(settlement, None).await?;
    let (mut written, mut open): (Vec<_>, Option<Book>) = (Vec::new(), None);
    while let Some(line) = lines.next().await {
        let line = line?;
        if let Some(book) = open.take_if(|book| book.organisation != line.organisation) {
            written.push(book.close(settlement, folder)?);
        }
        if let Some(book) = &mut open {
            book.add(&line)?;
        } else {
            let mut book = Book::of(line.organisation.clone())?;
            book.add(&line)?;
            open = Some(book);
        }
    }
    if let Some(book) = open {
        written.push(book.close(settlement, folder)?);
    }
    Ok(written)
}

/// Writes a PDF for each organisation into the folder; returns the files.
///
/// # Errors
/// [`StatementError`].
pub async fn print(
    store: &Store,
    settlement: &Settlement,
    rules: &Rulebook,
    folder: &Path,
) -> Result<Vec<PathBuf>, StatementError> {
    std::fs::create_dir_all(folder)?;
    let how = (rules.pack.name.as_str(), rules.font.as_deref());
    let mut written = Vec::new();
    for organisation in store.statements(settlement, None).await?.keys() {
        let file = folder.join(format!("{}-{organisation}.pdf", settlement.period));
        std::fs::write(&file, paper::statement(store, settlement, organisation, how).await?)?;
        written.push(file);
    }
    Ok(written)
}

/// The workbook of one organisation, as its bytes.
///
/// # Errors
/// [`StatementError`].
pub async fn workbook(
    store: &Store,
    settlement: &Settlement,
    organisation: &OrganisationId,
) -> Result<Vec<u8>, StatementError> {
    let mut lines = store.lines(settlement, Some(organisation)).await?;
    let mut book = Book::of(organisation.clone())?;
    while let Some(line) = lines.next().await {
        book.add(&line?)?;
    }
    book.summary(settlement)?;
    Ok(book.workbook.save_to_buffer()?)
}

struct Book {
    organisation: OrganisationId,
    workbook: Workbook,
    sheets: usize,
    row: u32,
    statement: Owed,
}

impl Book {
    fn of(organisation: OrganisationId) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        // The same bytes each time: not the moment of writing.
        let epoch = ExcelDateTime::from_ymd(2020, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
        let mut book = Self { organisation, workbook, sheets: 0, row: 0, statement: Owed::default() };
        book.next_sheet()?;
        Ok(book)
    }

    fn next_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        self.row = 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(format!("明细 {}", self.sheets))?;
        let bold = Format::new().set_bold();
        for (column, title) in (0..).zip(HEAD) {
            sheet.set_column_width(column, 18)?;
            sheet.write_with_format(0, column, title, &bold)?;
        }
        Ok(())
    }

    fn add(&mut self, line: &Line) -> Result<(), XlsxError> {
        if self.row > ROWS {
            self.next_sheet()?;
        }
        let row = self.row;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        sheet.write(row, 0, line.seq)?;
        sheet.write(row, 1, line.order.as_str())?;
        sheet.write(row, 2, line.service_day.to_string())?;
        sheet.write(row, 3, line.kind.as_str())?;
        sheet.write(row, 4, line.month.to_string())?;
        amount(sheet, row, 5, line.kind, line.amount)?;
        amount(sheet, row, 6, Kind::ServiceAllowance, line.self_pay)?;
        sheet.write(row, 7, if line.is_correction { "更正 correction" } else { "服务 service" })?;
        self.row += 1;
        add(&mut self.statement, line);
        Ok(())
    }

    fn close(
        mut self,
        settlement: &Settlement,
        folder: &Path,
    ) -> Result<(PathBuf, OrganisationId, Owed), StatementError> {
        self.summary(settlement)?;
        let file = folder.join(format!("{}-{}.xlsx", settlement.period, self.organisation));
        self.workbook.save(&file)?;
        Ok((file, self.organisation, self.statement))
    }

    /// The last sheet: what all of it comes to.
    fn summary(&mut self, settlement: &Settlement) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("汇总 summary")?;
        sheet.set_column_width(0, 28)?;
        let approved =
            settlement.approved_by.as_ref().map_or("待审批 pending".to_owned(), ToString::to_string);
        let facts = [
            ("机构 organisation", self.organisation.to_string()),
            ("结算周期 period", settlement.period.to_string()),
            ("截至分录 up to entry", settlement.cutoff.to_string()),
            ("制表 drawn by", settlement.drawn_by.to_string()),
            ("审批 approved by", approved),
            ("笔数 lines", self.statement.lines.to_string()),
        ];
        let mut row = 0;
        for (name, value) in facts {
            sheet.write(row, 0, name)?;
            sheet.write(row, 1, value)?;
            row += 1;
        }
        for (kind, owed) in &self.statement.owed {
            sheet.write(row, 0, format!("应付 owed: {}", kind.as_str()))?;
            amount(sheet, row, 1, *kind, *owed)?;
            row += 1;
        }
        sheet.write(row, 0, "老年人自费 paid by elders")?;
        amount(sheet, row, 1, Kind::ServiceAllowance, self.statement.self_pay)
    }
}

/// Fen as yuan with two digits, points as they are.
fn amount(sheet: &mut Worksheet, row: u32, column: u16, kind: Kind, amount: i64) -> Result<(), XlsxError> {
    if kind == Kind::SilverPoints {
        sheet.write(row, column, amount)?;
    } else {
        // A spreadsheet has no other numbers; exact up to 90 billion yuan.
        let yuan = amount as f64 / 100.0;
        sheet.write_with_format(row, column, yuan, &Format::new().set_num_format("0.00"))?;
    }
    Ok(())
}

/// Adds a line to the sums.
pub(crate) fn add(owed: &mut Owed, line: &Line) {
    owed.lines += 1;
    *owed.owed.entry(line.kind).or_insert(0) += line.amount;
    owed.self_pay += line.self_pay;
}
