//! The HTTP server: bind, serve, stop in order.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Server, HttpServer, web};

use crate::app::App;
use crate::store::machine;
use crate::web::{collect, middleware, routes};

/// Connections that one worker serves at once. Live viewers hold theirs; events come and go.
const CONNECTIONS_MAX: usize = 25_000;
/// A client that sends its head more slowly than this is cut off.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    server: actix_web::dev::Server,
}

impl Listening {
    /// A handle that can stop it.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// If the system fails it.
    pub async fn run(self) -> io::Result<()> {
        self.server.await
    }
}

/// Takes the address; nothing is served before that is known to work.
///
/// # Errors
/// If the address is in use or not ours.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// Starts serving on `listener`.
///
/// # Errors
/// If the system refuses.
pub fn start(app: &Arc<App>, listener: TcpListener) -> io::Result<Listening> {
    let address = listener.local_addr()?;
    let data = collect::data(app);
    let base = app.config.server.base_path.as_str().to_owned();
    let snippet = app.config.snippet.path.as_str().to_owned();
    let workers = app.config.server.workers.unwrap_or_else(machine::cores);
    let grace = app.config.server.shutdown_grace;
    let server = HttpServer::new(move || {
        let server = Server::new()
            .app_data(data.clone())
            .wrap(from_fn(middleware::around));
        let server = match base.is_empty() {
            true => server,
            false => server.service(web::redirect(base.clone(), format!("{base}/"))),
        };
        server
            .service(web::scope(&base).configure(|config| routes::all(config, &snippet)))
            .default_service(web::to(middleware::nothing))
    })
    .workers(workers)
    .max_connections(CONNECTIONS_MAX)
    .client_request_timeout(HEAD_PATIENCE)
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(grace.as_secs())
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(Listening { address, server })
}
