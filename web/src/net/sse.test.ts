import fc from "fast-check";
import { expect, test } from "vitest";

import { SseParser, type SseMessage } from "./sse.ts";

const STREAM = ': hello\n\nevent: snapshot\nid: 7\ndata: {"a":1}\n\ndata: two\r\ndata: lines\r\n\r\n: ping\n\nid: 8\rdata:no space\r\revent: empty\n\n';
const EXPECTED: SseMessage[] = [
  { event: "snapshot", data: '{"a":1}', id: "7" },
  { event: "message", data: "two\nlines", id: null },
  { event: "message", data: "no space", id: "8" },
];

test("messages come out the same however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
      const parser = new SseParser();
      const found: SseMessage[] = [];
      let from = 0;
      for (let i = 0; from < STREAM.length; i++) {
        const size = sizes[i % sizes.length] as number;
        found.push(...parser.push(STREAM.slice(from, from + size)));
        from += size;
      }
      expect(found).toEqual(EXPECTED);
    }),
  );
});

test("half a message waits for the rest", () => {
  const parser = new SseParser();
  expect(parser.push("data: x\n")).toEqual([]);
  expect(parser.push("\n")).toEqual([{ event: "message", data: "x", id: null }]);
});
