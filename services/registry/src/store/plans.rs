//! The days of care plans: which have an order, and what came of it.

use domain::{
    calendar::Day,
    id::{OrderId, PlanId},
};
use schemas::registry::plan::{CarePlan, Made, PlanStage};
use sqlx::Row;

use super::{PutError, Store};
use crate::keep::{Kept, Kind};

impl Store {
    /// The plans that make orders.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn running_plans(&self) -> Result<Vec<CarePlan>, PutError> {
        let sql = "SELECT body FROM kept WHERE kind = 'plan' AND open = 1 ORDER BY id";
        let bodies: Vec<String> = sqlx::query_scalar(sql).fetch_all(&self.pool).await?;
        let mut plans = Vec::with_capacity(bodies.len());
        for body in &bodies {
            if let Kept::Plan(plan) = Kind::Plan.read(body)?
                && plan.stage == PlanStage::Running
            {
                plans.push(plan);
            }
        }
        Ok(plans)
    }

    /// The days of a plan from that day on, newest first, at most so many.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn made(&self, plan: &PlanId, from: Day, at_most: u32) -> Result<Vec<Made>, PutError> {
        let sql = "SELECT day, order_id, refused FROM plan_day WHERE plan = $1 AND day >= $2
                   ORDER BY day DESC LIMIT $3";
        let found = sqlx::query(sql)
            .bind(plan.as_str())
            .bind(from.to_string())
            .bind(i64::from(at_most))
            .fetch_all(&self.pool)
            .await?;
        let mut made = Vec::with_capacity(found.len());
        for row in &found {
            let day: String = row.try_get("day")?;
            let Ok(day) = day.parse() else { continue };
            let order = OrderId::new(row.try_get::<String, _>("order_id")?)?;
            made.push(Made { day, order, refused: row.try_get("refused")? });
        }
        Ok(made)
    }

    /// Notes what came of a day.
    ///
    /// # Errors
    /// [`sqlx::Error`]; the day is then tried again under the same names.
    pub async fn note_made(&self, plan: &PlanId, made: &Made) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO plan_day (plan, day, order_id, refused) VALUES ($1, $2, $3, $4)
             ON CONFLICT (plan, day) DO UPDATE SET order_id = excluded.order_id, refused = excluded.refused",
        )
        .bind(plan.as_str())
        .bind(made.day.to_string())
        .bind(made.order.as_str())
        .bind(made.refused.clone())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
