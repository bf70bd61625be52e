/** Takes a test's orders inside the virtual machine: `agent PORT`. Ends when the port closes. */

import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { LineCutter } from '../lines.js';
import { LocalSite } from '../localsite.js';
import type { Line, Task } from '../site.js';
import type { Order, Report } from './orders.js';

/** Performs orders on the site, and reports. */
class Agent {
  readonly #site: LocalSite;
  readonly #report: (report: Report) => void;
  readonly #tasks = new Map<number, Task>();

  constructor(site: LocalSite, report: (report: Report) => void) {
    this.#site = site;
    this.#report = report;
  }

  async take(order: Order): Promise<void> {
    try {
      this.#report({ id: order.id, answer: (await this.#perform(order)) ?? null });
    } catch (error) {
      this.#report({ id: order.id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #perform(order: Order): Promise<unknown> {
    const site = this.#site;
    switch (order.order) {
      case 'now':
        return site.now();
      case 'addHost':
        return site.addHost(...order.args);
      case 'powerOn':
        return site.powerOn(...order.args);
      case 'powerOff':
        return site.powerOff(...order.args);
      case 'unplug':
        return site.unplug(...order.args);
      case 'plug':
        return site.plug(...order.args);
      case 'run':
        return site.run(...order.args);
      case 'put':
        return site.put(...order.args);
      case 'readNet':
        return site.readNet(...order.args);
      case 'start': {
        const [host, argv, entry] = order.args;
        return this.#keep(order.id, site.start(host, argv, this.#lines(order.id), entry));
      }
      case 'follow':
        return this.#keep(order.id, site.follow(...order.args, this.#lines(order.id)));
      case 'write':
        this.#tasks.get(order.args[0])?.write(order.args[1]);
        return Promise.resolve(null);
      case 'stop':
        return this.#tasks.get(order.args[0])?.stop() ?? Promise.resolve(null);
    }
  }

  #lines(task: number): (line: Line) => void {
    return (line) => this.#report({ task, line });
  }

  async #keep(id: number, starting: Promise<Task>): Promise<null> {
    const task = await starting;
    this.#tasks.set(id, task);
    void task.ended.then((ended) => {
      this.#tasks.delete(id);
      this.#report({ task: id, ended });
    });
    return null;
  }
}

/** The guest's first script says on standard input when the kernel's modules are loaded. */
async function modulesLoaded(): Promise<void> {
  for await (const chunk of process.stdin) if (String(chunk).includes('modules')) return;
}

async function main(port: string): Promise<void> {
  // A virtio port can be opened once only, so both directions share a descriptor.
  const fd = openSync(port, 'r+');
  const output = createWriteStream(port, { fd, autoClose: false });
  const report = (report: Report): void => {
    output.write(`${JSON.stringify(report)}\n`);
  };
  await modulesLoaded();
  const agent = new Agent(await LocalSite.open({ disposable: true }), report);
  const cutter = new LineCutter((line) => void agent.take(JSON.parse(line) as Order));
  createReadStream(port, { fd, autoClose: false })
    .on('data', (chunk) => cutter.push(Buffer.from(chunk)))
    .on('close', () => process.exit(0));
  report({ ready: true });
}

await main(process.argv[2] ?? '');
