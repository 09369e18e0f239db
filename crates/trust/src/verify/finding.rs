//! One check and what it showed.

use std::collections::BTreeMap;
use std::fmt;

use super::code::Code;
use crate::time::Time;

/// What one check showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be checked; the finding's code says why.
    NotChecked,
}

impl Outcome {
    /// How much it decides: the worse, the more.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::NotChecked => 1,
            Self::Fail => 2,
        }
    }
}

/// Which line a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Is the content the one that was issued and signed?
    Integrity,
    /// Are issuer and signers those whom the document names?
    Issuer,
    /// Has everybody signed, and is it still in force?
    Status,
    /// Is the time proven?
    Time,
    /// Good to know; moves no line.
    Remark,
}

/// Where something was found in a file. Revisions are counted from 0, as are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An object of a revision.
    Object {
        /// Its number.
        number: u32,
        /// The revision.
        revision: usize,
    },
    /// A revision.
    Revision(usize),
    /// A byte of the file.
    Byte(usize),
    /// A byte of the file, in a revision.
    ByteIn {
        /// The byte.
        byte: usize,
        /// The revision.
        revision: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { number, revision } => write!(f, "object {number}, revision {revision}"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::ByteIn { byte, revision } => write!(f, "byte {byte}, revision {revision}"),
        }
    }
}

/// Makes the names of what sentences mention.
macro_rules! parameters {
    ($($(#[$doc:meta])+ $parameter:ident = $text:literal,)+) => {
        /// What the sentence about a finding mentions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Parameter {
            $($(#[$doc])+ $parameter,)+
        }

        impl Parameter {
            /// As it stands in `detail`, and in the text between `{` and `}`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$parameter => $text,)+
                }
            }
        }
    };
}

parameters! {
    /// Who or what did it: an institution, a field, a document.
    By = "by",
    /// How many bytes.
    Bytes = "bytes",
    /// What a reader found: a code, with its own values beside it.
    Error = "error",
    /// A signature field.
    Field = "field",
    /// Signature fields.
    Fields = "fields",
    /// A host.
    Host = "host",
    /// An institution.
    Institution = "institution",
    /// The issuer of a list.
    Issuer = "issuer",
    /// When the newest list was made.
    Latest = "latest",
    /// A link as it was read.
    Link = "link",
    /// A key, or the name of a field, as it stands in the file.
    Name = "name",
    /// Whom the document names.
    Named = "named",
    /// The number of the newest list.
    Newest = "newest",
    /// The number of a list.
    Number = "number",
    /// Numbers of objects.
    Objects = "objects",
    /// The host of those who ask.
    Own = "own",
    /// A page, counted from 1.
    Page = "page",
    /// The program that probably made the file.
    Producer = "producer",
    /// Why it was withdrawn.
    Reason = "reason",
    /// Who signed.
    Signer = "signer",
    /// Since when.
    Since = "since",
    /// When.
    Time = "time",
    /// What there is too much of: a code, or the name of a file.
    What = "what",
}

/// A value that a sentence mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// As it is.
    Text(String),
    /// How many, or which.
    Number(usize),
    /// A moment.
    Time(Time),
    /// Several.
    List(Vec<String>),
    /// The code of an error, and what its own sentence mentions.
    Error(&'static str, BTreeMap<&'static str, String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::List(parts) => f.write_str(&parts.join(", ")),
            Self::Error(code, _) => f.write_str(code),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl From<Vec<String>> for Value {
    fn from(parts: Vec<String>) -> Self {
        Self::List(parts)
    }
}

/// The values that the sentence about a finding mentions: a handful, in the order of their parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail(Vec<(Parameter, Value)>);

impl Detail {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One of them.
    pub fn get(&self, parameter: Parameter) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == parameter).map(|(_, value)| value)
    }

    /// Sets one of them.
    pub fn set(&mut self, parameter: Parameter, value: impl Into<Value>) {
        self.put(parameter, value.into());
    }

    fn put(&mut self, parameter: Parameter, value: Value) {
        let at = self.0.partition_point(|(known, _)| *known < parameter);
        match self.0.get_mut(at) {
            Some((known, kept)) if *known == parameter => *kept = value,
            _ => self.0.insert(at, (parameter, value)),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As texts by their names: for sentences and for `pk-verdict/1`. Those of an error stand beside it.
    pub fn texts(&self) -> BTreeMap<&'static str, String> {
        let mut texts = BTreeMap::new();
        for (parameter, value) in &self.0 {
            texts.insert(parameter.as_str(), value.to_string());
            if let Value::Error(_, values) = value {
                texts.extend(values.clone());
            }
        }
        texts
    }
}

/// One check and what it showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// What it showed.
    pub outcome: Outcome,
    /// Where.
    pub place: Option<Place>,
    /// Values that the sentence about it mentions.
    pub detail: Detail,
    /// The line it belongs to.
    pub axis: Axis,
}

impl Finding {
    /// A finding without place and details.
    pub const fn new(code: Code) -> Self {
        Self { code, outcome: code.outcome(), place: None, detail: Detail::new(), axis: code.axis() }
    }

    /// A check that either holds or does not, each with its own code.
    pub const fn check(holds: bool, pass: Code, fail: Code) -> Self {
        Self::new(if holds { pass } else { fail })
    }

    /// With another outcome than the code has by itself.
    #[must_use]
    pub const fn but(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Of another line than the code's own.
    #[must_use]
    pub const fn on(mut self, axis: Axis) -> Self {
        self.axis = axis;
        self
    }

    /// With the place.
    #[must_use]
    pub const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// With a value for the sentence.
    #[must_use]
    pub fn with(mut self, parameter: Parameter, value: impl Into<Value>) -> Self {
        debug_assert!(self.code.parameters().contains(&parameter), "{}: {parameter:?}", self.code);
        self.detail.set(parameter, value);
        self
    }

    /// With the code of an error, and its values.
    #[must_use]
    pub(super) fn because(self, code: &'static str, values: BTreeMap<&'static str, String>) -> Self {
        self.with(Parameter::Error, Value::Error(code, values))
    }
}
