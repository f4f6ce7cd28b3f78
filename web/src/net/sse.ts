/**
 * Reads a `text/event-stream`. The browser's own `EventSource` hides comments, and the server's pings are comments:
 * without them a dead connection cannot be told from a quiet one.
 */
export interface SseMessage {
  event: string;
  data: string;
  /** The id this message carries itself, if any. */
  id: string | null;
}

/** An incremental parser; feed it text as it comes, in any pieces. */
export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** The messages that are complete now. */
  push(chunk: string): SseMessage[] {
    const text = this.#rest + chunk;
    const done: SseMessage[] = [];
    let from = 0;
    for (;;) {
      const end = lineEnd(text, from);
      if (end === null) break;
      this.#line(text.slice(from, end.at), done);
      from = end.next;
    }
    this.#rest = text.slice(from);
    return done;
  }

  #line(line: string, done: SseMessage[]): void {
    if (line === "") {
      if (this.#data.length > 0) done.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
      this.#event = "";
      this.#data = [];
      this.#id = null;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }
}

/** The next line's end; a CR at the very end may still be half of a CRLF. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\n") return { at: i, next: i + 1 };
    if (text[i] === "\r") {
      if (i + 1 === text.length) return null;
      return { at: i, next: text[i + 1] === "\n" ? i + 2 : i + 1 };
    }
  }
  return null;
}
