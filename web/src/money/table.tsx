/** A table with named columns. */
import type { ComponentChildren } from "preact";

export function Table({ heads, children, empty }: { heads: string[]; children: ComponentChildren[]; empty: string }) {
  if (children.length === 0) return <p class="muted">{empty}</p>;
  return (
    <table class="table">
      <thead>
        <tr>
          {heads.map((h) => (
            <th key={h} scope="col">
              {h}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
