/** How organisations do: what is published at intervals (Jiayuguan Art. 21). */
import { useKnown } from "../app/known.ts";
import { t } from "../text/index.ts";
import { quality } from "./api.ts";
import type { Quality } from "./contract.ts";
import { Table } from "./table.tsx";

export function QualityRoom() {
  const words = t().money;
  const { known } = useKnown<Quality>(quality);
  if (!known) return <p class="muted">{t().app.loading}</p>;
  return (
    <>
      <p class="muted">{words.since(known.since)}</p>
      <Table heads={[words.organisation, words.yearly, words.satisfaction, words.poor, words.complaints, words.violations, words.standing]} empty={words.nothing}>
        {Object.entries(known.organisations).map(([name, q]) => (
          <tr key={name} data-organisation={name}>
            <th scope="row" class="mono">
              {name}
            </th>
            <td>{q.yearly === null ? t().app.none : t().kpi.stars(String(q.yearly))}</td>
            <td>{q.rated === 0 ? t().app.none : words.average((q.stars / q.rated).toFixed(1), q.rated)}</td>
            <td>{q.poor}</td>
            <td>{q.complaints}</td>
            <td>{q.violations}</td>
            <td>{q.stopped ? <span class="badge danger">{words.stopped}</span> : words.inOrder}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
