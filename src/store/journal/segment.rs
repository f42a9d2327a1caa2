//! The format of a journal file: header, records, checksums; and how a damaged one is read.
//!
//! A segment is `{first_seq:020}.log`: a 32-byte header, then records. All numbers are little endian.
//!
//! ```text
//! segment  "ANJRNL01" | first_seq u64 | zero 16
//! record   magic u32 | payload_len u32 | crc32c u32 | count u32 | first_seq u64 | payload
//! payload  count × ( len u32 | occurred_at i64 | Event as protobuf )
//! ```
//!
//! The checksum covers count, first_seq and payload. The rest of a preallocated segment is zero, so the
//! end of the log is the first place that holds no valid record.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes before the first record.
pub const SEGMENT_HEADER_BYTES: u64 = 32;
/// Bytes before a record's payload.
pub const RECORD_HEADER_BYTES: usize = 24;
/// Bytes before an event inside a payload.
pub const ENTRY_HEADER_BYTES: usize = 12;

const SEGMENT_MAGIC: &[u8; 8] = b"ANJRNL01";
const RECORD_MAGIC: u32 = 0x4C52_4A41;
/// No record is longer; a larger length is damage.
const RECORD_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What stands before a record's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Bytes of payload.
    pub payload_len: usize,
    /// Checksum of count, first_seq and payload.
    pub crc: u32,
    /// Events in the record.
    pub count: u32,
    /// Sequence number of its first event.
    pub first_seq: u64,
}

impl RecordHeader {
    /// Reads a header; `None` if these bytes cannot be one.
    pub fn parse(bytes: &[u8]) -> Option<RecordHeader> {
        if bytes.len() < RECORD_HEADER_BYTES || read_u32(bytes, 0) != RECORD_MAGIC {
            return None;
        }
        let header = RecordHeader {
            payload_len: read_u32(bytes, 4) as usize,
            crc: read_u32(bytes, 8),
            count: read_u32(bytes, 12),
            first_seq: read_u64(bytes, 16),
        };
        let is_possible = header.payload_len <= RECORD_BYTES_MAX
            && header.count > 0
            && header.first_seq.checked_add(header.count.into()).is_some();
        is_possible.then_some(header)
    }

    /// True if `payload` is what was written under this header.
    pub fn fits(&self, payload: &[u8]) -> bool {
        payload.len() == self.payload_len
            && checksum(self.count, self.first_seq, payload) == self.crc
    }

    /// The sequence number after the record's last event.
    pub fn end_seq(&self) -> u64 {
        self.first_seq + u64::from(self.count)
    }
}

fn checksum(count: u32, first_seq: u64, payload: &[u8]) -> u32 {
    let mut fixed = [0u8; 12];
    fixed[..4].copy_from_slice(&count.to_le_bytes());
    fixed[4..].copy_from_slice(&first_seq.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&fixed), payload)
}

/// Fills in the header of a record whose payload already stands in `record` after the header's room.
pub fn seal_record(record: &mut [u8], count: u32, first_seq: u64) {
    let payload_len = (record.len() - RECORD_HEADER_BYTES) as u32;
    let crc = checksum(count, first_seq, &record[RECORD_HEADER_BYTES..]);
    record[0..4].copy_from_slice(&RECORD_MAGIC.to_le_bytes());
    record[4..8].copy_from_slice(&payload_len.to_le_bytes());
    record[8..12].copy_from_slice(&crc.to_le_bytes());
    record[12..16].copy_from_slice(&count.to_le_bytes());
    record[16..24].copy_from_slice(&first_seq.to_le_bytes());
}

/// Appends one event to a payload.
pub fn push_entry(payload: &mut Vec<u8>, occurred_at: i64, encode: impl FnOnce(&mut Vec<u8>)) {
    let start = payload.len();
    payload.extend_from_slice(&[0; 4]);
    payload.extend_from_slice(&occurred_at.to_le_bytes());
    encode(payload);
    let len = (payload.len() - start - ENTRY_HEADER_BYTES) as u32;
    payload[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

/// One event inside a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happened, in microseconds.
    pub occurred_at: i64,
    /// Where its encoding lies, relative to the payload.
    pub bytes: Range<usize>,
}

/// The events of a payload, in order. `None` if the payload does not hold exactly `count` of them.
pub fn entries(payload: &[u8], count: u32) -> Option<Vec<Entry>> {
    // A count that the payload cannot hold must not reserve memory.
    let most = payload.len() / ENTRY_HEADER_BYTES;
    let mut found = Vec::with_capacity(most.min(count as usize));
    let mut at = 0;
    for _ in 0..count {
        let start = at + ENTRY_HEADER_BYTES;
        if start > payload.len() {
            return None;
        }
        let end = start.checked_add(read_u32(payload, at) as usize)?;
        if end > payload.len() {
            return None;
        }
        found.push(Entry {
            occurred_at: read_u64(payload, at + 4) as i64,
            bytes: start..end,
        });
        at = end;
    }
    (at == payload.len()).then_some(found)
}

/// Path of the segment that starts with `first_seq`.
pub fn path_of(folder: &Path, first_seq: u64) -> PathBuf {
    folder.join(format!("{first_seq:020}.log"))
}

/// First sequence numbers of all segments in `folder`, ascending.
pub fn list(folder: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let first_seq: Option<u64> = name
            .to_str()
            .and_then(|n| n.strip_suffix(".log"))
            .and_then(|n| n.parse().ok());
        found.extend(first_seq);
    }
    found.sort_unstable();
    Ok(found)
}

/// Creates a segment with room for `bytes`, durable with its folder entry.
pub fn create(folder: &Path, first_seq: u64, bytes: u64) -> io::Result<File> {
    let path = path_of(folder, first_seq);
    let made = prepare(&path, first_seq, bytes);
    if made.is_err() {
        // A half-made segment would hold the room that is missing.
        let _ = fs::remove_file(&path);
    }
    let file = made?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

fn prepare(path: &Path, first_seq: u64, bytes: u64) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(path)?;
    match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
        Ok(()) => {}
        // Some file systems cannot reserve; there a full disk shows only at the write.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => file.set_len(bytes)?,
        Err(errno) => return Err(errno.into()),
    }
    let mut header = [0u8; SEGMENT_HEADER_BYTES as usize];
    header[..8].copy_from_slice(SEGMENT_MAGIC);
    header[8..16].copy_from_slice(&first_seq.to_le_bytes());
    file.write_all_at(&header, 0)?;
    file.sync_all()?;
    Ok(file)
}

/// What a look at one position of a segment found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A valid record; the payload has been read into the buffer.
    Record(RecordHeader),
    /// No record starts here, and nothing valid follows: the end of what was written.
    End,
    /// No record starts here, but one does at this later offset: bytes in between are damaged.
    Damage {
        /// Offset of the next valid record.
        resumes_at: u64,
    },
}

/// Reads the record at `offset` into `payload`.
pub fn read_at(file: &File, offset: u64, payload: &mut Vec<u8>) -> io::Result<Found> {
    if let Some(header) = record_at(file, offset, payload)? {
        return Ok(Found::Record(header));
    }
    Ok(match resync(file, offset + 1, payload)? {
        Some(resumes_at) => Found::Damage { resumes_at },
        None => Found::End,
    })
}

fn record_at(file: &File, offset: u64, payload: &mut Vec<u8>) -> io::Result<Option<RecordHeader>> {
    let mut head = [0u8; RECORD_HEADER_BYTES];
    if !read_full(file, &mut head, offset)? {
        return Ok(None);
    }
    let Some(header) = RecordHeader::parse(&head) else {
        return Ok(None);
    };
    let end = offset + (RECORD_HEADER_BYTES + header.payload_len) as u64;
    if end > file.metadata()?.len() {
        return Ok(None);
    }
    payload.resize(header.payload_len, 0);
    let whole = read_full(file, payload, offset + RECORD_HEADER_BYTES as u64)?;
    Ok((whole && header.fits(payload)).then_some(header))
}

/// Looks for the next valid record. Reads the rest of the segment once; happens only after damage or a crash.
fn resync(file: &File, from: u64, payload: &mut Vec<u8>) -> io::Result<Option<u64>> {
    const WINDOW: usize = 1 << 20;
    let magic = RECORD_MAGIC.to_le_bytes();
    let mut window = vec![0u8; WINDOW + 3];
    let mut at = from;
    loop {
        let read = read_some(file, &mut window, at)?;
        if read < 4 {
            return Ok(None);
        }
        for start in 0..=read - 4 {
            if window[start..start + 4] == magic
                && record_at(file, at + start as u64, payload)?.is_some()
            {
                return Ok(Some(at + start as u64));
            }
        }
        at += (read - 3) as u64;
    }
}

fn read_full(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<bool> {
    Ok(read_some(file, buffer, offset)? == buffer.len())
}

fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// True if the file starts like a segment with this first sequence number.
pub fn header_is_valid(file: &File, first_seq: u64) -> io::Result<bool> {
    let mut header = [0u8; SEGMENT_HEADER_BYTES as usize];
    Ok(read_full(file, &mut header, 0)?
        && &header[..8] == SEGMENT_MAGIC
        && read_u64(&header, 8) == first_seq)
}

fn read_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn read_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(first_seq: u64, texts: &[&[u8]]) -> Vec<u8> {
        let mut record = vec![0; RECORD_HEADER_BYTES];
        for text in texts {
            push_entry(&mut record, 5, |bytes| bytes.extend_from_slice(text));
        }
        seal_record(&mut record, texts.len() as u32, first_seq);
        record
    }

    #[test]
    fn a_record_is_read_back_entry_by_entry() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = create(folder.path(), 1, 4096).expect("a segment");
        file.write_all_at(&record(1, &[b"one", b""]), SEGMENT_HEADER_BYTES)
            .expect("a write");

        let mut payload = Vec::new();
        let found = read_at(&file, SEGMENT_HEADER_BYTES, &mut payload).expect("a read");

        let Found::Record(header) = found else {
            panic!("{found:?}")
        };
        assert_eq!(
            (header.count, header.first_seq, header.end_seq()),
            (2, 1, 3)
        );
        let entries = entries(&payload, 2).expect("two entries");
        assert_eq!(&payload[entries[0].bytes.clone()], b"one");
        assert_eq!((entries[1].bytes.len(), entries[1].occurred_at), (0, 5));
    }

    #[test]
    fn a_torn_record_is_the_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = create(folder.path(), 1, 4096).expect("a segment");
        let whole = record(1, &[b"one two three"]);
        file.write_all_at(&whole[..whole.len() - 1], SEGMENT_HEADER_BYTES)
            .expect("a write");
        assert_eq!(
            read_at(&file, SEGMENT_HEADER_BYTES, &mut Vec::new()).expect("a read"),
            Found::End
        );
    }

    #[test]
    fn a_flipped_bit_is_damage_when_a_record_follows() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = create(folder.path(), 1, 4096).expect("a segment");
        let first = record(1, &[b"one"]);
        let second_at = SEGMENT_HEADER_BYTES + first.len() as u64;
        let mut damaged = first.clone();
        damaged[RECORD_HEADER_BYTES + ENTRY_HEADER_BYTES] ^= 1;
        file.write_all_at(&damaged, SEGMENT_HEADER_BYTES)
            .expect("a write");
        file.write_all_at(&record(2, &[b"two"]), second_at)
            .expect("a write");

        let found = read_at(&file, SEGMENT_HEADER_BYTES, &mut Vec::new()).expect("a read");

        assert_eq!(
            found,
            Found::Damage {
                resumes_at: second_at
            }
        );
    }

    #[test]
    fn entries_that_do_not_fill_the_payload_are_refused() {
        let mut payload = Vec::new();
        push_entry(&mut payload, 0, |bytes| bytes.push(1));
        assert!(entries(&payload, 1).is_some());
        assert!(entries(&payload, 2).is_none(), "one entry is missing");
        payload.push(0);
        assert!(entries(&payload, 1).is_none(), "a byte is left over");
    }
}
