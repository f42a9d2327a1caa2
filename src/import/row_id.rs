//! Ids made from content: the same row of the same file gets the same id, however often it is imported.
//!
//! A file is known by its first row, so that a packed or renamed copy is the same file. Rows with equal
//! content are different events, so the row's number belongs to the id.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::import::mapping::Assignment;
use crate::import::row::Row;

/// An import: one file with one mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportId([u8; 32]);

impl ImportId {
    /// The import of the file that begins with `first`. `settings` are options that change the events.
    pub fn new(
        first: &Row,
        maps: &[Assignment],
        sets: &[Assignment],
        zone: Option<&str>,
    ) -> ImportId {
        let mut hash = Sha256::new();
        add_row(&mut hash, first);
        for (tag, assignments) in [("map", maps), ("set", sets)] {
            let mut sorted: Vec<&Assignment> = assignments.iter().collect();
            sorted.sort();
            for assignment in sorted {
                add(&mut hash, tag);
                add(&mut hash, &assignment.field);
                add(&mut hash, &assignment.value);
            }
        }
        add(&mut hash, zone.unwrap_or_default());
        ImportId(hash.finalize().into())
    }

    /// The id of a row: a UUID of version 8, which leaves the meaning of its bits to us.
    pub fn event_id(&self, row: &Row) -> Uuid {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(row.number.to_be_bytes());
        add_row(&mut hash, row);
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// A name for files about this import.
    pub fn file_name(&self) -> String {
        hex(&self.0[..16])
    }
}

/// What the rows so far were, in 256 bits.
#[derive(Clone, Default)]
pub struct RowsDigest(Sha256);

impl RowsDigest {
    /// Adds a row.
    pub fn add_row(&mut self, row: &Row) {
        add_row(&mut self.0, row);
    }

    /// Adds a row that cannot be read.
    pub fn add_broken(&mut self) {
        add(&mut self.0, "broken");
    }

    /// The digest so far, in hexadecimal.
    pub fn text(&self) -> String {
        hex(&self.0.clone().finalize())
    }
}

fn add_row(hash: &mut Sha256, row: &Row) {
    hash.update((row.members.len() as u64).to_be_bytes());
    for (name, value) in &row.members {
        add(hash, name);
        add(hash, value);
    }
}

/// The length goes first, so that no two lists of texts look alike.
fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, value: &str) -> Row<'_> {
        Row {
            number,
            place: number + 1,
            members: vec![("tokens".into(), value.into())],
        }
    }

    fn assignments(texts: &[&str]) -> Vec<Assignment> {
        texts
            .iter()
            .map(|text| text.parse().expect("an assignment"))
            .collect()
    }

    #[test]
    fn the_same_row_of_the_same_import_has_the_same_id_and_every_difference_changes_it() {
        let sets = assignments(&["type=a", "provider=b"]);
        let import = ImportId::new(&row(1, "5"), &[], &sets, None);
        let id = import.event_id(&row(2, "7"));

        assert_eq!(id.get_version_num(), 8);
        assert_eq!(
            ImportId::new(&row(1, "5"), &[], &sets, None).event_id(&row(2, "7")),
            id
        );
        let swapped = assignments(&["provider=b", "type=a"]);
        assert_eq!(
            ImportId::new(&row(1, "5"), &[], &swapped, None),
            import,
            "the order of options does not matter"
        );
        assert_ne!(import.event_id(&row(3, "7")), id, "another row number");
        assert_ne!(import.event_id(&row(2, "8")), id, "another value");
        for other in [
            ImportId::new(&row(1, "6"), &[], &sets, None),
            ImportId::new(&row(1, "5"), &sets, &[], None),
            ImportId::new(&row(1, "5"), &[], &sets[..1], None),
            ImportId::new(&row(1, "5"), &[], &sets, Some("Europe/Berlin")),
        ] {
            assert_ne!(other.event_id(&row(2, "7")), id);
        }
    }
}
