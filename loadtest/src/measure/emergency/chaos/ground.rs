//! Where the streams live during a run: one server, one on a disk that forgets, or a cluster of three.

use anyhow::{Result, anyhow, ensure};
use bus::testing::NatsServer;
use runtime::NatsConfig;
use tempfile::TempDir;

use super::{cluster::Cluster, disk::Disk, server::Server};

/// The servers of a run.
pub enum Ground {
    /// One.
    One(NatsServer),
    /// One, whose disk loses what was not synced whenever it is killed.
    Forgetful {
        /// The server.
        server: Server,
        /// How it is reached.
        url: String,
        /// Its disk.
        disk: Disk,
        /// What the disk is made in.
        _folder: TempDir,
    },
    /// Three that agree.
    Three(Cluster),
}

impl Ground {
    /// One server.
    ///
    /// # Errors
    /// If there is none.
    pub fn one() -> Result<Self> {
        Ok(Self::One(NatsServer::try_start().map_err(|reason| anyhow!(reason))?))
    }

    /// One server on a disk that forgets; that it does is tried first.
    ///
    /// # Errors
    /// If the disk cannot be made, or remembers.
    pub fn forgetful() -> Result<Self> {
        let folder = TempDir::new()?;
        let disk = Disk::new(folder.path(), "store")?;
        ensure!(disk.forgets()?, "the disk keeps what was not synced; this run would prove nothing");
        let at = format!("127.0.0.1:{}", bus::testing::free_port()?);
        let store = disk.path().join("nats").display().to_string();
        let settings = format!(
            "listen: \"{at}\"\njetstream {{ store_dir: {store:?}, sync_interval: always, max_file: 4GB }}\n"
        );
        let mut server = Server::new(folder.path(), "nats", &settings)?;
        server.start()?;
        Ok(Self::Forgetful { server, url: format!("nats://{at}"), disk, _folder: folder })
    }

    /// Three servers in network namespaces of their own.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn three() -> Result<Self> {
        Ok(Self::Three(Cluster::start().await?))
    }

    /// How it is reached.
    pub fn config(&self) -> NatsConfig {
        match self {
            Self::One(server) => server.config(),
            Self::Forgetful { url, .. } => NatsConfig { url: url.clone(), ..NatsConfig::default() },
            Self::Three(cluster) => cluster.config(),
        }
    }

    /// Its only server dies and comes back.
    ///
    /// # Errors
    /// If it does not come back.
    pub fn kill(&mut self) -> Result<()> {
        match self {
            Self::One(server) => {
                server.restart();
                Ok(())
            }
            Self::Forgetful { server, disk, .. } => {
                // Power is lost by all at once: a server that lived on without its disk for a moment would still
                // acknowledge what no disk has taken.
                server.freeze()?;
                disk.power_off()?;
                server.kill();
                disk.power_on()?;
                server.start()
            }
            Self::Three(_) => Err(anyhow!("a cluster has no only server")),
        }
    }
}
