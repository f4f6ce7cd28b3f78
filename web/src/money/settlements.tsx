/** Settlements: drawn by one, approved by another; statements as workbook and on paper. */
import { useKnown } from "../app/known.ts";
import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { amountOf, approve, draw, settlements, statement, yuan } from "./api.ts";
import type { Kind, Owed, Settlements } from "./contract.ts";
import { Table } from "./table.tsx";

export function SettlementsRoom({ role }: { role: Role }) {
  const words = t().money;
  const { known, act } = useKnown<Settlements>(settlements);
  if (!known) return <p class="muted">{t().app.loading}</p>;
  return (
    <>
      {role === "supervisor" && known.next && (
        <button type="button" class="button primary" data-act="draw" onClick={() => void act(draw(known.next ?? ""))}>
          {words.draw(known.next)}
        </button>
      )}
      {known.items.length === 0 && <p class="muted">{words.nothing}</p>}
      {known.items.map((s) => (
        <section key={s.period} data-period={s.period}>
          <h3 class="row">
            <span class="grow">
              {s.period}{" "}
              {s.approved_by ? (
                <span class="badge accent">{words.approvedBy(s.approved_by)}</span>
              ) : (
                <span class="badge warn">{words.drawnBy(s.drawn_by)}</span>
              )}
            </span>
            {role === "bureau" && !s.approved_by && (
              <button type="button" class="button primary" data-act="approve" onClick={() => void act(approve(s.period))}>
                {words.approve}
              </button>
            )}
          </h3>
          <Table heads={[words.organisation, words.lines, words.owed, words.selfPay, words.statement]} empty={words.nothing}>
            {Object.entries(s.organisations).map(([name, of]) => (
              <Row key={name} period={s.period} name={name} of={of} />
            ))}
          </Table>
        </section>
      ))}
    </>
  );
}

function Row({ period, name, of }: { period: string; name: string; of: Owed }) {
  const words = t().money;
  const owed = Object.entries(of.owed) as [Kind, number][];
  return (
    <tr data-organisation={name}>
      <th scope="row" class="mono">
        {name}
      </th>
      <td>{of.lines}</td>
      <td>{owed.map(([kind, sum]) => `${words.kinds[kind]} ${amountOf(kind, sum)}`).join(" · ")}</td>
      <td>{yuan(of.self_pay)}</td>
      <td class="row-acts">
        <a class="button small" href={statement(period, name, "xlsx")} download>
          XLSX
        </a>
        <a class="button small" href={statement(period, name, "pdf")} download>
          PDF
        </a>
      </td>
    </tr>
  );
}
