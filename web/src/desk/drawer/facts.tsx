/** The order's facts, each with its name. */
import type { ComponentChildren } from "preact";

import { streetName } from "../../app/district.ts";
import type { Order } from "../../contract.ts";
import { amountOf, yuan } from "../../money/api.ts";
import type { Funding } from "../../money/contract.ts";
import { hhmm, window } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { elder } from "../names.ts";

export function Facts({ order }: { order: Order }) {
  const words = t();
  const known = elder(order.elder);
  const needs = order.requirement.qualifications.map((q) => words.qualification[q]).join("、");
  const classes = known?.profile.priority_classes.map((c) => words.priorityClass[c]).join("、");
  return (
    <dl class="facts">
      <Fact name={words.drawer.elder}>
        <strong>{known?.name ?? words.drawer.nameHidden}</strong> <span class="muted mono">{order.elder}</span>
        {known && (
          <div class="muted">
            {words.ability[known.profile.ability]}
            {classes && ` · ${classes}`}
          </div>
        )}
      </Fact>
      <Fact name={words.drawer.where}>
        {streetName(order.street)} <span class="muted">{order.community}</span>
      </Fact>
      <Fact name={words.drawer.window}>{window(order.window, tick.value)}</Fact>
      <Fact name={words.drawer.duration}>
        {words.drawer.minutes(Math.round(order.requirement.duration / 60))} · {words.drawer.people(order.requirement.team_size)}
        {order.family_present && ` · ${words.drawer.family}`}
      </Fact>
      {order.funding && (
        <Fact name={words.money.funding}>
          <Paid funding={order.funding} />
        </Fact>
      )}
      {needs && <Fact name={words.drawer.needs}>{needs}</Fact>}
      <Fact name={words.drawer.placedBy}>
        {hhmm(order.created_at)} · {words.role[order.created_by.role]} <span class="muted">{order.created_by.user}</span>
      </Fact>
    </dl>
  );
}

function Paid({ funding: f }: { funding: Funding }) {
  const words = t().money;
  switch (f.state) {
    case "pending":
      return <span class="badge warn">{words.fundingPending}</span>;
    case "held":
      return <>{words.fundingHeld(amountOf(f.pay_with === "silver_points" ? "silver_points" : "service_allowance", f.allowance), yuan(f.self_pay))}</>;
    case "refused":
      return <span class="badge danger">{words.fundingRefused(words.refusals[f.code] ?? f.code)}</span>;
  }
}

export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
