//! The embedded table of countries: where each range of addresses starts, and whose it is.
//!
//! The file is gzip around, in this order, with numbers in little-endian order:
//!
//! - `COUNTRY1`, the seconds since 1970 at which the data was built (u32),
//! - the number of codes (u32) and the codes, two bytes each; the first means "not known",
//! - for IPv4, then for the upper half of IPv6: the number of ranges (u32), the difference of
//!   each start to the one before (LEB128), and one byte per range, which code it has.
//!
//! In memory a range takes five bytes (IPv4) or nine (IPv6), half of the tree that a MaxMind
//! DB file holds, and the packed file is a fourteenth of it.

use std::io::Read;
use std::net::IpAddr;

use flate2::read::GzDecoder;

use crate::ingest::enrich::geo::Country;

/// Bytes that the unpacked file may have. Today's has 2.1 MB.
const UNPACKED_BYTES_MAX: u64 = 32 << 20;

/// Sorted ranges; a lookup is a binary search.
pub struct CountryTable {
    built_at_s: u32,
    countries: Vec<Option<Country>>,
    v4_starts: Vec<u32>,
    v4_countries: Vec<u8>,
    v6_starts: Vec<u64>,
    v6_countries: Vec<u8>,
}

/// Why a table cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file is not gzip, or breaks off.
    #[error("the country table cannot be unpacked: {0}")]
    Unpack(#[from] std::io::Error),
    /// The file was unpacked, and then this is not what it should be.
    #[error("the country table is malformed: {0}")]
    Malformed(&'static str),
}

impl CountryTable {
    /// The table in a packed file.
    ///
    /// # Errors
    /// If it is not gzip, breaks off, or refers to a code that it does not have.
    pub fn unpack(packed: &[u8]) -> Result<CountryTable, TableError> {
        let mut bytes = Vec::new();
        GzDecoder::new(packed)
            .take(UNPACKED_BYTES_MAX)
            .read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        if take(&mut rest, 8)? != b"COUNTRY1" {
            return Err(TableError::Malformed("it does not begin with COUNTRY1"));
        }
        let built_at_s = take_u32(&mut rest)?;
        let code_count = take_u32(&mut rest)? as usize;
        let countries: Vec<Option<Country>> = take(&mut rest, code_count.saturating_mul(2))?
            .chunks_exact(2)
            .map(|code| std::str::from_utf8(code).ok().and_then(Country::from_code))
            .collect();
        let (v4_starts, v4_countries) = take_ranges(&mut rest, countries.len())?;
        let v4_starts = v4_starts
            .into_iter()
            .map(u32::try_from)
            .collect::<Result<Vec<u32>, _>>()
            .map_err(|_| TableError::Malformed("an IPv4 range starts behind the last address"))?;
        let (v6_starts, v6_countries) = take_ranges(&mut rest, countries.len())?;
        Ok(CountryTable {
            built_at_s,
            countries,
            v4_starts,
            v4_countries,
            v6_starts,
            v6_countries,
        })
    }

    /// When the data was built, in seconds since 1970.
    pub fn built_at_s(&self) -> u64 {
        u64::from(self.built_at_s)
    }

    /// The country of the range that holds `address`.
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        let index = match address {
            IpAddr::V4(address) => {
                let start = u32::from(address);
                range_of(&self.v4_starts, &self.v4_countries, start)?
            }
            IpAddr::V6(address) => {
                // No network is told apart below /64, so the upper half decides.
                let start = (u128::from(address) >> 64) as u64;
                range_of(&self.v6_starts, &self.v6_countries, start)?
            }
        };
        self.countries.get(usize::from(index)).copied().flatten()
    }
}

/// The value of the last range that starts at or before `key`.
fn range_of<K: Ord>(starts: &[K], values: &[u8], key: K) -> Option<u8> {
    let behind = starts.partition_point(|start| *start <= key);
    values.get(behind.checked_sub(1)?).copied()
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], TableError> {
    let (taken, left) = rest
        .split_at_checked(count)
        .ok_or(TableError::Malformed("it breaks off"))?;
    *rest = left;
    Ok(taken)
}

fn take_u32(rest: &mut &[u8]) -> Result<u32, TableError> {
    let bytes = take(rest, 4)?;
    Ok(u32::from_le_bytes(
        bytes.try_into().expect("four bytes were taken"),
    ))
}

/// The starts and codes of one kind of ranges.
fn take_ranges(rest: &mut &[u8], code_count: usize) -> Result<(Vec<u64>, Vec<u8>), TableError> {
    let count = take_u32(rest)? as usize;
    // A range takes at least two bytes, so a false count cannot reserve more than there is.
    if count > rest.len() / 2 {
        return Err(TableError::Malformed("it breaks off"));
    }
    let mut starts = Vec::with_capacity(count);
    let mut start = 0_u64;
    for _ in 0..count {
        let delta = take_varint(rest)?;
        start = start.checked_add(delta).ok_or(TableError::Malformed(
            "a range starts behind the last address",
        ))?;
        starts.push(start);
    }
    let codes = take(rest, count)?.to_vec();
    if codes.iter().any(|code| usize::from(*code) >= code_count) {
        return Err(TableError::Malformed(
            "a range has a code which is not listed",
        ));
    }
    Ok((starts, codes))
}

/// A number of seven bits a byte, the lowest first.
fn take_varint(rest: &mut &[u8]) -> Result<u64, TableError> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, left) = rest
            .split_first()
            .ok_or(TableError::Malformed("it breaks off"))?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(TableError::Malformed("a number has more than ten bytes"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{Ipv4Addr, Ipv6Addr};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("writing to memory works");
        encoder.finish().expect("writing to memory works")
    }

    /// 10.0.0.0 is DE, from 10.0.0.128 on nothing is known; 2000::/64 and all behind it is FR.
    fn example() -> Vec<u8> {
        let mut bytes = b"COUNTRY1".to_vec();
        bytes.extend(86_400_u32.to_le_bytes());
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(b"\0\0DEFR");
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend([0x80, 0x80, 0x80, 0x50]); // 10 << 24 = 0x50 << 21
        bytes.extend([0x80, 0x01]); // 128 more
        bytes.extend([1, 0]);
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]); // 0x20 << 56
        bytes.push(2);
        bytes
    }

    fn code(table: &CountryTable, address: IpAddr) -> Option<String> {
        table.country(address).map(|country| country.to_string())
    }

    #[test]
    fn a_range_reaches_to_the_start_of_the_next() {
        let table =
            CountryTable::unpack(&pack(&example())).expect("the example follows the layout");
        let v4 = |last: u8| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
        assert_eq!(code(&table, v4(0)), Some("DE".to_owned()));
        assert_eq!(code(&table, v4(127)), Some("DE".to_owned()));
        assert_eq!(code(&table, v4(128)), None);
        assert_eq!(
            code(&table, IpAddr::V4(Ipv4Addr::new(9, 255, 255, 255))),
            None
        );
        assert_eq!(
            code(
                &table,
                IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 1))
            ),
            Some("FR".to_owned())
        );
        assert_eq!(
            code(
                &table,
                IpAddr::V6(Ipv6Addr::new(0x1fff, 0, 0, 0, 0, 0, 0, 1))
            ),
            None
        );
        assert_eq!(table.built_at_s(), 86_400);
    }

    #[test]
    fn a_table_that_breaks_off_anywhere_is_refused() {
        let whole = example();
        for length in 0..whole.len() {
            assert!(
                CountryTable::unpack(&pack(&whole[..length])).is_err(),
                "the first {length} bytes"
            );
        }
    }

    #[test]
    fn a_code_that_is_not_listed_is_refused() {
        let mut bytes = example();
        *bytes.last_mut().expect("the example is not empty") = 3;
        let error = CountryTable::unpack(&pack(&bytes))
            .err()
            .expect("there are codes 0, 1 and 2");
        assert_eq!(
            error.to_string(),
            "the country table is malformed: a range has a code which is not listed"
        );
    }

    #[test]
    fn a_file_that_is_not_gzip_is_refused() {
        assert!(matches!(
            CountryTable::unpack(b"COUNTRY1"),
            Err(TableError::Unpack(_))
        ));
    }
}
