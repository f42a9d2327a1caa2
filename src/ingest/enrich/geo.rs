//! Country of an address.
//!
//! The embedded table answers at country level; a MaxMind DB file from elsewhere may replace
//! it. Private and reserved addresses have no country, whatever a file says of them. Addresses
//! pass through and are not kept.

mod table;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, PathElement, Reader};

use crate::ingest::enrich::geo::table::CountryTable;

/// A country by its ISO 3166-1 alpha-2 code, such as `DE`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The country with this code of two capital letters.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Country> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Country(code))
    }

    /// The two capital letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the code is made of ASCII capitals")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Country({})", self.code())
    }
}

/// Why a file of countries cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CountriesError {
    /// It cannot be read, or is not a MaxMind DB file.
    #[error(
        "the country file {path} cannot be used: {source}; give a file in MaxMind DB format (.mmdb)"
    )]
    File {
        /// The path as it was given.
        path: PathBuf,
        /// What the reader found.
        source: MaxMindDbError,
    },
    /// It is one, but about something else.
    #[error(
        "the country file {path} is of type `{kind}` and names no country for {probe}; give a country or city file"
    )]
    NoCountries {
        /// The path as it was given.
        path: PathBuf,
        /// The type that the file gives itself.
        kind: String,
        /// The address that was looked up.
        probe: IpAddr,
    },
}

/// Looks up countries. Shared between threads; a lookup takes well below a microsecond.
pub struct Countries {
    source: Source,
}

enum Source {
    Embedded(CountryTable),
    File(Box<Reader<Vec<u8>>>),
}

impl Countries {
    /// The table that ships with the binary. Unpacks about 4 MiB, once, in a few milliseconds.
    ///
    /// # Panics
    /// Never with the committed table: a test reads it.
    #[must_use]
    pub fn embedded() -> Countries {
        let table = CountryTable::unpack(include_bytes!("data/countries.bin.gz"))
            .expect("the embedded table is read by a test");
        Countries {
            source: Source::Embedded(table),
        }
    }

    /// A MaxMind DB file with countries or cities, such as those of MaxMind, DB-IP or IPinfo.
    /// It is read into memory as a whole.
    ///
    /// # Errors
    /// `File` if it cannot be read or is no such file; `NoCountries` if it knows no country for
    /// an address that every such file knows.
    pub fn from_file(path: &Path) -> Result<Countries, CountriesError> {
        let reader = Reader::open_readfile(path).map_err(|source| CountriesError::File {
            path: path.to_owned(),
            source,
        })?;
        let kind = reader.metadata().database_type.clone();
        let probe = IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8));
        let countries = Countries {
            source: Source::File(Box::new(reader)),
        };
        if countries.country(probe).is_none() {
            let path = path.to_owned();
            return Err(CountriesError::NoCountries { path, kind, probe });
        }
        Ok(countries)
    }

    /// The country which `address` is used in, if it is public and known.
    #[must_use]
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        let address = public(address)?;
        match &self.source {
            Source::Embedded(table) => table.country(address),
            Source::File(reader) => country_in_file(reader, address),
        }
    }

    /// The UTC day on which the data was built, as seconds since 1970. The System page shows it.
    #[must_use]
    pub fn built_at_s(&self) -> u64 {
        match &self.source {
            Source::Embedded(table) => table.built_at_s(),
            Source::File(reader) => reader.metadata().build_epoch,
        }
    }
}

/// The country of a record, by the names that the known makers give it.
fn country_in_file(reader: &Reader<Vec<u8>>, address: IpAddr) -> Option<Country> {
    const PATHS: [&[PathElement<'static>]; 3] = [
        &[PathElement::Key("country"), PathElement::Key("iso_code")],
        &[PathElement::Key("country_code")],
        &[PathElement::Key("country")],
    ];
    let found = reader.lookup(address).ok()?;
    PATHS.iter().find_map(|path| {
        // A path that leads to another type is an error here and simply not the right path.
        let code: Option<&str> = found.decode_path(path).ok()?;
        Country::from_code(code?)
    })
}

/// The address as the Internet routes it: IPv4 inside IPv6 is unwrapped, and addresses which
/// are not public are left out.
fn public(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => is_public_v4(address).then_some(IpAddr::V4(address)),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(address) => is_public_v4(address).then_some(IpAddr::V4(address)),
            None => is_public_v6(address).then_some(IpAddr::V6(address)),
        },
    }
}

/// The IPv4 address in a mapped (`::ffff:a.b.c.d`), translated (`64:ff9b::a.b.c.d`) or
/// tunnelled (`2002:aabb:ccdd::`) one.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_benchmark = first == 198 && (second == 18 || second == 19);
    let is_protocol = (first, second, third) == (192, 0, 0);
    let is_reserved = first == 0 || first >= 240;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || is_shared
        || is_benchmark
        || is_protocol
        || is_reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let is_global_unicast = segments[0] & 0xe000 == 0x2000;
    let is_documentation = segments[0] == 0x2001 && segments[1] == 0x0db8;
    is_global_unicast && !is_documentation
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("the test gives an address")
    }

    #[test]
    fn well_known_networks_have_their_country() {
        let countries = Countries::embedded();
        let rows = [
            ("8.8.8.8", "US"),              // Google
            ("193.99.144.80", "DE"),        // Heise
            ("200.147.3.157", "BR"),        // UOL
            ("196.201.214.100", "KE"),      // Safaricom
            ("102.88.1.1", "NG"),           // MTN Nigeria
            ("203.104.144.1", "JP"),        // LINE
            ("2001:4860:4860::8888", "US"), // Google
            ("2a02:8070::1", "DE"),         // Vodafone
            ("::ffff:193.99.144.80", "DE"), // the same as above, through a dual-stack socket
            ("64:ff9b::c163:9050", "DE"),   // 0xc1.0x63.0x90.0x50 is 193.99.144.80
        ];
        for (text, expected) in rows {
            let country = countries.country(address(text));
            assert_eq!(
                country.as_ref().map(Country::code),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn private_and_reserved_addresses_have_no_country() {
        let countries = Countries::embedded();
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "2002:0a00:0001::1",
        ] {
            assert_eq!(countries.country(address(text)), None, "{text}");
        }
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!(
            Country::from_code("DE").map(|country| country.to_string()),
            Some("DE".to_owned())
        );
        for code in ["", "D", "de", "DEU", "D1", "Ä"] {
            assert_eq!(Country::from_code(code), None, "{code}");
        }
    }

    #[test]
    fn a_file_in_another_format_is_refused_with_its_path() {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        file.write_all(b"start,end,country\n")
            .expect("a temporary file can be written");

        let error = Countries::from_file(file.path())
            .err()
            .expect("a CSV file is no MaxMind DB file");

        let text = error.to_string();
        assert!(text.contains(&file.path().display().to_string()), "{text}");
        assert!(text.contains("MaxMind DB format"), "{text}");
    }

    #[test]
    fn a_missing_file_is_an_error_and_not_an_empty_table() {
        let error = Countries::from_file(Path::new("no/such/file.mmdb"));
        assert!(matches!(error.err(), Some(CountriesError::File { .. })));
    }

    #[test]
    fn a_maxmind_file_answers_like_one_written_by_maxmind() {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        file.write_all(&one_record_file("GeoLite2-Country", "SE"))
            .expect("a temporary file can be written");

        let countries = Countries::from_file(file.path()).expect("the file follows the format");

        assert_eq!(
            countries.country(address("8.8.8.8")),
            Country::from_code("SE")
        );
        assert_eq!(countries.country(address("10.0.0.1")), None);
        assert_eq!(countries.built_at_s(), 1_700_000_000);
    }

    #[test]
    fn a_file_without_countries_is_refused_with_its_type() {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        file.write_all(&one_record_file("Some-ASN", "not a code"))
            .expect("a temporary file can be written");

        let error = Countries::from_file(file.path())
            .err()
            .expect("no country can be read");

        assert!(error.to_string().contains("type `Some-ASN`"), "{error}");
    }

    /// A MaxMind DB file whose one node leads both ways to `{"country": {"iso_code": code}}`.
    fn one_record_file(kind: &str, code: &str) -> Vec<u8> {
        fn text(out: &mut Vec<u8>, value: &str) {
            out.push(2 << 5 | u8::try_from(value.len()).expect("texts of the test are short"));
            out.extend(value.as_bytes());
        }
        fn number(out: &mut Vec<u8>, kind: u8, value: u64, size: usize) {
            let bytes = value.to_be_bytes();
            if kind < 8 {
                out.push(kind << 5 | u8::try_from(size).expect("at most 8"));
            } else {
                out.extend([u8::try_from(size).expect("at most 8"), kind - 7]);
            }
            out.extend(&bytes[8 - size..]);
        }
        // Node 0 of 1: both records are node count + 16 + offset 0 = 17, the first data item.
        let mut file = vec![0, 0, 17, 0, 0, 17];
        file.extend([0; 16]);
        file.push(7 << 5 | 1);
        text(&mut file, "country");
        file.push(7 << 5 | 1);
        text(&mut file, "iso_code");
        text(&mut file, code);
        file.extend(b"\xab\xcd\xefMaxMind.com");
        file.push(7 << 5 | 9);
        text(&mut file, "binary_format_major_version");
        number(&mut file, 5, 2, 2);
        text(&mut file, "binary_format_minor_version");
        number(&mut file, 5, 0, 2);
        text(&mut file, "build_epoch");
        number(&mut file, 9, 1_700_000_000, 8);
        text(&mut file, "database_type");
        text(&mut file, kind);
        text(&mut file, "description");
        file.push(7 << 5);
        text(&mut file, "ip_version");
        number(&mut file, 5, 6, 2);
        text(&mut file, "languages");
        file.extend([0, 11 - 7]);
        text(&mut file, "node_count");
        number(&mut file, 6, 1, 4);
        text(&mut file, "record_size");
        number(&mut file, 5, 24, 2);
        file
    }
}
