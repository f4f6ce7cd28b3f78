// `npm run dev`: the development server behind Vite's own, pages and contract on one address.
import { createServer, runnerImport } from "vite";

const { module } = await runnerImport(new URL("./server.ts", import.meta.url).pathname);
const dev = await module.startDevServer({ port: 8790, busy: true, speed: Number(process.env.CARE_SPEED ?? 10) });
const pages = await createServer({ root: new URL("..", import.meta.url).pathname });
await pages.listen();
pages.printUrls();
console.log(`contract spoken by ${dev.url}; sign in as operator / operator, as c-01 / caregiver at /caregiver, or as elder / elder at /elder`);
