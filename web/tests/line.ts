/**
 * The phone's line to the centre: a TCP relay that a test cuts. The browser's own offline switch leaks — a page that is
 * just being opened got a call through now and then, past interception too — whereas nothing passes a cut line.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

import type { BrowserContext } from "playwright-core";

export class Line {
  /** Where the phone finds the centre. */
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { cut: boolean };

  private constructor(server: Server, sockets: Set<Socket>, state: { cut: boolean }) {
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const sockets = new Set<Socket>();
    const state = { cut: false };
    const server = createServer((phone) => {
      if (state.cut) return void phone.destroy();
      const centre = connect(Number(port), hostname);
      for (const [one, other] of [[phone, centre], [centre, phone]] as const) {
        sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          sockets.delete(one);
          other.destroy();
        });
      }
      phone.pipe(centre).pipe(phone);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Line(server, sockets, state);
  }

  /** Nothing passes any more, and the phone knows that it has no network. */
  async cut(phone: BrowserContext): Promise<void> {
    this.#state.cut = true;
    for (const socket of this.#sockets) socket.destroy();
    await phone.setOffline(true);
  }

  /** The network is back. */
  async mend(phone: BrowserContext): Promise<void> {
    this.#state.cut = false;
    await phone.setOffline(false);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
