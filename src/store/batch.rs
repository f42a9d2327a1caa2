//! Events as Arrow columns, in the shape of the `events` and `previews` tables.
//!
//! Built from [`COLUMNS`], so that a column is named in one place. Holds no database code.

use std::collections::HashMap;
use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayBuilder, ArrayRef, Decimal128Builder, FixedSizeBinaryBuilder, Float64Builder,
    Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder, UInt64Builder,
};
use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use duckdb::arrow::error::ArrowError;
use duckdb::arrow::record_batch::RecordBatch;

use crate::core::event::{COLUMNS, Event, PAGE_VIEW, Read};
use crate::core::page;
use crate::store::person::Persons;

/// Columns that every event has, before those of [`COLUMNS`].
pub const FIXED: [&str; 11] = [
    "seq",
    "id",
    "project",
    "type",
    "occurred_at",
    "received_at",
    "visitor",
    "person",
    "anonymous",
    "outcome",
    "page",
];

/// Columns of the previews table.
pub const PREVIEWS: [&str; 5] = ["seq", "project", "occurred_at", "request", "response"];

/// Names of all columns of the `events` table, in the order of the batches.
pub fn event_columns() -> Vec<&'static str> {
    FIXED
        .into_iter()
        .chain(COLUMNS.iter().map(|column| column.name))
        .collect()
}

const TIME: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

fn event_schema() -> SchemaRef {
    let uuid = HashMap::from([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())]);
    let mut fields = vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("id", DataType::FixedSizeBinary(16), false).with_metadata(uuid),
        Field::new("project", DataType::Int32, false),
        Field::new("type", DataType::Utf8, false),
        Field::new("occurred_at", TIME, false),
        Field::new("received_at", TIME, false),
        Field::new("visitor", DataType::UInt64, true),
        Field::new("person", DataType::Int32, true),
        Field::new("anonymous", DataType::Int32, true),
        Field::new("outcome", DataType::Utf8, true),
        Field::new("page", DataType::Utf8, true),
    ];
    fields.extend(COLUMNS.iter().map(|column| {
        let kind = match column.read {
            Read::Text(_) => DataType::Utf8,
            Read::Whole(_) => DataType::Int64,
            Read::Number(_) => DataType::Float64,
            Read::Cost(_) => DataType::Decimal128(18, 9),
            Read::Amount(_) => DataType::Decimal128(18, 4),
        };
        Field::new(column.name, kind, true)
    }));
    Arc::new(Schema::new(fields))
}

enum Builder {
    Text(StringBuilder),
    Whole(Int64Builder),
    Number(Float64Builder),
    Decimal(Decimal128Builder),
}

/// Collects events and gives them as record batches.
pub struct EventBatch {
    schema: SchemaRef,
    seq: Int64Builder,
    id: FixedSizeBinaryBuilder,
    project: Int32Builder,
    kind: StringBuilder,
    occurred_at: TimestampMicrosecondBuilder,
    received_at: TimestampMicrosecondBuilder,
    visitor: UInt64Builder,
    person: Int32Builder,
    anonymous: Int32Builder,
    outcome: StringBuilder,
    page: StringBuilder,
    columns: Vec<Builder>,
}

impl Default for EventBatch {
    fn default() -> Self {
        let decimal = |scale| {
            let builder = Decimal128Builder::new().with_precision_and_scale(18, scale);
            Builder::Decimal(builder.expect("18 digits and this scale are a valid decimal"))
        };
        EventBatch {
            schema: event_schema(),
            seq: Int64Builder::new(),
            id: FixedSizeBinaryBuilder::new(16),
            project: Int32Builder::new(),
            kind: StringBuilder::new(),
            occurred_at: TimestampMicrosecondBuilder::new(),
            received_at: TimestampMicrosecondBuilder::new(),
            visitor: UInt64Builder::new(),
            person: Int32Builder::new(),
            anonymous: Int32Builder::new(),
            outcome: StringBuilder::new(),
            page: StringBuilder::new(),
            columns: COLUMNS
                .iter()
                .map(|column| match column.read {
                    Read::Text(_) => Builder::Text(StringBuilder::new()),
                    Read::Whole(_) => Builder::Whole(Int64Builder::new()),
                    Read::Number(_) => Builder::Number(Float64Builder::new()),
                    Read::Cost(_) => decimal(9),
                    Read::Amount(_) => decimal(4),
                })
                .collect(),
        }
    }
}

impl EventBatch {
    /// Adds one event, whose people have these numbers.
    ///
    /// # Errors
    /// Only if Arrow refuses the sixteen bytes of an id, which it does not.
    pub fn push(&mut self, seq: u64, event: &Event, persons: Persons) -> Result<(), ArrowError> {
        self.seq.append_value(seq as i64);
        self.id.append_value(event.id().to_be_bytes())?;
        self.project.append_value(event.project as i32);
        self.kind.append_value(&event.kind);
        self.occurred_at.append_value(event.occurred_at);
        self.received_at.append_value(event.received_at);
        self.visitor.append_option(event.visitor);
        self.person
            .append_option(persons.person.map(|number| number as i32));
        self.anonymous
            .append_option(persons.anonymous.map(|number| number as i32));
        let outcome = event.is_call().then(|| event.outcome().id());
        self.outcome.append_option(outcome);
        let path = event.path.as_ref().filter(|_| event.kind == PAGE_VIEW);
        self.page.append_option(path.map(|path| page::form(path)));
        for (column, builder) in COLUMNS.iter().zip(&mut self.columns) {
            match (column.read, builder) {
                (Read::Text(read), Builder::Text(builder)) => builder.append_option(read(event)),
                (Read::Whole(read), Builder::Whole(builder)) => builder.append_option(read(event)),
                (Read::Number(read), Builder::Number(builder)) => {
                    builder.append_option(read(event))
                }
                (Read::Cost(read) | Read::Amount(read), Builder::Decimal(builder)) => {
                    builder.append_option(read(event).map(i128::from));
                }
                _ => unreachable!("builders are made from the same table"),
            }
        }
        Ok(())
    }

    /// Events collected since the last batch.
    pub fn len(&self) -> usize {
        self.seq.len()
    }

    /// True if nothing has been collected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives what was collected and starts anew.
    ///
    /// # Errors
    /// Only if the columns had different lengths, which `push` prevents.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.seq.finish()),
            Arc::new(self.id.finish()),
            Arc::new(self.project.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.occurred_at.finish()),
            Arc::new(self.received_at.finish()),
            Arc::new(self.visitor.finish()),
            Arc::new(self.person.finish()),
            Arc::new(self.anonymous.finish()),
            Arc::new(self.outcome.finish()),
            Arc::new(self.page.finish()),
        ];
        arrays.extend(self.columns.iter_mut().map(|builder| match builder {
            Builder::Text(builder) => Arc::new(builder.finish()) as ArrayRef,
            Builder::Whole(builder) => Arc::new(builder.finish()),
            Builder::Number(builder) => Arc::new(builder.finish()),
            Builder::Decimal(builder) => Arc::new(builder.finish()),
        }));
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

/// Collects the previews of those events that have one.
#[derive(Default)]
pub struct PreviewBatch {
    seq: Int64Builder,
    project: Int32Builder,
    occurred_at: TimestampMicrosecondBuilder,
    request: StringBuilder,
    response: StringBuilder,
}

impl PreviewBatch {
    /// Adds the previews of `event`, if it has any.
    pub fn push(&mut self, seq: u64, event: &Event) {
        if event.request_preview.is_none() && event.response_preview.is_none() {
            return;
        }
        self.seq.append_value(seq as i64);
        self.project.append_value(event.project as i32);
        self.occurred_at.append_value(event.occurred_at);
        self.request.append_option(event.request_preview.as_deref());
        self.response
            .append_option(event.response_preview.as_deref());
    }

    /// Gives what was collected, or `None` if that is nothing.
    ///
    /// # Errors
    /// Only if the columns had different lengths, which `push` prevents.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.seq.is_empty() {
            return Ok(None);
        }
        let schema = Schema::new(vec![
            Field::new("seq", DataType::Int64, false),
            Field::new("project", DataType::Int32, false),
            Field::new("occurred_at", TIME, false),
            Field::new("request", DataType::Utf8, true),
            Field::new("response", DataType::Utf8, true),
        ]);
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(self.seq.finish()),
            Arc::new(self.project.finish()),
            Arc::new(self.occurred_at.finish()),
            Arc::new(self.request.finish()),
            Arc::new(self.response.finish()),
        ];
        RecordBatch::try_new(Arc::new(schema), arrays).map(Some)
    }
}
