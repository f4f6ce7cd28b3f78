//! Joins the parts: database, vault, stream, tasks.

use std::{sync::Arc, time::Duration};

use bus::{
    Bus, DeadLetters, Endpoint, Lease, LeaseConfig, StreamError, StreamSpec, SubscribeError, patiently,
};
use runtime::{Context, NatsConfig, TaskKind};
use schemas::subject::{self, Service, StreamKind};
use tokio::sync::Notify;

use crate::{
    ahead::Ahead,
    answer::Desk,
    config::Config,
    find::Index,
    follow::Words,
    import::{self, ImportError},
    metrics::Metrics,
    publish::Publisher,
    store::{self, PutError, Store, StoreError},
    terms::{Terms, TermsError},
    vault::{KeyFileError, Vault, VaultError},
};

/// Replicas share the work on commands and questions.
const GROUP: &str = "registry";

/// How often the index of names is looked after.
const TIDY_EVERY: Duration = Duration::from_mins(5);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database or the vault does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream cannot be made as declared, or the server does not answer.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A subject cannot be listened on.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// The city's terms or the calendar cannot be read.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The configured day file cannot be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// Opens the database, imports the configured day file, and starts to answer and to publish.
///
/// # Errors
/// [`StartError`] for what trying again cannot mend.
pub async fn start(config: &Config, nats: &NatsConfig, bus: &Bus, ctx: &Context) -> Result<(), StartError> {
    let district = &config.district;
    let health = ctx.health.part("registry");
    let terms = Arc::new(Terms::load(config)?);
    let store = open(config, ctx).await?;
    store.forget_readings(config.audit_days, ctx.clock.now()).await.map_err(StoreError::Database)?;
    if let Some(day) = &config.day {
        let report = import::day(&store, day, ctx.clock.now()).await?;
        tracing::info!(day = %day.display(), changed = report.changed, refused = report.refused.len(), "imported");
        for row in &report.refused {
            tracing::warn!(%row, "not imported");
        }
    }
    let streams = [StreamSpec::of(StreamKind::Profiles, district, nats.replicas)];
    patiently(&health, || bus.reconcile(&streams)).await?;

    let changed = Arc::new(Notify::new());
    let metrics = Metrics::default();
    let desk = Desk {
        store: store.clone(),
        clock: ctx.clock.clone(),
        changed: Arc::clone(&changed),
        index: Index::default(),
        terms,
        metrics: metrics.clone(),
    };
    let serve = |subject: String| bus.serve(Endpoint::new(subject).group(GROUP));
    let ask = |question: &str| serve(subject::ask(district, Service::Registry, question));
    let commands = serve(subject::command(district, Service::Registry)).await?;
    let (names, search, contacts) = (ask("names").await?, ask("find").await?, ask("contacts").await?);
    let (organisations, facilities) = (ask("organisations").await?, ask("facilities").await?);
    let (rosters, plans, erasures) = (ask("rosters").await?, ask("plans").await?, ask("erasures").await?);
    let (export, caller, audit) = (ask("export").await?, ask("caller").await?, ask("audit").await?);
    let holder = format!("registry-{}", ctx.entropy.text_id());
    let terms = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let name = format!("registry.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, terms, &ctx.entropy)).await?;
    let state = lease.state();
    let ahead = Ahead {
        store: store.clone(),
        bus: bus.clone(),
        clock: ctx.clock.clone(),
        days: config.plan_days,
        every: Duration::from_millis(config.plan_every_ms),
    };
    let words = Words {
        store: store.clone(),
        bus: bus.clone(),
        clock: ctx.clock.clone(),
        changed: Arc::clone(&changed),
        dead: DeadLetters::new(
            bus,
            Service::Registry,
            district.clone(),
            ctx.clock.clone(),
            ctx.entropy.clone(),
        ),
    };
    let publisher = Publisher { store, bus: bus.clone(), changed, health, metrics };

    let tasks = &ctx.tasks;
    let (index, clock) = (desk.index.clone(), ctx.clock.clone());
    tasks.spawn(TaskKind::Worker, "registry index", |stop| async move {
        while tokio::time::timeout(TIDY_EVERY, stop.cancelled()).await.is_err() {
            index.tidy(clock.now()).await;
        }
        Ok(())
    });
    macro_rules! answers {
        ($($name:literal: $server:ident => $answer:ident),+ $(,)?) => {$(
            let own = desk.clone();
            tasks.spawn(TaskKind::Intake, $name, |stop| {
                $server.run(stop, move |call| {
                    let desk = own.clone();
                    async move { desk.$answer(call.body).await }
                })
            });
        )+};
    }
    answers! {
        "registry commands": commands => command,
        "registry names": names => names,
        "registry search": search => find,
        "registry contacts": contacts => contacts,
        "registry organisations": organisations => organisations,
        "registry facilities": facilities => facilities,
        "registry rosters": rosters => rosters,
        "registry plans": plans => plans,
        "registry erasures": erasures => erasures,
        "registry export": export => export,
        "registry caller": caller => caller,
        "registry audit": audit => audit,
    }
    let at_plans = state.clone();
    tasks.spawn(TaskKind::Worker, "registry plans ahead", |stop| ahead.run(at_plans, stop));
    tasks.spawn(TaskKind::Worker, "registry words of accounts", |stop| words.run(stop));
    tasks.spawn(TaskKind::Worker, "registry publisher", |stop| publisher.run(state, stop));
    tasks.spawn(TaskKind::Writer, "registry lease", |stop| lease.run(stop));
    Ok(())
}

/// Opens the database with its vault. Keys whose change was broken off are first brought to one of the two.
///
/// # Errors
/// [`StoreError`].
pub async fn open(config: &Config, ctx: &Context) -> Result<Store, StoreError> {
    store::make_state(&config.state)?;
    finish_rotation(config, ctx).await?;
    let vault = Vault::open(&config.key_path(), &ctx.entropy)?;
    Store::open(&config.place(), &config.district, vault).await
}

/// Seals all keys with a new one and puts that in the old one's place; returns how many. No registry may be running.
///
/// # Errors
/// [`StoreError`].
pub async fn rotate(config: &Config, ctx: &Context) -> Result<usize, StoreError> {
    let store = open(config, ctx).await?;
    let next = Vault::open(&config.next_key_path(), &ctx.entropy)?;
    let count = store.rotate(&next).await.map_err(|error| match error {
        PutError::Database(error) => StoreError::Database(error),
        PutError::Vault(error) => StoreError::Vault(error),
        other => StoreError::Database(sqlx::Error::Protocol(other.to_string())),
    })?;
    store.close().await;
    finish_rotation(config, ctx).await?;
    Ok(count)
}

/// A next key that lies there is either the database's already, then it takes the old one's place; or it never was, then
/// it goes.
async fn finish_rotation(config: &Config, ctx: &Context) -> Result<(), StoreError> {
    let next = config.next_key_path();
    if !next.exists() {
        return Ok(());
    }
    let waiting = Vault::open_existing(&next, &ctx.entropy)?;
    let used = store::key_check(&config.place(), &config.district).await?;
    let moved = if used.as_deref() == Some(waiting.check()) {
        std::fs::rename(&next, config.key_path())
    } else {
        std::fs::remove_file(&next)
    };
    moved.map_err(|source| VaultError::File(KeyFileError::Unreadable { path: next, source }).into())
}
