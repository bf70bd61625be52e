/** The test's end of the agent: datagrams out and in. */
import { Feed } from '../lab/feed.js';
import type { LocalSite } from '../lab/localsite.js';
import { hostProgram } from '../lab/place.js';
import type { Task } from '../lab/site.js';
import { AGENT_HOST } from './places.js';

const PROGRAM = hostProgram('wire', 'agent.js');

/** How long the agent may take to join a group. */
const LIMIT_MS = 20_000;

export class Agent {
  readonly #said = new Feed<string>((line) => line.slice(0, 60));
  readonly #ears = new Map<string, (bytes: Uint8Array) => void>();
  #task: Task | undefined;

  /** Starts the agent in its host, which is there already. */
  static async open(site: LocalSite): Promise<Agent> {
    const agent = new Agent();
    agent.#task = await site.start(AGENT_HOST, [process.execPath, PROGRAM], ({ from, text }) => {
      if (from === 'err') console.error(`agent: ${text}`);
      const [word, group = '', hex = ''] = text.split(' ');
      if (word === 'heard') agent.#ears.get(group)?.(Buffer.from(hex, 'hex'));
      else agent.#said.add(text);
    });
    return agent;
  }

  /** Hands over every datagram of a group from now on. */
  async join(group: string, ear: (bytes: Uint8Array) => void): Promise<void> {
    this.#ears.set(group, ear);
    this.#task?.write(`join ${group}\n`);
    const line = `joined ${group}`;
    await this.#said.until((said) => said === line, line, { since: 0, limitMs: LIMIT_MS });
  }

  send(group: string, bytes: Uint8Array): void {
    this.#task?.write(`send ${group} ${Buffer.from(bytes).toString('hex')}\n`);
  }
}
