// A submission server with TLS and passwords. node mail.cjs CERT KEY implicit|starttls
const fs = require("node:fs");
const { SMTPServer } = require("smtp-server");
const { tell } = require("./report.cjs");

const [cert, key] = process.argv.slice(2, 4).map((file) => fs.readFileSync(file));
const refuse = (code, words) => Object.assign(new Error(words), { responseCode: code });
const server = new SMTPServer({
  secure: process.argv[4] === "implicit",
  cert,
  key,
  onAuth({ username, password }, session, done) {
    const known = username === "duty" && password === "opensesame";
    done(known ? null : refuse(535, "no"), known ? { user: username } : undefined);
  },
  onRcptTo({ address }, session, done) {
    if (address.startsWith("nobody@")) return done(refuse(550, `${address} does not exist`));
    if (address.startsWith("later@")) return done(refuse(451, `${address} is busy`));
    done();
  },
  onData(stream, session, done) {
    let raw = "";
    stream.setEncoding("utf8");
    stream.on("data", (part) => (raw += part));
    stream.on("end", () => {
      tell({ raw, to: session.envelope.rcptTo.map(({ address }) => address), tls: session.secure });
      done();
    });
  },
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => tell({ port: server.server.address().port }));
