/** The kernel's table in the bench: answers ipvsadm, and tells when a server's weight has changed. */
import { once } from 'node:events';
import net from 'node:net';
import { monotonicMs } from '../../lab/clock.js';
import { KernelTable } from '../../ldirectord/kerneltable.js';

/** `ipvsadm.pl` connects here. */
const SOCKET = '/run/ipvs/table';

interface Waiting {
  readonly holds: () => boolean;
  readonly tell: (at: number) => void;
}

export class TableServer {
  readonly #table = new KernelTable();
  readonly #waiting = new Set<Waiting>();

  static async open(): Promise<TableServer> {
    const table = new TableServer();
    const server = net.createServer({ allowHalfOpen: true }, (call) => table.#take(call));
    server.listen(SOCKET);
    await once(server, 'listening');
    return table;
  }

  /** The weight of a server (`10.0.0.1:80`); 0 when it is not in the table. */
  weight(server: string): number {
    for (const service of Object.values(this.#table.contents)) {
      const found = service.servers[server];
      if (found !== undefined) return found.weight;
    }
    return 0;
  }

  /** When the call came after which that holds; now, if it does; undefined: not within the limit. */
  until(holds: () => boolean, limitMs: number): Promise<number | undefined> {
    if (holds()) return Promise.resolve(monotonicMs());
    return new Promise((resolve) => {
      const tell = (at: number | undefined): void => {
        this.#waiting.delete(waiting);
        clearTimeout(limit);
        resolve(at);
      };
      const waiting = { holds, tell };
      const limit = setTimeout(() => tell(undefined), limitMs);
      this.#waiting.add(waiting);
    });
  }

  #take(call: net.Socket): void {
    const at = monotonicMs();
    let text = '';
    call.setEncoding('latin1');
    call.on('data', (chunk: string) => {
      text += chunk;
    });
    call.on('error', () => undefined);
    call.on('end', () => {
      const [count, ...words] = text.split('\0');
      const rules = words.splice(Number(count)).join('\0');
      const { code, stderr, stdout } = this.#table.call(words, () => rules);
      call.end(`${code}\0${stderr}\0${stdout}`, 'latin1');
      for (const { holds, tell } of this.#waiting) if (holds()) tell(at);
    });
  }
}
