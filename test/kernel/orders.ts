/** How a program of the lab takes orders: a line `NUMBER WORD REST` in, a line of JSON out. */

import { LineCutter } from '../lab/lines.js';

/** What a program does at a word; what it returns is the answer. */
export type Orders = Readonly<Record<string, (rest: string) => unknown>>;

/** Answers orders on standard input until that ends; says first that it is there. */
export function takeOrders(orders: Orders): void {
  const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  const take = async (line: string): Promise<void> => {
    const [, number = '', word = '', rest = ''] = /^(\d+) (\S+) ?(.*)$/.exec(line) ?? [];
    const answer = await orders[word]?.(rest);
    print({ id: Number(number), answer: answer ?? null });
  };
  const cutter = new LineCutter((line) => void take(line));
  process.stdin.on('data', (chunk) => cutter.push(chunk));
  process.stdin.on('end', () => process.exit(0));
  print({ id: 0, answer: null });
}
