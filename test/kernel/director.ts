/** A host that runs ldirectord, as an operator sees it: its commands, its log, the kernel's table. */

import assert from 'node:assert/strict';
import type { Outcome, Site } from '../lab/site.js';
import { addThresholds, type Rules, readRules, restoring, unlike } from './rules.js';
import { readWeights } from './watch.js';

const FILE = '/etc/ha.d/ldirectord.cf';
const PID_FILE = '/var/run/ldirectord.ldirectord.pid';
const LOG = '/var/log/ldirectord.log';

/** Of the machine that runs the virtual one, which may be busy. */
const TABLE_LIMIT_MS = 180_000;
/** Of the virtual machine. */
const COMMAND_LIMIT_MS = 300_000;
/** From one look at /proc/net/ip_vs to the next: it starts no program. */
const LOOK_EVERY_MS = 200;
/** From one look by ipvsadm to the next, when /proc/net/ip_vs, which has no thresholds, is still. */
const CALL_EVERY_MS = 5000;

export interface Director {
  write(text: string): Promise<void>;
  /** `ldirectord VERB`. */
  command(verb: string): Promise<Outcome>;
  /** Sends the daemon a signal. */
  signal(name: string): Promise<void>;
  /** A command line on the host, which must succeed. */
  sh(script: string): Promise<string>;
  table(): Promise<Rules>;
  /** Makes a table by hand. */
  restore(rules: Rules): Promise<void>;
  /** Waits until the table is that one. */
  shows(wanted: Rules): Promise<void>;
  /** The end of the daemon's log. */
  log(): Promise<string>;
}

export function openDirector(site: Site, host: string): Director {
  const sh = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await site.run(host, ['sh', '-c', script]);
    assert.equal(code, 0, `${host}: ${script}: ${stderr}`);
    return stdout;
  };
  const table = async (): Promise<Rules> => {
    const text = await sh('ipvsadm -S -n && echo && ipvsadm -L -n --thresholds');
    const [rules = '', list = ''] = text.split(/^$/m);
    return addThresholds(readRules(rules), list);
  };
  const log = (): Promise<string> => sh(`tail -n 40 ${LOG}`);
  return {
    sh,
    table,
    restore: async (rules) => {
      const { stderr } = await site.run(host, ['ipvsadm', '-R'], { stdin: restoring(rules) });
      assert.equal(stderr, '');
    },
    log,
    write: (text) => site.put(host, FILE, text),
    command: (verb) => site.run(host, ['ldirectord', verb], { timeoutMs: COMMAND_LIMIT_MS }),
    signal: async (name) => {
      await sh(`kill -${name} $(cat ${PID_FILE})`);
    },
    shows: async (wanted) => {
      const deadline = performance.now() + TABLE_LIMIT_MS;
      for (let called = Number.NEGATIVE_INFINITY, before = ''; ; ) {
        const now = performance.now();
        const text = JSON.stringify(readWeights(await site.readNet(host, 'ip_vs')));
        if (text !== before || now - called > CALL_EVERY_MS) {
          const different = unlike(wanted, await table());
          if (different.length === 0) return;
          if (now > deadline) {
            assert.fail(`the table of ${host}:\n${different.join('\n')}\n${await log()}`);
          }
          before = text;
          called = now;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
  };
}
