// An SMS gateway that checks signatures with its own means, and signs its receipts.
const crypto = require("node:crypto");
const http = require("node:http");
const { tell } = require("./report.cjs");

const SECRET = "opensesame-opensesame";
const sign = (...parts) => `v1=${crypto.createHmac("sha256", SECRET).update(parts.join("\n")).digest("hex")}`;
const known = new Map();
// Where receipts are posted to.
const receipts = process.argv[2] ?? "/receipts";

const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const { "x-care-timestamp": timestamp, "x-care-signature": signature, "idempotency-key": key } = request.headers;
    const answer = (status, value, headers) => response.writeHead(status, headers).end(JSON.stringify(value));
    if (signature !== sign(request.method, request.url, timestamp, body)) return answer(401, {});
    const { to, text } = JSON.parse(body);
    if (to.endsWith("29")) return answer(429, {}, { "retry-after": "3" });
    if (to.endsWith("22")) return answer(422, {});
    const again = known.has(key);
    if (!again) known.set(key, `r${known.size + 1}`);
    const reference = known.get(key);
    const at = String(Math.floor(Date.now() / 1000));
    const receipt = JSON.stringify({ reference, status: "delivered", code: "DELIVRD" });
    tell({ key, to, text, again, receipt, at, signature: sign("POST", receipts, at, receipt) });
    answer(200, { reference });
  });
});
server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));
