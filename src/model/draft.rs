//! A workbook as it was read: cells with places, nothing believed yet.

use super::Place;

/// The sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetName {
    /// Settings of the year.
    Pengaturan,
    /// The officials.
    Pejabat,
    /// Objectives and indicators.
    Sasaran,
    /// The budget.
    Anggaran,
    /// Addresses and emblems of units.
    Unit,
}

impl SheetName {
    /// The heading of the sheet.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pengaturan => "Pengaturan",
            Self::Pejabat => "Pejabat",
            Self::Sasaran => "Sasaran",
            Self::Anggaran => "Anggaran",
            Self::Unit => "Unit",
        }
    }
}

/// A column of a sheet.
#[derive(Debug)]
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// Whether every row needs it.
    pub required: bool,
    /// The values it may take; empty for free text.
    pub choices: &'static [&'static str],
    /// What it holds, in Indonesian: the comment in the workbook and the description in the schema.
    pub help: &'static str,
}

/// A sheet and its columns: one table serves the reader, the empty workbook and the schema.
#[derive(Debug)]
pub struct Sheet {
    /// Which one.
    pub name: SheetName,
    /// Its columns, in the order in which they are written.
    pub columns: &'static [Column],
    /// Whether a workbook may be without it.
    pub optional: bool,
}

const fn column(name: &'static str, required: bool, help: &'static str) -> Column {
    Column { name, required, choices: &[], help }
}

const fn choice(
    name: &'static str,
    required: bool,
    choices: &'static [&'static str],
    help: &'static str,
) -> Column {
    Column { name, required, choices, help }
}

/// All sheets.
pub const SHEETS: [Sheet; 5] = [
    Sheet {
        name: SheetName::Pengaturan,
        optional: false,
        columns: &[
            column(
                "kunci",
                true,
                "Nama pengaturan: tahun, instansi, daerah, tempat, tanggal, jenis, nomor_perubahan, kertas, huruf, kepala, ragam, alamat, tanggal_dpa",
            ),
            column("nilai", true, "Isi pengaturan"),
        ],
    },
    Sheet {
        name: SheetName::Pejabat,
        optional: false,
        columns: &[
            column("id", true, "Kode singkat pilihan sendiri, misalnya kominfo. Bukan NIP"),
            column("nama", true, "Nama tanpa gelar"),
            column("gelar_depan", false, "Misalnya Dr. atau Ir."),
            column("gelar_belakang", false, "Misalnya S.E., M.M."),
            column("nip", false, "18 angka; sel harus berformat Teks. Kosong untuk kepala daerah"),
            column("pangkat", false, "Misalnya Pembina Utama Muda"),
            column("golongan", false, "Misalnya IV/c"),
            column("jabatan", true, "Tanpa Plt., Plh., Pj.: itu ada di kolom kapasitas"),
            column("unit", true, "Nama perangkat daerah"),
            choice(
                "jenjang",
                true,
                &["kepala_daerah", "jpt", "administrator", "pengawas", "fungsional", "pelaksana"],
                "Jenjang jabatan",
            ),
            choice("kapasitas", false, &["definitif", "plt", "plh", "pj", "pjs"], "Kosong berarti definitif"),
            column("atasan", false, "Kode (id) atasan; kosong hanya untuk kepala daerah"),
            choice(
                "dokumen",
                false,
                &["pk", "pakta", "keduanya", "tidak"],
                "Dokumen yang dibuat. Kosong berarti keduanya, pada perubahan hanya pk; tidak berarti hanya sebagai atasan",
            ),
        ],
    },
    Sheet {
        name: SheetName::Sasaran,
        optional: false,
        columns: &[
            column("pejabat", true, "Kode (id) pejabat"),
            column("sasaran", true, "Kosong berarti sama dengan baris di atasnya"),
            column("indikator", true, "Indikator kinerja"),
            column("target", true, "Persis seperti disepakati; sel harus berformat Teks"),
            column("satuan", false, "Misalnya Indeks atau %"),
            choice("arah", false, &["naik", "turun", "tetap"], "Arah yang baik; kosong berarti naik"),
            choice(
                "pola",
                false,
                &["hitungan", "posisi", "rilis"],
                "Cara target triwulan dihitung; kosong berarti posisi",
            ),
            column("tw1", false, "Target triwulan I"),
            column("tw2", false, "Target triwulan II"),
            column("tw3", false, "Target triwulan III"),
            column("tw4", false, "Target triwulan IV"),
        ],
    },
    Sheet {
        name: SheetName::Anggaran,
        optional: false,
        columns: &[
            column("pejabat", true, "Kode (id) pejabat"),
            column("kode", false, "Kode nomenklatur, misalnya 2.16.02; sel harus berformat Teks"),
            column(
                "uraian",
                true,
                "Nama program, kegiatan atau subkegiatan; TOTAL untuk jumlah yang dinyatakan",
            ),
            column("anggaran", true, "Rupiah utuh, tanpa desimal"),
            column("sumber", false, "Misalnya APBD atau DAK"),
            column("induk", false, "Kode baris induknya; kosong untuk baris teratas"),
        ],
    },
    Sheet {
        name: SheetName::Unit,
        optional: true,
        columns: &[
            column("unit", true, "Nama perangkat daerah, seperti di lembar Pejabat"),
            column("alamat", false, "Alamat pada kop; baris dipisah dengan ' | '"),
            column("telepon", false, "Nomor telepon pada kop"),
            column("pos_el", false, "Alamat pos-el pada kop"),
            column("laman", false, "Laman pada kop"),
            column(
                "lambang",
                false,
                "Nama berkas gambar di templates/shared/; kosong berarti lambang instansi",
            ),
        ],
    },
];

/// What a cell holds, as its file says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number, from a cell that is not text. What the user saw may have been another.
    Number(f64),
    /// A number in a cell that shows percentages: 0.95 was seen as 95%.
    Percent(f64),
    /// A date, from a cell that the spreadsheet took for one.
    Date(String),
    /// True or false.
    Boolean(bool),
    /// A formula error such as `#REF!`.
    Error(String),
    /// There is a content, but the file does not have it; the code of the problem says why.
    Absent(&'static str),
}

/// One cell that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell<'a> {
    /// What it holds.
    pub value: &'a Value,
    /// Where it stands.
    pub place: Place,
}

/// One row that is not empty, its cells in the order of the sheet's columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    cells: Vec<Entry>,
}

/// A cell as it is kept. A workbook may have a million of them, so their places are made when somebody asks.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    column: &'static str,
    value: Value,
    /// Its row, if that is not the one of the others (YAML: its line).
    row: Option<u32>,
    /// The heading that the user sees, if it is not the column's name.
    heading: Option<Box<str>>,
}

impl Row {
    /// A row without cells.
    pub const fn new(place: Place) -> Self {
        Self { place, cells: Vec::new() }
    }

    /// With another cell, under the heading of its column.
    #[must_use]
    pub fn with(mut self, column: &'static str, value: Value) -> Self {
        self.cells.push(Entry { column, value, row: None, heading: None });
        self
    }

    /// With another cell that stands in a row of its own, or under a heading of its own.
    #[must_use]
    pub fn with_at(
        mut self,
        column: &'static str,
        value: Value,
        row: Option<u32>,
        heading: Option<String>,
    ) -> Self {
        let row = row.filter(|row| Some(*row) != self.place.row);
        self.cells.push(Entry { column, value, row, heading: heading.map(String::into_boxed_str) });
        self
    }

    /// Whether it has no cells.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether there is something under a heading.
    pub fn has(&self, column: &str) -> bool {
        self.entry(column).is_some()
    }

    /// The cell under a heading, if it is not empty.
    pub fn cell(&self, column: &str) -> Option<Cell<'_>> {
        self.entry(column).map(|entry| self.of(entry))
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.cells.iter().map(|entry| self.of(entry))
    }

    /// Where the cell under a heading stands or would stand.
    pub fn place_of(&self, column: &str) -> Place {
        self.entry(column).map_or_else(|| self.place.column(column), |entry| self.place_at(entry))
    }

    fn entry(&self, column: &str) -> Option<&Entry> {
        self.cells.iter().find(|entry| entry.column == column)
    }

    fn of<'a>(&'a self, entry: &'a Entry) -> Cell<'a> {
        Cell { value: &entry.value, place: self.place_at(entry) }
    }

    fn place_at(&self, entry: &Entry) -> Place {
        let place = self.place.column(entry.heading.as_deref().unwrap_or(entry.column));
        Place { row: entry.row.or(place.row), ..place }
    }
}

/// A whole workbook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The file, for problems that have no better place.
    pub place: Place,
    /// Sheet `Pengaturan`.
    pub settings: Vec<Row>,
    /// Sheet `Pejabat`.
    pub officials: Vec<Row>,
    /// Sheet `Sasaran`.
    pub objectives: Vec<Row>,
    /// Sheet `Anggaran`.
    pub budget: Vec<Row>,
    /// Sheet `Unit`.
    pub units: Vec<Row>,
}

impl Draft {
    /// The rows of a sheet.
    pub fn rows(&self, sheet: SheetName) -> &[Row] {
        match sheet {
            SheetName::Pengaturan => &self.settings,
            SheetName::Pejabat => &self.officials,
            SheetName::Sasaran => &self.objectives,
            SheetName::Anggaran => &self.budget,
            SheetName::Unit => &self.units,
        }
    }

    /// The rows of a sheet, to be filled.
    pub fn rows_mut(&mut self, sheet: SheetName) -> &mut Vec<Row> {
        match sheet {
            SheetName::Pengaturan => &mut self.settings,
            SheetName::Pejabat => &mut self.officials,
            SheetName::Sasaran => &mut self.objectives,
            SheetName::Anggaran => &mut self.budget,
            SheetName::Unit => &mut self.units,
        }
    }
}
