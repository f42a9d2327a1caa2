//! What a file is: its packing by its first bytes, its format by content and name.
//!
//! Opens the file and unpacks it; does not read rows.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::{Context as _, bail};
use flate2::bufread::MultiGzDecoder;

use crate::import::progress::Progress;

/// Bytes looked at to tell a format.
const START_BYTES: usize = 64 * 1024;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Separated by commas, semicolons, tabs or bars, with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

/// An opened source: unpacked bytes from the beginning.
pub struct Source {
    /// Its format.
    pub format: Format,
    /// Its content, unpacked, without a byte order mark.
    pub input: Box<dyn BufRead>,
    /// Whether the file itself, unpacked, is what `input` gives.
    pub is_plain_file: bool,
}

/// Opens `path`, or standard input for `-`.
///
/// # Errors
/// If it cannot be read, or its content is none of the formats.
pub fn open(path: &Path, format: Option<Format>, progress: &Progress) -> anyhow::Result<Source> {
    if path == Path::new("-") {
        return recognise(Box::new(progress.counted(io::stdin())), None, format);
    }
    let said = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(said)?;
    let meta = file.metadata().with_context(said)?;
    if meta.is_dir() {
        bail!("{} is a folder; name a file", path.display());
    }
    let mut source =
        recognise(Box::new(progress.counted(file)), path.to_str(), format).with_context(said)?;
    source.is_plain_file &= meta.is_file();
    Ok(source)
}

fn recognise(
    input: Box<dyn Read>,
    name: Option<&str>,
    format: Option<Format>,
) -> anyhow::Result<Source> {
    let (start, input) = peek(input)?;
    let (start, mut input, is_packed): (_, Box<dyn BufRead>, _) = if start.starts_with(b"\x1f\x8b")
    {
        let (start, input) = peek(Box::new(MultiGzDecoder::new(input)))?;
        (start, Box::new(input), true)
    } else if start.starts_with(b"\x28\xb5\x2f\xfd") {
        let (start, input) = peek(Box::new(zstd::stream::read::Decoder::with_buffer(input)?))?;
        (start, Box::new(input), true)
    } else {
        (start, Box::new(input), false)
    };
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        bail!("the text is UTF-16; save it as UTF-8");
    }
    let format = match format {
        Some(format) => format,
        None => guess(&start, name)?,
    };
    if start.starts_with(b"\xef\xbb\xbf") {
        input.read_exact(&mut [0; 3])?;
    }
    Ok(Source {
        format,
        input,
        is_plain_file: !is_packed && name.is_some(),
    })
}

fn guess(start: &[u8], name: Option<&str>) -> anyhow::Result<Format> {
    if start.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if start.contains(&0) {
        bail!("the content is neither CSV, NDJSON nor Parquet; if it is, name it with --format");
    }
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let name = [".gz", ".zst", ".zstd"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(&name);
    let has = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let first = start
        .trim_ascii_start()
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start.trim_ascii_start());
    match first.first() {
        Some(b'[') if !has(&[".csv", ".tsv"]) => {
            bail!(
                "the content is one JSON array; write one object a line instead, for example with `jq -c '.[]'`"
            )
        }
        Some(b'{') if !has(&[".csv", ".tsv"]) => Ok(Format::Ndjson),
        _ if has(&[".ndjson", ".jsonl", ".json"]) => Ok(Format::Ndjson),
        _ => Ok(Format::Csv),
    }
}

/// The first bytes, and everything with them.
fn peek(mut input: Box<dyn Read>) -> io::Result<(Vec<u8>, impl BufRead + 'static)> {
    let mut start = Vec::new();
    input
        .by_ref()
        .take(START_BYTES as u64)
        .read_to_end(&mut start)?;
    Ok((
        start.clone(),
        Cursor::new(start).chain(BufReader::with_capacity(START_BYTES, input)),
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn recognised(bytes: &[u8], name: Option<&str>) -> anyhow::Result<(Format, Vec<u8>)> {
        let mut source = recognise(Box::new(Cursor::new(bytes.to_vec())), name, None)?;
        let mut content = Vec::new();
        source.input.read_to_end(&mut content)?;
        Ok((source.format, content))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("a write to memory");
        encoder.finish().expect("a write to memory")
    }

    #[test]
    fn the_content_tells_the_format_and_the_name_helps() {
        for (bytes, name, format) in [
            (&b"a,b\n1,2\n"[..], None, Format::Csv),
            (b" \n{\"a\":1}\n", None, Format::Ndjson),
            (b"{\"a\":1}\n", Some("x.txt"), Format::Ndjson),
            (b"{a},b\n1,2\n", Some("x.csv.gz"), Format::Csv),
            (b"oops\n{\"a\":1}\n", Some("x.JSONL"), Format::Ndjson),
            (b"PAR1....", Some("x.csv"), Format::Parquet),
            (b"", None, Format::Csv),
        ] {
            assert_eq!(
                recognised(bytes, name).expect("a format").0,
                format,
                "{name:?}"
            );
        }
    }

    #[test]
    fn packed_content_is_unpacked_and_a_byte_order_mark_removed() {
        let plain = b"\xef\xbb\xbfa,b\n1,2\n";
        let two_members = [gzip(b"a,b\n"), gzip(b"1,2\n")].concat();
        let zstd = zstd::stream::encode_all(&plain[..], 1).expect("packed");
        for bytes in [plain.to_vec(), gzip(plain), two_members, zstd] {
            assert_eq!(
                recognised(&bytes, None).expect("a format"),
                (Format::Csv, b"a,b\n1,2\n".to_vec())
            );
        }
    }

    #[test]
    fn what_cannot_be_imported_is_refused_with_the_remedy() {
        for (bytes, part) in [
            (&b"[{\"a\":1}]"[..], "one object a line"),
            (b"\xff\xfea\0", "UTF-8"),
            (b"a\0b", "--format"),
        ] {
            let error = recognised(bytes, None).expect_err("a refusal").to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
