// Validates schemas/asyncapi.json against the official JSON Schema of AsyncAPI, and its references against what exists.
//
//     npm install --no-save @asyncapi/specs ajv ajv-formats && node schemas/validate-asyncapi.mjs
//
// The packages are looked up from the current folder, so that they may be installed anywhere.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(process.cwd(), "package.json"));
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;

const document = JSON.parse(readFileSync(join(here, "asyncapi.json"), "utf8"));
const official = structuredClone(require(`@asyncapi/specs/schemas/${document.asyncapi}.json`));
// It carries a copy of the draft-07 meta-schema, which the validator has itself.
delete official.definitions["http://json-schema.org/draft-07/schema"];

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const validate = ajv.compile(official);

const problems = [];
if (!validate(document)) {
  problems.push(...validate.errors.map((error) => `${error.instancePath}: ${error.message}`));
}

const references = [];
JSON.stringify(document, (key, value) => (key === "$ref" ? references.push(value) && value : value));
for (const reference of references) {
  const known = reference.startsWith("#/")
    ? reference.slice(2).split("/").reduce((at, key) => at?.[key], document) !== undefined
    : existsSync(resolve(here, reference));
  if (!known) problems.push(`${reference} leads nowhere`);
}

for (const problem of problems) console.error(problem);
const channels = Object.keys(document.channels).length;
console.log(`AsyncAPI ${document.asyncapi}: ${channels} channels, ${references.length} references, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
