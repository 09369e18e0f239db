//! Writing workbooks: the empty one that `pk init` hands out, and the sample of the demonstration.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatBorder, Formula, Note, Workbook,
    Worksheet, XlsxError,
};

use crate::model::{SHEETS, Sheet, SheetName};

/// Rows that get text format and drop-down lists.
const PREPARED_ROWS: u32 = 2_000;

/// The settings, and what each of them is. An empty value is as good as none.
const SETTINGS: [(&str, &str); 13] = [
    ("tahun", "Tahun perjanjian"),
    ("instansi", "Seperti dalam pk.toml"),
    ("daerah", "Misalnya Kabupaten Contoh"),
    ("tempat", "Tempat penandatanganan: ibu kota, bukan nama kabupaten"),
    ("tanggal", "Tanggal yang tercetak, misalnya 5 Januari 2026"),
    ("jenis", "murni atau perubahan"),
    ("nomor_perubahan", "1 sampai 9, hanya untuk perubahan"),
    ("kertas", "a4 atau f4 (215 x 330 mm); kosong berarti a4"),
    ("huruf", "serif (seperti Times) atau sans (seperti Arial); kosong berarti serif"),
    ("kepala", "lambang, kop atau tanpa; kosong berarti lambang"),
    ("ragam", "Nama ragam naskah; kosong berarti standar"),
    ("alamat", "Alamat pada kop bila unit tidak ada di lembar Unit; baris dipisah dengan ' | '"),
    ("tanggal_dpa", "Tanggal pengesahan DPA; boleh kosong"),
];

/// Settings with a list to choose from.
const CHOICES: [(&str, &[&str]); 5] = [
    ("jenis", &["murni", "perubahan"]),
    ("kertas", &["a4", "f4"]),
    ("huruf", &["serif", "sans"]),
    ("kepala", &["lambang", "kop", "tanpa"]),
    ("ragam", &["standar", "kesatu"]),
];

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

/// A workbook with headings, comments, drop-down lists and example rows, for an institution.
///
/// # Errors
///
/// [`WorkbookError`]
pub fn empty_workbook(year: u16, institution: &str) -> Result<Vec<u8>, WorkbookError> {
    let region = institution.strip_prefix("Pemerintah ").unwrap_or(institution);
    // Regent of a kabupaten, mayor of a kota, governor of a province.
    let (kind, name) = region.split_once(' ').unwrap_or(("Kabupaten", region));
    let title = match kind {
        "Kota" => "Wali Kota",
        "Provinsi" => "Gubernur",
        _ => "Bupati",
    };
    let head = format!("{title} {name}");
    let (tahun, tanggal) = (year.to_string(), format!("{year}-01-05"));
    write(|sheet| {
        let rows: Vec<Vec<&str>> = match sheet {
            SheetName::Pengaturan => SETTINGS
                .iter()
                .map(|(key, _)| {
                    vec![
                        *key,
                        match *key {
                            "tahun" => tahun.as_str(),
                            "instansi" => institution,
                            "daerah" => region,
                            "tempat" => "Nama Ibu Kota",
                            "tanggal" => tanggal.as_str(),
                            "jenis" => "murni",
                            _ => "",
                        },
                    ]
                })
                .collect(),
            SheetName::Pejabat => vec![
                vec![
                    "kepala-daerah",
                    "Nama Kepala Daerah",
                    "",
                    "",
                    "",
                    "",
                    "",
                    &head,
                    institution,
                    "kepala_daerah",
                    "definitif",
                    "",
                    "pk",
                ],
                vec![
                    "kominfo",
                    "Nama Kepala Dinas",
                    "Dr.",
                    "S.T., M.Si.",
                    "",
                    "Pembina Utama Muda",
                    "IV/c",
                    "Kepala Dinas Komunikasi dan Informatika",
                    "Dinas Komunikasi dan Informatika",
                    "jpt",
                    "definitif",
                    "kepala-daerah",
                    "keduanya",
                ],
            ],
            SheetName::Sasaran => vec![
                vec![
                    "kepala-daerah",
                    "Meningkatnya kualitas tata kelola pemerintahan",
                    "Nilai SAKIP",
                    "BB",
                    "",
                    "naik",
                    "rilis",
                ],
                vec![
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
                vec![vec!["kominfo", "2.16.03", "Pengelolaan Aplikasi Informatika", "1.589.645.600", "APBD"]]
            }
            SheetName::Unit => Vec::new(),
        };
        rows.into_iter().map(|row| row.into_iter().map(str::to_owned).collect()).collect()
    })
}

/// A workbook with the rows of CSV texts, given by sheet.
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
        let rows = rows(sheet.name);
        if sheet.name == SheetName::Pengaturan {
            explain(worksheet, &rows)?;
        }
        for (row, cells) in (1..).zip(rows) {
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
        } else if matches!(column.name, "atasan" | "pejabat") {
            let list = DataValidation::new()
                .allow_list_formula(Formula::new(format!("Pejabat!$A$2:$A${}", PREPARED_ROWS + 1)))
                .set_error_style(DataValidationErrorStyle::Warning);
            worksheet.add_data_validation(1, index, PREPARED_ROWS, index, &list)?;
        }
    }
    worksheet.set_freeze_panes(1, 0)?;
    // On paper: one page wide, A4 across, the headings on every page.
    worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_gridlines(true);
    worksheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    worksheet.set_repeat_rows(0, 0)?;
    worksheet.set_footer("&L&A&RHalaman &P dari &N");
    Ok(())
}

/// Notes beside the settings, and lists for those that have a choice. A wording of the office's own may be typed.
fn explain(worksheet: &mut Worksheet, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    for (row, cells) in (1..).zip(rows) {
        let key = cells.first().map(String::as_str).unwrap_or_default();
        if let Some((_, help)) = SETTINGS.iter().find(|(name, _)| *name == key) {
            worksheet.insert_note(row, 0, &Note::new(*help).add_author_prefix(false))?;
        }
        if let Some((_, choices)) = CHOICES.iter().find(|(name, _)| *name == key) {
            let list = DataValidation::new()
                .allow_list_strings(choices)?
                .set_error_style(DataValidationErrorStyle::Warning);
            worksheet.add_data_validation(row, 1, row, 1, &list)?;
        }
    }
    Ok(())
}

fn width(column: &str) -> f64 {
    match column {
        "nilai" | "nama" | "jabatan" | "unit" | "sasaran" | "indikator" | "uraian" | "alamat" => 40.0,
        "nip" | "pangkat" | "anggaran" | "gelar_belakang" => 22.0,
        _ => 14.0,
    }
}
