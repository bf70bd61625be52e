/** The block of lines that shows the cluster live; pure. */

import { printTable } from './ipvstable.js';
import type { NodeView, Scene } from './scene.js';

/** Signs for a state; colour where the terminal has it. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
}

export const PLAIN: Paint = { good: (t) => t, bad: (t) => t, strong: (t) => t };

export const COLOUR: Paint = {
  good: (text) => `\u001b[32m${text}\u001b[0m`,
  bad: (text) => `\u001b[31m${text}\u001b[0m`,
  strong: (text) => `\u001b[1m${text}\u001b[0m`,
};

/** `eth0 up  /dev/ttyS0 up  group1 up`: what the node hears, by medium. */
function links(node: NodeView, paint: Paint): string {
  const words = [...node.links]
    .map(([name, state]) => ({ medium: name.slice(name.indexOf(':') + 1), state }))
    .sort((a, b) => (a.medium < b.medium ? -1 : 1))
    .map(({ medium, state }) => {
      const text = `${medium} ${state}`;
      return state === 'up' ? paint.good(text) : paint.bad(text);
    });
  return words.join('  ');
}

/** One line for a node. */
export function nodeLine(node: NodeView, paint: Paint): string {
  const name = node.name.padEnd(13);
  if (!node.power) return `${name} ${paint.bad('power off')}`;
  const status = `heartbeat ${node.status}`.padEnd(18);
  const cable = node.cable ? '' : paint.bad('cable pulled  ');
  const address = node.holds ? paint.strong('  HOLDS 192.168.136.10') : '';
  return `${name} ${status} ${cable}${links(node, paint)}${address}`;
}

const NAMES: Readonly<Record<string, string>> = {
  '192.168.136.11:80': 'loadbalancer',
  '192.168.136.12:80': 'backup',
  '192.168.136.101:80': 'real1',
  '192.168.136.102:80': 'real2',
  '192.168.136.103:80': 'real3',
  '127.0.0.1:80': 'fallback',
};

/** How many answers of the last second a server gave, as a number and a bar. */
function share(answers: Readonly<Record<string, number>>, name: string): string {
  const count = answers[name] ?? 0;
  return `${name.padEnd(13)} ${String(count).padStart(3)}/s ${'#'.repeat(Math.min(count, 40))}`;
}

/** The whole block. */
export function view(scene: Scene, title: string, paint: Paint, kernel: boolean): string[] {
  const second = scene.second;
  const answers = second?.answers ?? {};
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const failed = second?.failures ?? 0;
  const lines = [paint.strong(title), ...scene.nodes.map((node) => nodeLine(node, paint))];
  const source = kernel ? 'kernel IPVS table' : 'recorded IPVS table';
  const rate = second === undefined ? '' : `   requests: ${total}/s answered, ${failed}/s failed`;
  lines.push(`${source}${scene.tableOf === '' ? '' : ` of ${scene.tableOf}`}${rate}`);
  const listed = new Set<string>();
  for (const service of scene.table) {
    const [head = '', ...servers] = printTable([service]);
    lines.push(head);
    servers.forEach((line, index) => {
      const name = NAMES[service.servers[index]?.address ?? ''] ?? '';
      listed.add(name);
      lines.push(`${line.padEnd(62)} ${share(answers, name)}`);
    });
  }
  for (const name of Object.keys(answers).filter((one) => !listed.has(one))) {
    lines.push(`${' '.repeat(62)} ${share(answers, name)}`);
  }
  return lines;
}
