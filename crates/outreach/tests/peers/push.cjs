// A push service and a browser in one: takes the request, checks who sends, opens the payload.
// node push.cjs CERT KEY
const crypto = require("node:crypto");
const fs = require("node:fs");
const https = require("node:https");
const ece = require("http_ece");
const jws = require("jws");
const { tell } = require("./report.cjs");

const [cert, key] = process.argv.slice(2).map((file) => fs.readFileSync(file));
const browser = crypto.createECDH("prime256v1");
browser.generateKeys();
const auth = crypto.randomBytes(16);

function claims(header) {
  const [, token, point] = /^vapid t=([^,]+), k=(.+)$/.exec(header);
  const raw = Buffer.from(point, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: raw.subarray(1, 33).toString("base64url"),
    y: raw.subarray(33).toString("base64url"),
  };
  const pem = crypto.createPublicKey({ format: "jwk", key: jwk }).export({ type: "spki", format: "pem" });
  return jws.verify(token, "ES256", pem) ? jws.decode(token).payload : null;
}

const server = https.createServer({ cert, key }, (request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { authorization, ttl, urgency, topic } = request.headers;
    const opened = ece.decrypt(Buffer.concat(parts), {
      version: "aes128gcm",
      privateKey: browser,
      authSecret: auth.toString("base64url"),
    });
    tell({ path: request.url, ttl, urgency, topic, claims: claims(authorization), payload: JSON.parse(opened) });
    const answers = { "/gone": [410], "/slow": [429, { "retry-after": "7" }], "/broken": [503], "/mute": [] };
    const [status, headers] = answers[request.url] ?? [201, { location: "/message/1" }];
    if (status) response.writeHead(status, headers).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const keys = { p256dh: browser.getPublicKey("base64url"), auth: auth.toString("base64url") };
  tell({ port: server.address().port, keys });
});
