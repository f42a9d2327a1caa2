//! A look into the database of a server that has stopped, through the library.

use std::collections::HashSet;
use std::path::Path;

use analytics::app;
use analytics::config::Config;
use analytics::data_folder::DataFolder;
use analytics::store::engine::Engine;
use uuid::Uuid;

/// Opens the database. The server must have stopped.
pub fn engine(data: &Path) -> Engine {
    let folder = DataFolder::open(data).expect("a data folder");
    Engine::open(app::engine_settings(&Config::default(), &folder)).expect("a database")
}

/// The ids of all stored events. The server must have stopped.
pub async fn stored_ids(data: &Path) -> HashSet<Uuid> {
    let engine = engine(data);
    let ids = engine
        .read(|reader| {
            let mut statement = reader.prepare("SELECT CAST(id AS VARCHAR) FROM events")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await;
    engine.close();
    let ids = ids.expect("ids").into_iter();
    ids.map(|id| Uuid::parse_str(&id).expect("an id")).collect()
}
