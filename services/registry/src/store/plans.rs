//! The days of care plans: which have an order, and what came of it. That `dispatch` is asked is noted before it is asked,
//! so that no order is ever there which nobody here knows of.

use domain::{
    calendar::Day,
    id::{OrderId, PlanId},
};
use schemas::registry::plan::{Came, CarePlan, Made};
use sqlx::Row;

use super::{PutError, Store};
use crate::keep::{Kept, Kind};

/// A day of a plan with how many orders it had before this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDay {
    /// The day and what came of it.
    pub made: Made,
    /// So many orders of that day were withdrawn before.
    pub round: u32,
}

impl Store {
    /// The plans that make orders, and those that may have some to take back from that day on.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn plans_at_work(&self, from: Day) -> Result<Vec<CarePlan>, PutError> {
        let sql = "SELECT body FROM kept WHERE kind = 'plan' AND (open = 1 OR id IN
                   (SELECT plan FROM plan_day WHERE came IN ('asked', 'ordered') AND day >= $1)) ORDER BY id";
        let bodies: Vec<String> =
            sqlx::query_scalar(sql).bind(from.to_string()).fetch_all(&self.pool).await?;
        let mut plans = Vec::with_capacity(bodies.len());
        for body in &bodies {
            if let Kept::Plan(plan) = Kind::Plan.read(body)? {
                plans.push(plan);
            }
        }
        Ok(plans)
    }

    /// The days of a plan from that day on, newest first, at most so many.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn plan_days(&self, plan: &PlanId, from: Day, at_most: u32) -> Result<Vec<PlanDay>, PutError> {
        let sql = "SELECT day, order_id, refused, came, round FROM plan_day WHERE plan = $1 AND day >= $2
                   ORDER BY day DESC LIMIT $3";
        let found = sqlx::query(sql)
            .bind(plan.as_str())
            .bind(from.to_string())
            .bind(i64::from(at_most))
            .fetch_all(&self.pool)
            .await?;
        let mut days = Vec::with_capacity(found.len());
        for row in &found {
            let (day, came): (String, String) = (row.try_get("day")?, row.try_get("came")?);
            let (Ok(day), Some(came)) = (day.parse(), Came::of(&came, row.try_get("refused")?)) else {
                continue;
            };
            let order = OrderId::new(row.try_get::<String, _>("order_id")?)?;
            let round = u32::try_from(row.try_get::<i64, _>("round")?).unwrap_or(u32::MAX);
            days.push(PlanDay { made: Made { day, order, came }, round });
        }
        Ok(days)
    }

    /// Notes what came of a day, or that it is asked about now.
    ///
    /// # Errors
    /// [`sqlx::Error`]; the day is then tried again under the same names.
    pub async fn note_day(&self, plan: &PlanId, day: &PlanDay) -> Result<(), sqlx::Error> {
        let PlanDay { made, round } = day;
        sqlx::query(
            "INSERT INTO plan_day (plan, day, order_id, refused, came, round) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (plan, day) DO UPDATE SET order_id = excluded.order_id, refused = excluded.refused,
             came = excluded.came, round = excluded.round",
        )
        .bind(plan.as_str())
        .bind(made.day.to_string())
        .bind(made.order.as_str())
        .bind(made.came.code().map(str::to_owned))
        .bind(made.came.name())
        .bind(i64::from(*round))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
