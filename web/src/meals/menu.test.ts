import { expect, test } from "vitest";

import { fen } from "./menu.tsx";

test("an amount in yuan is fen, to the fen", () => {
  expect([fen("12"), fen("12.5"), fen("0.07"), fen(" 19.99 ")]).toEqual([1200, 1250, 7, 1999]);
  expect([fen(""), fen("12.345"), fen("-1"), fen("一元"), fen("1,000")]).toEqual([null, null, null, null, null]);
});
