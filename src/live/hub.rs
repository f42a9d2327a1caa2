//! One computation a tick for each project that somebody watches, shared by all who watch.
//!
//! Commits come in through a channel from the journal's thread; viewers take the latest frame from a
//! watch channel and so can never hold anything up. Each tick gives two texts: the whole frame for who comes
//! new or has missed one, and the step from the tick before for everybody else.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::config::Live;
use crate::core::clock::Clock;
use crate::core::event::Event;
use crate::live::frame::Frame;
use crate::live::window::Window;
use crate::store::control::project::Project;

/// Commits that may wait for the live figures. At the largest commit this is bounded by the journal's queue.
const COMMITS_WAITING_MAX: usize = 1_024;

/// The live figures of all projects.
pub struct Hub {
    clock: Clock,
    tick_ms: u64,
    feed_max: usize,
    viewers_max: usize,
    places: RwLock<HashMap<u32, Arc<Place>>>,
    viewers: AtomicUsize,
    computations: AtomicU64,
    sender: Sender<Vec<Event>>,
}

struct Place {
    window: Mutex<Window>,
    ticks: watch::Sender<Arc<Tick>>,
}

/// What one tick has for viewers.
struct Tick {
    number: u64,
    /// Everything.
    whole: Arc<str>,
    /// What is new for who has seen the tick before.
    step: Arc<str>,
    /// Events counted, and when the running minute began: from where the next step goes on.
    seq: u64,
    minute: i64,
}

/// One who watches. Dropping it ends that.
pub struct Viewer {
    hub: Arc<Hub>,
    ticks: watch::Receiver<Arc<Tick>>,
    seen: Option<u64>,
}

impl Viewer {
    /// The next frame: at once a whole one, then each new one. `None` when the hub is gone.
    ///
    /// A viewer who is too slow for a tick gets a whole frame again, so nothing is ever missing.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        self.ticks.changed().await.ok()?;
        let tick = Arc::clone(&self.ticks.borrow_and_update());
        let follows = self.seen.is_some_and(|seen| seen + 1 == tick.number);
        self.seen = Some(tick.number);
        Some(Arc::clone(if follows { &tick.step } else { &tick.whole }))
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.hub.viewers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Hub {
    /// A hub without projects, and its thread.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(clock: Clock, settings: &Live) -> std::io::Result<Arc<Hub>> {
        let (sender, receiver) = crossbeam_channel::bounded(COMMITS_WAITING_MAX);
        let hub = Arc::new(Hub {
            clock,
            tick_ms: u64::try_from(settings.tick.as_millis()).unwrap_or(u64::MAX),
            feed_max: settings.feed_events,
            viewers_max: settings.viewers_max,
            places: RwLock::default(),
            viewers: AtomicUsize::new(0),
            computations: AtomicU64::new(0),
            sender,
        });
        let worker = Arc::downgrade(&hub);
        std::thread::Builder::new()
            .name("live".into())
            .spawn(move || follow(&worker, &receiver))?;
        Ok(hub)
    }

    /// What the journal calls after each commit.
    pub fn observer(&self) -> Box<dyn FnMut(Vec<Event>) + Send> {
        let sender = self.sender.clone();
        Box::new(move |events| {
            // The thread on the other side never waits for anything, so this does not hold up the journal.
            let _thread_is_gone = sender.send(events);
        })
    }

    /// Makes room for a project, or takes over its changed zone, currency and exchange rates.
    pub fn configure(&self, project: &Project) {
        let now = self.clock.now();
        let exchange = project.exchange.clone();
        let known = self.places.read().get(&project.id.get()).cloned();
        if let Some(place) = known {
            place.window.lock().configure(exchange, now);
            return;
        }
        let window = Window::new(exchange, self.feed_max, now);
        let nothing = Tick {
            number: 0,
            whole: Arc::from(""),
            step: Arc::from(""),
            seq: 0,
            minute: 0,
        };
        let place = Place {
            window: Mutex::new(window),
            ticks: watch::channel(Arc::new(nothing)).0,
        };
        self.places
            .write()
            .insert(project.id.get(), Arc::new(place));
    }

    /// Ends the figures of a project that is gone; its viewers are told by the end of their frames.
    pub fn forget(&self, project: u32) {
        self.places.write().remove(&project);
    }

    /// Lets `fill` put what the store knows into a project's window.
    pub fn rebuild(&self, project: u32, fill: impl FnOnce(&mut Window)) {
        let place = self.places.read().get(&project).cloned();
        if let Some(place) = place {
            fill(&mut place.window.lock());
        }
    }

    /// Projects with late events since the last question, and the earliest minute of those.
    pub fn late(&self) -> Vec<(u32, i64)> {
        let places: Vec<(u32, Arc<Place>)> = self
            .places
            .read()
            .iter()
            .map(|(project, place)| (*project, Arc::clone(place)))
            .collect();
        let late = places.into_iter();
        late.filter_map(|(project, place)| Some((project, place.window.lock().take_late()?)))
            .collect()
    }

    /// The figures of a project now, for a page that is being drawn.
    pub fn snapshot(&self, project: u32) -> Option<Frame> {
        let place = self.places.read().get(&project).cloned()?;
        Some(self.frame(&place))
    }

    /// Events that a feed keeps.
    pub fn feed_max(&self) -> usize {
        self.feed_max
    }

    /// Begins to watch a project; `None` if there is no such project or too many watch already.
    pub fn watch(self: &Arc<Hub>, project: u32) -> Option<Viewer> {
        let place = self.places.read().get(&project).cloned()?;
        if self.viewers.fetch_add(1, Ordering::AcqRel) >= self.viewers_max {
            self.viewers.fetch_sub(1, Ordering::AcqRel);
            return None;
        }
        if place.ticks.receiver_count() == 0 {
            // The last frame is from when the last viewer left.
            self.publish(&place);
        }
        let mut ticks = place.ticks.subscribe();
        ticks.mark_changed();
        Some(Viewer {
            hub: Arc::clone(self),
            ticks,
            seen: None,
        })
    }

    /// Computes a frame for each project that is watched, and sends it.
    pub fn tick(&self) {
        let places: Vec<Arc<Place>> = self.places.read().values().cloned().collect();
        for place in places
            .iter()
            .filter(|place| place.ticks.receiver_count() > 0)
        {
            self.publish(place);
        }
    }

    /// Ticks for ever.
    pub async fn run(self: Arc<Hub>, tick: Duration) {
        let mut interval = tokio::time::interval(tick);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            interval.tick().await;
            self.tick();
        }
    }

    /// Those who watch now.
    pub fn viewers(&self) -> usize {
        self.viewers.load(Ordering::Relaxed)
    }

    /// Frames computed since the start.
    pub fn computations(&self) -> u64 {
        self.computations.load(Ordering::Relaxed)
    }

    fn publish(&self, place: &Place) {
        self.computations.fetch_add(1, Ordering::Relaxed);
        let frame = self.frame(place);
        let before = Arc::clone(&place.ticks.borrow());
        let step = frame.step(before.seq, before.minute);
        let text = |frame: &Frame| Arc::from(serde_json::to_string(frame).unwrap_or_default());
        place.ticks.send_replace(Arc::new(Tick {
            number: before.number + 1,
            whole: text(&frame),
            step: text(&step),
            seq: frame.seq,
            minute: frame.minute.t,
        }));
    }

    fn frame(&self, place: &Place) -> Frame {
        Frame::of(&mut place.window.lock(), self.tick_ms, self.clock.now())
    }

    fn take(&self, events: Vec<Event>) {
        let now = self.clock.now();
        let mut place: Option<(u32, Arc<Place>)> = None;
        for event in events {
            if place
                .as_ref()
                .is_none_or(|(project, _)| *project != event.project)
            {
                let found = self.places.read().get(&event.project).cloned();
                place = found.map(|place| (event.project, place));
            }
            if let Some((_, place)) = &place {
                place.window.lock().add(event, now);
            }
        }
    }
}

fn follow(hub: &std::sync::Weak<Hub>, receiver: &Receiver<Vec<Event>>) {
    while let Ok(events) = receiver.recv() {
        let Some(hub) = hub.upgrade() else { return };
        hub.take(events);
    }
}
