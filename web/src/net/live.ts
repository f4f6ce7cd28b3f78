/**
 * The live stream of the district. Connects, resumes from the last order it has seen, starts anew after a `reset`,
 * and never trusts a silent line: the server pings at least every 15 s, so 20 s without a byte is a dead connection.
 */
import type { LiveEvent } from "../contract.ts";
import { backoff } from "./backoff.ts";
import { renew, type Renewal } from "./renewal.ts";
import { SseParser } from "./sse.ts";

export type Connection = "connecting" | "live" | "resumed" | "reconnecting" | "reset" | "signed_out";

export const STALL_MS = 20_000;

export interface LiveOptions {
  url: string;
  onEvents: (events: LiveEvent[]) => void;
  onState: (state: Connection) => void;
  fetch?: typeof fetch;
  renew?: () => Promise<Renewal>;
  random?: () => number;
  stallMs?: number;
}

export class Live {
  readonly #options: LiveOptions;
  #cursor: string | null = null;
  #attempt = 0;
  #abort: AbortController | null = null;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Runs until {@link stop}; resolves then. */
  async run(): Promise<void> {
    this.#options.onState("connecting");
    while (!this.#stopped) {
      const outcome = await this.#connect();
      if (this.#stopped) return;
      if (outcome === "signed_out") {
        this.#options.onState("signed_out");
        return;
      }
      this.#options.onState(outcome === "reset" ? "reset" : "reconnecting");
      await this.#pause(backoff(this.#attempt++, this.#options.random ?? Math.random));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** The network is said to be back: do not wait out the pause. */
  hurry(): void {
    this.#wake?.();
  }

  async #connect(): Promise<"lost" | "reset" | "signed_out"> {
    const abort = (this.#abort = new AbortController());
    let stall = setTimeout(() => abort.abort(), this.#options.stallMs ?? STALL_MS);
    const alive = () => {
      clearTimeout(stall);
      stall = setTimeout(() => abort.abort(), this.#options.stallMs ?? STALL_MS);
    };
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (this.#cursor !== null) headers["last-event-id"] = this.#cursor;
      const ask = this.#options.fetch ?? fetch;
      const response = await ask(this.#options.url, { headers, signal: abort.signal, credentials: "same-origin", cache: "no-store" });
      if (response.status === 401) return (await (this.#options.renew ?? renew)()) === "ended" ? "signed_out" : "lost";
      if (response.status === 403) return "signed_out";
      if (response.status === 400) this.#cursor = null;
      if (!response.ok || response.body === null) return "lost";
      return await this.#read(response.body, alive);
    } catch {
      return "lost";
    } finally {
      clearTimeout(stall);
      abort.abort();
    }
  }

  async #read(body: ReadableStream<Uint8Array>, alive: () => void): Promise<"lost" | "reset"> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    const parser = new SseParser();
    if (this.#cursor !== null) this.#open("resumed");
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "lost";
      alive();
      const events: LiveEvent[] = [];
      let reset = false;
      for (const message of parser.push(value)) {
        const event = JSON.parse(message.data) as LiveEvent;
        events.push(event);
        if (event.event === "reset") {
          this.#cursor = null;
          reset = true;
          break;
        }
        if (message.id !== null) this.#cursor = message.id;
        if (event.event === "snapshot") this.#open("live");
      }
      if (events.length > 0) this.#options.onEvents(events);
      if (reset) return "reset";
    }
  }

  #open(state: Connection): void {
    this.#attempt = 0;
    this.#options.onState(state);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
