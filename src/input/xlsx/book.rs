//! The workbook part: which sheets there are, how days are counted, whether results can be trusted.

use super::Fault;
use super::package::Package;
use super::xml::Xml;

/// Where programs put the workbook when nothing says where it is.
const USUAL: &str = "xl/workbook.xml";

/// A workbook without its content.
pub(super) struct Book {
    pub(super) sheets: Vec<Listed>,
    pub(super) from_1904: bool,
    /// Whether it asks to be calculated when it is opened: the stored results are not what a user will see.
    pub(super) recalculates: bool,
    /// Plain names of the parts with shared texts and styles.
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
}

/// A sheet that the workbook lists.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Plain name of its part; `None` for what is no sheet of cells (charts, modules of old macros).
    pub(super) part: Option<String>,
}

impl Book {
    /// Reads it; `None` if the package holds no workbook.
    pub(super) fn read(package: &mut Package) -> Result<Option<Self>, Fault> {
        let document = package.relationships("")?.into_iter().find(|found| found.kind == "officeDocument");
        let name = document.map_or_else(|| USUAL.to_owned(), |found| found.target);
        if !name.ends_with(".xml") {
            return Ok(None);
        }
        let Some(text) = package.part(&name)? else { return Ok(None) };
        let relationships = package.relationships(&name)?;
        let target = |kind: &str| {
            relationships.iter().find(|found| found.kind == kind).map(|found| found.target.clone())
        };
        let mut book = Self {
            sheets: Vec::new(),
            from_1904: false,
            recalculates: false,
            strings: target("sharedStrings"),
            styles: target("styles"),
        };
        let mut xml = Xml::new(&text);
        xml.root("workbook")?;
        while let Some(element) = xml.child()? {
            match element.name() {
                "workbookPr" => book.from_1904 = element.says("date1904")?,
                "calcPr" => {
                    let unfinished =
                        element.attribute("calcCompleted")?.is_some_and(|v| v == "0" || v == "false");
                    book.recalculates = element.says("fullCalcOnLoad")? || unfinished;
                }
                "sheets" => {
                    while let Some(sheet) = xml.child()? {
                        let id = sheet.prefixed("id")?;
                        let relationship = relationships
                            .iter()
                            .find(|found| found.kind == "worksheet" && Some(&*found.id) == id.as_deref());
                        book.sheets.push(Listed {
                            name: sheet.attribute("name")?.map_or_else(String::new, |name| {
                                name.trim().chars().take(LONG_NAME).collect()
                            }),
                            hidden: sheet.attribute("state")?.is_some_and(|state| state != "visible"),
                            part: relationship.map(|found| found.target.clone()),
                        });
                        if book.sheets.len() > MAX_SHEETS {
                            return Err(Fault::damaged("too many sheets"));
                        }
                        xml.skip()?;
                    }
                    continue;
                }
                _ => {}
            }
            xml.skip()?;
        }
        Ok(Some(book))
    }
}

/// Characters of a sheet's name that are kept; spreadsheets allow 31.
const LONG_NAME: usize = 100;

/// Sheets of a workbook. Each is looked up among the relationships, so their number is bounded.
const MAX_SHEETS: usize = 4_096;
