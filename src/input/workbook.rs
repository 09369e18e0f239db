//! Writing workbooks: the empty one that `pk init` hands out, and the sample of the demonstration.

use rust_xlsxwriter::{Color, DataValidation, Format, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use crate::model::{SHEETS, Sheet, SheetName};

/// Rows that get text format and drop-down lists.
const PREPARED_ROWS: u32 = 2_000;

/// Why a workbook was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// The writer refused.
    #[error("the workbook cannot be written")]
    Xlsx(#[from] XlsxError),
    /// The rows cannot be read.
    #[error("the sample data cannot be read")]
    Csv(#[from] csv::Error),
}

/// A workbook with headings, comments, drop-down lists and one example row a sheet.
///
/// # Errors
///
/// [`WorkbookError`]
pub fn empty_workbook(year: u16) -> Result<Vec<u8>, WorkbookError> {
    let examples = |sheet: SheetName| -> Vec<Vec<String>> {
        let rows: &[&[&str]] = match sheet {
            SheetName::Pengaturan => &[
                &["tahun", ""],
                &["instansi", "Pemerintah Kabupaten Contoh"],
                &["daerah", "Kabupaten Contoh"],
                &["tempat", "Contoh Raya"],
                &["tanggal", ""],
                &["jenis", "murni"],
            ],
            SheetName::Pejabat => &[
                &[
                    "bupati",
                    "Contoh Kepala",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "Bupati Contoh",
                    "Pemerintah Kabupaten Contoh",
                    "kepala_daerah",
                    "definitif",
                    "",
                    "pk",
                ],
                &[
                    "kominfo",
                    "Contoh Satu",
                    "Dr.",
                    "S.T., M.Si.",
                    "",
                    "Pembina Utama Muda",
                    "IV/c",
                    "Kepala Dinas Komunikasi dan Informatika",
                    "Dinas Komunikasi dan Informatika",
                    "jpt",
                    "definitif",
                    "bupati",
                    "both",
                ],
            ],
            SheetName::Sasaran => &[
                &[
                    "bupati",
                    "Meningkatnya kualitas tata kelola pemerintahan",
                    "Nilai SAKIP",
                    "BB",
                    "",
                    "naik",
                    "rilis",
                ],
                &[
                    "kominfo",
                    "Meningkatnya kualitas informatika",
                    "Indeks SPBE",
                    "2,8",
                    "Indeks",
                    "naik",
                    "rilis",
                ],
            ],
            SheetName::Anggaran => {
                &[&["kominfo", "2.16.03", "Pengelolaan Aplikasi Informatika", "1.589.645.600", "APBD"]]
            }
        };
        let mut rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        if sheet == SheetName::Pengaturan {
            rows[0][1] = year.to_string();
            rows[4][1] = format!("{year}-01-05");
        }
        rows
    };
    write(examples)
}

/// A workbook with the rows of four CSV texts, given by sheet.
///
/// # Errors
///
/// [`WorkbookError`]
pub fn filled_workbook(csv: impl Fn(SheetName) -> String) -> Result<Vec<u8>, WorkbookError> {
    let mut all = Vec::new();
    for sheet in &SHEETS {
        let text = csv(sheet.name);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let rows: Result<Vec<Vec<String>>, csv::Error> =
            reader.records().map(|r| Ok(r?.iter().map(str::to_owned).collect())).collect();
        all.push((sheet.name, rows?));
    }
    write(|sheet| {
        all.iter().find(|(name, _)| *name == sheet).map(|(_, rows)| rows.clone()).unwrap_or_default()
    })
}

fn write(rows: impl Fn(SheetName) -> Vec<Vec<String>>) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    for sheet in &SHEETS {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(sheet.name.as_str())?;
        prepare(worksheet, sheet)?;
        for (row, cells) in (1..).zip(rows(sheet.name)) {
            for (column, text) in (0..).zip(&cells) {
                if !text.is_empty() {
                    worksheet.write_string(row, column, text)?;
                }
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn prepare(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let heading = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00DD_E6F0))
        .set_border_bottom(FormatBorder::Thin);
    // Text format everywhere: a target of 65,50 or a code of 1.10 must stay as typed.
    let text = Format::new().set_num_format("@").set_text_wrap();
    for (index, column) in (0..).zip(sheet.columns) {
        let title = if column.required { format!("{} *", column.name) } else { column.name.to_owned() };
        worksheet.set_column_format(index, &text)?;
        worksheet.set_column_width(index, width(column.name))?;
        worksheet.write_string_with_format(0, index, &title, &heading)?;
        worksheet.insert_note(0, index, &Note::new(column.help).add_author_prefix(false))?;
        if !column.choices.is_empty() {
            let list = DataValidation::new().allow_list_strings(column.choices)?;
            worksheet.add_data_validation(1, index, PREPARED_ROWS, index, &list)?;
        }
    }
    worksheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn width(column: &str) -> f64 {
    match column {
        "nilai" | "nama" | "jabatan" | "unit" | "sasaran" | "indikator" | "uraian" => 40.0,
        "nip" | "pangkat" | "anggaran" | "gelar_belakang" => 22.0,
        _ => 14.0,
    }
}
