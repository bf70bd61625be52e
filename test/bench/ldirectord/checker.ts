/**
 * Makes checks as the daemon makes them, as many as one processor can: `checker.js PORT COUNT
 * http|connect` prints how many a second, by the clock and by the processor time that was used.
 */
import type { CheckSpec } from 'ts-ldirectord/checks/check';
import { Checks } from 'ts-ldirectord/checks/checks';
import { receivePattern } from 'ts-ldirectord/config/receive';
import { keepHeapSmall } from 'ts-ldirectord/smallheap';

/** At the same time: enough that there is always one that can go on. */
const CONCURRENT = 20;
/** The code is compiled by then. */
const WARM_UP = 5000;

const [, , port, words, kind] = process.argv;
const count = Number(words);
const receive = receivePattern('Test Page');
if (typeof receive === 'string') throw new Error(receive);
const where = { address: '127.0.0.1', port: Number(port), timeout: 3000 };

const spec: CheckSpec =
  kind === 'connect'
    ? { kind, ...where }
    : {
        kind: 'negotiate',
        service: 'http',
        protocol: 'tcp',
        ...where,
        request: '/test.html',
        url: `http://127.0.0.1:${port}/test.html`,
        method: 'GET',
        receive,
        ...{ login: '', password: '', database: '', secret: '' },
      };

keepHeapSmall();
const checks = new Checks();
let run = 0;

function make(number: number): Promise<void> {
  let left = number;
  return new Promise((resolve, reject) => {
    let waiting = 0;
    const next = (): void => {
      if (left === 0) {
        if (waiting === 0) resolve();
        return;
      }
      left -= 1;
      waiting += 1;
      run += 1;
      checks.begin(run, spec, ({ up, message }) => {
        waiting -= 1;
        if (!up) return reject(new Error(message));
        next();
      });
    };
    for (let beside = 0; beside < CONCURRENT; beside += 1) next();
  });
}

await make(WARM_UP);
const [begun, used] = [performance.now(), process.cpuUsage()];
await make(count);
const [ms, { user, system }] = [performance.now() - begun, process.cpuUsage(used)];
const byClock = (1000 * count) / ms;
const byProcessorTime = (1e6 * count) / (user + system);
console.log(JSON.stringify({ byClock, byProcessorTime }));
