//! The configuration of the single programs, side by side in one file.

use std::path::Path;

use runtime::{NatsConfig, RuntimeConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Each section is that of the program of the same service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// Who lives and works here.
    pub registry: registry::Config,
    /// Where people are.
    pub location: caregiver_location::Config,
    /// Work orders.
    pub dispatch: dispatch::Config,
    /// Eligibility and money; without this section orders are not paid for here.
    #[serde(default)]
    pub accounts: Option<accounts::Config>,
    /// Alarms and devices; without this section no call button rings here.
    #[serde(default)]
    pub emergency: Option<emergency_call::Config>,
    /// Menus, meals, rounds; without this section nobody cooks here.
    #[serde(default)]
    pub meals: Option<meal_delivery::Config>,
    /// The HTTP API and the web apps.
    #[serde(default)]
    pub edge: command_center::Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// Sections that speak of different places.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Two districts.
    #[error("one process serves one district, but {0} names another one than dispatch.district")]
    District(&'static str),
    /// Two maps.
    #[error("one process has one map, but {0} names another one than dispatch.map")]
    Map(&'static str),
}

impl ProgramConfig {
    /// Where accounts are kept here, dispatch asks them, the edge looks after them, and the registry keeps the terms of
    /// the same city where it is told nothing else.
    pub fn join_accounts(&mut self) {
        if let Some(accounts) = &self.accounts {
            let (policy, calendar) = (accounts.policy.clone(), accounts.calendar.clone());
            self.registry.policy.get_or_insert(policy);
            self.registry.calendar = self.registry.calendar.take().or(calendar);
            self.dispatch.limits.funding = true;
            self.edge.accounts = true;
            if let Some(meals) = &mut self.meals {
                meals.rules.funding = true;
            }
        }
    }

    /// The map all services share, after checking that they mean the same district and map.
    ///
    /// # Errors
    /// [`Mismatch`] names the section.
    pub fn map(&self) -> Result<Option<&Path>, Mismatch> {
        let (district, map) = (&self.dispatch.district, &self.dispatch.map);
        if self.accounts.as_ref().is_some_and(|accounts| accounts.district != *district) {
            return Err(Mismatch::District("accounts.district"));
        }
        if self.emergency.as_ref().is_some_and(|emergency| emergency.district != *district) {
            return Err(Mismatch::District("emergency.district"));
        }
        if let Some(meals) = &self.meals {
            if meals.district != *district {
                return Err(Mismatch::District("meals.district"));
            }
            if meals.map != *map {
                return Err(Mismatch::Map("meals.map"));
            }
        }
        for (key, named) in [
            ("registry.district", &self.registry.district),
            ("location.district", &self.location.district),
            ("edge.district.id", &self.edge.district.id),
        ] {
            if named != district {
                return Err(Mismatch::District(key));
            }
        }
        for (key, named) in
            [("location.map", &self.location.map), ("edge.district.map", &self.edge.district.map)]
        {
            if named != map {
                return Err(Mismatch::Map(key));
            }
        }
        Ok(map.as_deref())
    }
}
