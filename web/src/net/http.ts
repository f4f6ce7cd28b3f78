/** Calls to the edge. Two ways to fail: it answered with a problem, or it could not be reached. */
import type { ProblemDetails } from "../contract.ts";
import { renew, wantsRenewal } from "./renewal.ts";

/** The edge answered, and the answer is no. */
export class Refused extends Error {
  readonly problem: ProblemDetails;
  constructor(problem: ProblemDetails) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
  get code(): string {
    return this.problem.code;
  }
  /** Trying again with the same request can succeed. */
  get isPassing(): boolean {
    return this.problem.status >= 500 || this.problem.status === 429 || this.problem.status === 408;
  }
}

/** No answer: no network, or nobody there. */
export class Unreachable extends Error {}

const TIMEOUT_MS = 15_000;

export interface CallOptions {
  /** The command's id; repeating the call with it is harmless. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Calls; a token that ended meanwhile is renewed on the way. */
export async function call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  try {
    return await once<T>(method, path, body, options);
  } catch (error) {
    if (!(error instanceof Refused) || !wantsRenewal(error.problem.status, path)) throw error;
    const renewal = await renew();
    if (renewal === "ended") throw error;
    if (renewal === "later") throw new Unreachable(`${method} ${path}: the token ended and cannot be renewed just now`, { cause: error });
    return once<T>(method, path, body, options);
  }
}

async function once<T>(method: string, path: string, body: unknown, options: CallOptions): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-care-request"] = "1";
  if (body !== undefined) headers["content-type"] = "application/json";
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const init: RequestInit = { method, headers, signal, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, init);
    text = await response.text();
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Unreachable(`${method} ${path}: no answer`, { cause });
  }
  if (!response.ok) throw new Refused(problemOf(response, text));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function problemOf(response: Response, text: string): ProblemDetails {
  try {
    const problem = JSON.parse(text) as ProblemDetails;
    if (typeof problem.code === "string") return { ...problem, status: response.status };
  } catch {
    // Not JSON: a proxy in between answered.
  }
  const code = `http_${response.status}`;
  return { type: `urn:care:problem:${code}`, code, title: response.statusText, status: response.status, detail: text.slice(0, 200) };
}

export const get = <T>(path: string, options?: CallOptions) => call<T>("GET", path, undefined, options);
export const post = <T>(path: string, body: unknown, options?: CallOptions) => call<T>("POST", path, body, options);

/** A path with its query; undefined members are left out. */
export function withQuery(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(query).filter((e): e is [string, string | number | boolean] => e[1] !== undefined);
  const text = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString();
  return text === "" ? path : `${path}?${text}`;
}
