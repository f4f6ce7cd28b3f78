/** The public list: item, content, price, standard, subsidy, self-pay (Jiayuguan Art. 11). */
import { useKnown } from "../app/known.ts";
import { t } from "../text/index.ts";
import { catalogue, yuan } from "./api.ts";
import type { PublicList } from "./contract.ts";
import { Table } from "./table.tsx";

export function Catalogue() {
  const words = t().money;
  const { known: list } = useKnown<PublicList>(catalogue);
  if (!list) return <p class="muted">{t().app.loading}</p>;
  const money = (fen: number | null) => (fen === null ? <span class="muted">{words.notSet}</span> : fen === 0 ? words.free : yuan(fen));
  return (
    <>
      <p class="muted">
        {list.city} · {list.document}
      </p>
      <Table heads={[words.item, words.content, words.standard, words.price, words.subsidy, words.selfPay, words.article]} empty={words.nothing}>
        {list.items.map((i) => (
          <tr key={i.name} data-item={i.name}>
            <th scope="row">
              {i.name} <span class="muted">{i.category}</span>
            </th>
            <td>{i.content}</td>
            <td>{i.standard && `${t().drawer.minutes(i.standard[0])} · ${t().drawer.people(i.standard[1])}`}</td>
            <td>{money(i.price_fen)}</td>
            <td>{i.subsidy ? words.kinds[i.subsidy] : t().app.none}</td>
            <td>{money(i.self_pay_fen)}</td>
            <td class="muted">{i.article}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
