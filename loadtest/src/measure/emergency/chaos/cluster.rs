//! Three nats-servers in network namespaces of their own on one bridge, each with a disk of its own: a node can be
//! stopped, cut off and have its disk full, one at a time.
//!
//! Needs root, `ip` (Debian: `iproute2`) and what [`Disk`] needs.

use std::{
    fmt,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use runtime::NatsConfig;
use tempfile::TempDir;

use super::{
    disk::{Disk, run},
    server::Server,
};

const BRIDGE: &str = "care-chaos";
/// Of a network that nobody routes; the bridge is `.254`, the nodes `.1` to `.3`.
const NET: &str = "10.231.17";
const NODES: usize = 3;
/// A node that was away agrees with the others again within so long.
const HEALS_WITHIN: Duration = Duration::from_mins(2);

/// What befalls a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9`.
    Stopped,
    /// Its cable is pulled.
    CutOff,
    /// Not a byte more.
    DiskFull,
}

impl Fault {
    /// In turn.
    pub const ALL: [Self; 3] = [Self::Stopped, Self::CutOff, Self::DiskFull];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "stopped",
            Self::CutOff => "cut-off",
            Self::DiskFull => "disk-full",
        })
    }
}

struct Node {
    number: usize,
    // Dropped before the disk it writes to.
    server: Server,
    disk: Disk,
}

/// The three.
pub struct Cluster {
    nodes: Vec<Node>,
    http: reqwest::Client,
    _folder: TempDir,
}

impl Cluster {
    /// Makes the network and starts the nodes.
    ///
    /// # Errors
    /// If network or disks cannot be made, or the nodes do not find one another.
    pub async fn start() -> Result<Self> {
        // What a run that was killed has left.
        take_down();
        ip(&format!("link add {BRIDGE} type bridge")).context("namespaces need root and iproute2")?;
        ip(&format!("address add {NET}.254/24 dev {BRIDGE}"))?;
        ip(&format!("link set {BRIDGE} up"))?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(1)).no_proxy().build()?;
        let folder = TempDir::new()?;
        let nodes = (1..=NODES).map(|number| Node::new(folder.path(), number)).collect::<Result<_>>()?;
        let mut cluster = Self { nodes, http, _folder: folder };
        for node in &mut cluster.nodes {
            node.server.start()?;
        }
        for number in 1..=NODES {
            cluster.until_sound(number).await?;
        }
        Ok(cluster)
    }

    /// How it is reached: by any node.
    pub fn config(&self) -> NatsConfig {
        let urls: Vec<_> =
            self.nodes.iter().map(|node| format!("nats://{NET}.{}:4222", node.number)).collect();
        NatsConfig { url: urls.join(","), replicas: NODES, ..NatsConfig::default() }
    }

    /// The node in this place of the row, counted round and round.
    pub fn number(&self, turn: usize) -> usize {
        turn % self.nodes.len().max(1) + 1
    }

    /// Something befalls a node.
    ///
    /// # Errors
    /// If it cannot be brought about.
    pub fn strike(&mut self, number: usize, fault: Fault) -> Result<()> {
        match fault {
            Fault::Stopped => self.node(number)?.server.kill(),
            Fault::CutOff => ip(&format!("link set {} down", name(number)))?,
            Fault::DiskFull => self.node(number)?.disk.fill()?,
        }
        Ok(())
    }

    /// … and is over; waits until the node agrees with the others again.
    ///
    /// # Errors
    /// If it does not.
    pub async fn heal(&mut self, number: usize, fault: Fault) -> Result<()> {
        match fault {
            Fault::Stopped => self.node(number)?.server.start()?,
            Fault::CutOff => ip(&format!("link set {} up", name(number)))?,
            Fault::DiskFull => {
                // A server whose disk was full stays without its streams until it is started anew.
                let node = self.node(number)?;
                node.server.kill();
                node.disk.empty()?;
                node.server.start()?;
            }
        }
        self.until_sound(number).await
    }

    fn node(&mut self, number: usize) -> Result<&mut Node> {
        self.nodes.iter_mut().find(|node| node.number == number).with_context(|| format!("no node {number}"))
    }

    /// Whether all its streams have caught up, in the server's own words.
    async fn until_sound(&self, number: usize) -> Result<()> {
        let health = format!("http://{NET}.{number}:8222/healthz");
        let deadline = Instant::now() + HEALS_WITHIN;
        loop {
            let says = match self.http.get(&health).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(error) => error.to_string(),
            };
            ensure!(
                Instant::now() < deadline,
                "node {number} does not agree with the others within {HEALS_WITHIN:?}: {says}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Node {
    fn new(folder: &Path, number: usize) -> Result<Self> {
        plug_in(number)?;
        let disk = Disk::new(folder, &name(number))?;
        let others = (1..=NODES).filter(|other| *other != number);
        let routes: Vec<_> = others.map(|other| format!("\"nats://{NET}.{other}:6222\"")).collect();
        let settings = format!(
            "server_name: \"n{number}\"\nlisten: \"{NET}.{number}:4222\"\nhttp: \"{NET}.{number}:8222\"\n\
             jetstream {{ store_dir: {:?}, sync_interval: always, max_mem: 256MB, max_file: 4GB }}\n\
             cluster {{ name: chaos, listen: \"{NET}.{number}:6222\", routes: [{}] }}\n",
            disk.path().join("nats").display().to_string(),
            routes.join(", "),
        );
        let server = Server::new(folder, &format!("n{number}"), &settings)?.within(name(number));
        Ok(Self { number, server, disk })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.nodes.clear();
        take_down();
    }
}

/// A node's namespace, and the host's end of its cable.
fn name(number: usize) -> String {
    format!("{BRIDGE}{number}")
}

fn plug_in(number: usize) -> Result<()> {
    let node = name(number);
    ip(&format!("netns add {node}"))?;
    ip(&format!("link add {node} type veth peer name eth0 netns {node}"))?;
    ip(&format!("link set {node} master {BRIDGE} up"))?;
    ip(&format!("-n {node} address add {NET}.{number}/24 dev eth0"))?;
    ip(&format!("-n {node} link set eth0 up"))?;
    ip(&format!("-n {node} link set lo up"))
}

fn take_down() {
    // What is not there cannot be removed, and that is as good.
    for number in 1..=NODES {
        let _ = ip(&format!("link delete {}", name(number)));
        let _ = ip(&format!("netns delete {}", name(number)));
    }
    let _ = ip(&format!("link delete {BRIDGE}"));
}

fn ip(words: &str) -> Result<()> {
    run("ip", &words.split(' ').collect::<Vec<_>>())
}
