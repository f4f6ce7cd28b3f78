// Every peer tells the test what it sees: one JSON object a line.
exports.tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
// A peer ends with the test that started it.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
