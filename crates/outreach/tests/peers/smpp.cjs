// A short message centre. What becomes of a message is in the last digits of its number:
// 58 throttled once, 11 no such number, 99 never answered, else taken and reported as delivered.
// Lines on standard input: "drop" cuts all connections, "write" sends a message from a phone.
const smpp = require("smpp");
const { tell } = require("./report.cjs");

const sessions = new Set();
let throttled = false;
let count = 0;

const server = smpp.createServer((session) => {
  session.on("error", () => {});
  session.on("close", () => sessions.delete(session));
  session.on("bind_transceiver", (pdu) => {
    const known = pdu.system_id === "care" && pdu.password === "opensesa";
    tell({ bind: known });
    session.send(pdu.response({ command_status: known ? 0 : smpp.ESME_RINVPASWD, system_id: "peer" }));
    if (known) sessions.add(session);
  });
  session.on("enquire_link", (pdu) => {
    tell({ enquired: true });
    session.send(pdu.response());
  });
  session.on("unbind", (pdu) => {
    tell({ unbound: true });
    session.send(pdu.response());
  });
  session.on("submit_sm", (pdu) => {
    const number = pdu.destination_addr;
    if (number.endsWith("99")) return;
    if (number.endsWith("11")) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
      return;
    }
    if (number.endsWith("58") && !throttled) {
      throttled = true;
      tell({ throttled: true });
      session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
      return;
    }
    const words = pdu.message_payload ?? pdu.short_message;
    count += 1;
    const id = `m${count}`;
    tell({
      id,
      number,
      text: words.message,
      udh: words.udh ? Buffer.concat([].concat(words.udh)).toString("hex") : null,
      payload: pdu.message_payload !== undefined,
      coding: pdu.data_coding,
      priority: pdu.priority_flag,
    });
    session.send(pdu.response({ message_id: id }));
    session.deliver_sm({
      source_addr: number,
      destination_addr: "10690",
      esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2611271030 done date:2611271031 stat:DELIVRD err:000 text:-`,
    });
  });
});

process.stdin.on("data", (line) => {
  const word = line.toString().trim();
  if (word === "drop") for (const session of sessions) session.destroy();
  if (word === "write") {
    for (const session of sessions) {
      session.deliver_sm({ source_addr: "8613800138000", destination_addr: "10690", short_message: "好的 1" });
    }
  }
});
server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));
