//! Reading the journal: the loader's way forward, and the look at its end when the server starts.
//!
//! Damage is never silent: the bytes are copied to the quarantine folder, the gap is reported, and
//! reading goes on with the next valid record.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::store::journal::segment::{self, Found, SEGMENT_HEADER_BYTES};

/// One event of a chunk, still encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its sequence number.
    pub seq: u64,
    /// When it happened, in microseconds.
    pub occurred_at: i64,
    /// Where its encoding lies in the chunk's bytes.
    pub bytes: Range<usize>,
}

/// Consecutive events of the journal.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// All payloads, one after the other.
    pub bytes: Vec<u8>,
    /// The events, in order of their sequence numbers.
    pub rows: Vec<Row>,
    /// The sequence number after the chunk.
    pub end_seq: u64,
}

impl Chunk {
    /// The encoding of one row.
    pub fn encoded(&self, row: &Row) -> &[u8] {
        &self.bytes[row.bytes.clone()]
    }
}

/// Acknowledged events that could not be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment's file.
    pub segment: PathBuf,
    /// Bytes of it that hold no valid record.
    pub bytes: Range<u64>,
    /// Where the whole segment has been copied to.
    pub quarantined_to: PathBuf,
}

/// What the journal's folder held when it was opened.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The first sequence number that no valid record holds.
    pub next_seq: u64,
    /// Damage found on the way.
    pub damage: Vec<Damage>,
}

/// Finds the end of the journal. Reads the segments that hold sequence numbers past `from_seq`.
///
/// # Errors
/// If a file cannot be read or a damaged one cannot be copied to `quarantine`.
pub fn inspect(folder: &Path, quarantine: &Path, from_seq: u64) -> io::Result<Inspection> {
    let mut reader = Reader::new(folder.to_path_buf(), quarantine.to_path_buf(), from_seq);
    loop {
        let chunk = reader.read(u64::MAX, usize::MAX, 4 << 20)?;
        if chunk.rows.is_empty() {
            break;
        }
    }
    // An empty last segment still says how far the numbers had been given out.
    let named = segment::list(folder)?.last().copied().unwrap_or(1);
    Ok(Inspection {
        next_seq: reader.next_seq.max(named),
        damage: reader.damage,
    })
}

/// Reads records in order, across segments.
pub struct Reader {
    folder: PathBuf,
    quarantine: PathBuf,
    open: Option<(u64, File)>,
    offset: u64,
    next_seq: u64,
    payload: Vec<u8>,
    damage: Vec<Damage>,
}

impl Reader {
    /// A reader that gives events from `from_seq` on.
    pub fn new(folder: PathBuf, quarantine: PathBuf, from_seq: u64) -> Reader {
        Reader {
            folder,
            quarantine,
            open: None,
            offset: 0,
            next_seq: from_seq,
            payload: Vec::new(),
            damage: Vec::new(),
        }
    }

    /// The sequence number of the next event it will give.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Damage met since the last call.
    pub fn take_damage(&mut self) -> Vec<Damage> {
        std::mem::take(&mut self.damage)
    }

    /// The next whole records below `until_seq`: at least one if there is any, then as long as they stay
    /// within `rows_max` and `bytes_max`. Empty when nothing is left.
    ///
    /// # Errors
    /// If a file cannot be read or a damaged one cannot be copied away.
    pub fn read(&mut self, until_seq: u64, rows_max: usize, bytes_max: usize) -> io::Result<Chunk> {
        let mut chunk = Chunk {
            end_seq: self.next_seq,
            ..Chunk::default()
        };
        while self.next_seq < until_seq {
            if self.open.is_none() && !self.open_segment()? {
                break;
            }
            let Some((first_seq, file)) = &self.open else {
                break;
            };
            match segment::read_at(file, self.offset, &mut self.payload)? {
                Found::Record(header) => {
                    let full = chunk.rows.len() + header.count as usize > rows_max
                        || chunk.bytes.len() + header.payload_len > bytes_max;
                    if full && !chunk.rows.is_empty() {
                        break;
                    }
                    let start = self.offset;
                    self.offset += (segment::RECORD_HEADER_BYTES + header.payload_len) as u64;
                    if header.end_seq() <= self.next_seq {
                        continue;
                    }
                    if !push(&mut chunk, &self.payload, header, self.next_seq) {
                        let path = segment::path_of(&self.folder, *first_seq);
                        let damage = set_aside(&self.quarantine, path, start..self.offset)?;
                        self.damage.push(damage);
                    }
                    self.next_seq = header.end_seq();
                    chunk.end_seq = self.next_seq;
                }
                Found::Damage { resumes_at } => {
                    let path = segment::path_of(&self.folder, *first_seq);
                    let damage = set_aside(&self.quarantine, path, self.offset..resumes_at)?;
                    self.damage.push(damage);
                    self.offset = resumes_at;
                }
                Found::End => {
                    if !self.next_segment(*first_seq)? {
                        break;
                    }
                }
            }
        }
        Ok(chunk)
    }

    /// Opens the last segment that starts at or before the next event.
    fn open_segment(&mut self) -> io::Result<bool> {
        let all = segment::list(&self.folder)?;
        let at = all.partition_point(|first| *first <= self.next_seq);
        let Some(first_seq) = at.checked_sub(1).map(|i| all[i]).or(all.first().copied()) else {
            return Ok(false);
        };
        self.use_segment(first_seq)?;
        Ok(true)
    }

    /// Goes on with the segment after `current`; false if there is none.
    fn next_segment(&mut self, current: u64) -> io::Result<bool> {
        let Some(next) = segment::list(&self.folder)?
            .into_iter()
            .find(|first| *first > current)
        else {
            return Ok(false);
        };
        self.use_segment(next)?;
        Ok(true)
    }

    fn use_segment(&mut self, first_seq: u64) -> io::Result<()> {
        let path = segment::path_of(&self.folder, first_seq);
        let file = File::open(&path)?;
        if !segment::header_is_valid(&file, first_seq)? && file.metadata()?.len() > 0 {
            let damage = set_aside(&self.quarantine, path, 0..SEGMENT_HEADER_BYTES)?;
            self.damage.push(damage);
        }
        self.open = Some((first_seq, file));
        self.offset = SEGMENT_HEADER_BYTES;
        Ok(())
    }
}

/// Adds the events of a record. False if its payload does not parse: the checksum held, so that is the work of a
/// faulty writer, but no reason to be silent.
fn push(chunk: &mut Chunk, payload: &[u8], header: segment::RecordHeader, from_seq: u64) -> bool {
    let base = chunk.bytes.len();
    let Some(entries) = segment::entries(payload, header.count) else {
        return false;
    };
    for (seq, entry) in (header.first_seq..).zip(entries) {
        if seq >= from_seq {
            let bytes = base + entry.bytes.start..base + entry.bytes.end;
            chunk.rows.push(Row {
                seq,
                occurred_at: entry.occurred_at,
                bytes,
            });
        }
    }
    chunk.bytes.extend_from_slice(payload);
    true
}

fn set_aside(quarantine: &Path, segment: PathBuf, bytes: Range<u64>) -> io::Result<Damage> {
    fs::create_dir_all(quarantine)?;
    let name = segment.file_name().unwrap_or_default();
    let quarantined_to = quarantine.join(name);
    if !quarantined_to.exists() {
        fs::copy(&segment, &quarantined_to)?;
    }
    tracing::error!(segment = %segment.display(), from = bytes.start, to = bytes.end,
        copy = %quarantined_to.display(), "a journal segment is damaged; reading goes on behind the damage");
    Ok(Damage {
        segment,
        bytes,
        quarantined_to,
    })
}

/// Removes segments that hold only events below `loaded_seq`, except the newest `keep_bytes` of them.
/// The last segment always stays. Returns the number of files removed.
///
/// # Errors
/// If the folder cannot be listed or a file cannot be removed.
pub fn trim(folder: &Path, loaded_seq: u64, keep_bytes: u64) -> io::Result<usize> {
    let all = segment::list(folder)?;
    let mut done: Vec<PathBuf> = Vec::new();
    for pair in all.windows(2) {
        if pair[1] <= loaded_seq {
            done.push(segment::path_of(folder, pair[0]));
        }
    }
    let (mut kept, mut removed) = (0, 0);
    for path in done.iter().rev() {
        kept += fs::metadata(path)?.len();
        if kept > keep_bytes {
            fs::remove_file(path)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Bytes that the journal takes on disk.
///
/// # Errors
/// If the folder cannot be listed.
pub fn disk_bytes(folder: &Path) -> io::Result<u64> {
    let mut total = 0;
    for first_seq in segment::list(folder)? {
        total += fs::metadata(segment::path_of(folder, first_seq))?.len();
    }
    Ok(total)
}
