//! Decoding the streams that a verifier has to read itself: attachments, cross-reference and object
//! streams, metadata (ISO 32000-2, 7.4). Never images or fonts.

use super::budget::Work;
use super::irregular::Reading;
use super::{Dictionary, Error, Object};

/// Decoded size of one stream. The attached data of an agreement has some 100 kB; a
/// cross-reference stream of the largest file that is looked at, about as much as the file.
pub const MAX_DECODED: usize = 32 * 1024 * 1024;

/// Columns of a predictor's row, in bytes. Cross-reference streams have about five.
const MAX_ROW: usize = 1024;

/// Decodes with the filters that `dictionary` names: none, or `FlateDecode` with or without a
/// predictor.
///
/// # Errors
///
/// [`Error::Filter`] for any other filter, [`Error::Inflate`] for damaged data and for more than
/// [`MAX_DECODED`] bytes, [`Error::Cost`] for more than the file may still cause.
pub(super) fn decode(dictionary: &Dictionary, encoded: &[u8], reading: &Reading) -> Result<Vec<u8>, Error> {
    // Not one byte more than may be spent: what is counted afterwards has taken its memory already.
    let rest = reading.rest(Work::Inflated);
    let limit = rest.min(MAX_DECODED);
    let decoded = match decode_within(dictionary, encoded, limit) {
        Err(Error::Inflate) if limit == rest => {
            reading.spend(Work::Inflated, rest.saturating_add(1))?;
            return Err(Error::Inflate);
        }
        decoded => decoded?,
    };
    reading.spend(Work::Inflated, decoded.len())?;
    Ok(decoded)
}

fn decode_within(dictionary: &Dictionary, encoded: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let single = |key| match dictionary.get(key) {
        None => Ok(None),
        Some(Object::Array(items)) => match items.as_slice() {
            [] => Ok(None),
            // A filter has parameters or none; no name for a filter is none that readers agree on.
            [Object::Null] if key == "DecodeParms" => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(Error::Filter),
        },
        Some(other) => Ok(Some(other)),
    };
    let parameters = match single("DecodeParms")? {
        None => None,
        Some(Object::Dictionary(parameters)) => Some(parameters),
        Some(_) => return Err(Error::Filter),
    };
    match single("Filter")? {
        None if encoded.len() > limit => Err(Error::Inflate),
        None => Ok(encoded.to_vec()),
        Some(Object::Name(name)) if name == b"FlateDecode" => {
            let plain = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(encoded, limit)
                .map_err(|_| Error::Inflate)?;
            match parameters {
                Some(parameters) => unpredict(parameters, plain),
                None => Ok(plain),
            }
        }
        _ => Err(Error::Filter),
    }
}

/// Undoes a predictor (ISO 32000-2, 7.4.4.4): the PNG ones, on bytes.
fn unpredict(parameters: &Dictionary, data: Vec<u8>) -> Result<Vec<u8>, Error> {
    let number = |key, default| match parameters.get(key) {
        None => Ok(default),
        Some(value) => value.as_place().ok_or(Error::Filter),
    };
    let predictor = number("Predictor", 1)?;
    if predictor == 1 {
        return Ok(data);
    }
    let columns = number("Columns", 1)?;
    // Other shapes of samples occur in images only.
    let bytes = number("Colors", 1)? == 1 && number("BitsPerComponent", 8)? == 8;
    if !(10..=15).contains(&predictor) || !bytes || columns == 0 || columns > MAX_ROW {
        return Err(Error::Filter);
    }
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    for line in data.chunks(columns + 1) {
        let [kind, samples @ ..] = line else { return Err(Error::Inflate) };
        if samples.len() != columns {
            return Err(Error::Inflate);
        }
        let row = out.len();
        for (i, &sample) in samples.iter().enumerate() {
            // What lies before the first column, and above the first row, is 0.
            let before = |distance: usize| out.len().checked_sub(distance).map_or(0, |at| out[at]);
            let left = if i > 0 { before(1) } else { 0 };
            let above = before(columns);
            let upper_left = if i > 0 && row > 0 { before(columns + 1) } else { 0 };
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => above,
                3 => left.midpoint(above),
                4 => paeth(left, above, upper_left),
                _ => return Err(Error::Inflate),
            };
            out.push(sample.wrapping_add(guess));
        }
    }
    Ok(out)
}

/// The Paeth predictor (PNG, 9.4).
fn paeth(left: u8, above: u8, upper_left: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(upper_left);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(upper_left) {
        left
    } else if distance(above) <= distance(upper_left) {
        above
    } else {
        upper_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_predictors_are_undone() {
        let parameters = Dictionary::new().with("Predictor", 12).with("Columns", 3);
        // None, Sub, Up, Average, Paeth, each on rows of three bytes.
        let data = vec![0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        let out = unpredict(&parameters, data).unwrap();
        assert_eq!(out, [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
        assert_eq!(unpredict(&parameters, vec![5, 0, 0, 0]), Err(Error::Inflate));
        assert_eq!(unpredict(&parameters, vec![0, 0, 0]), Err(Error::Inflate));
        let tiff = Dictionary::new().with("Predictor", 2);
        assert_eq!(unpredict(&tiff, vec![0]), Err(Error::Filter));
    }
}
