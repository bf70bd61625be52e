import { Cluster } from '../../lab/cluster.js';
import { recordedTable, tutorialFiles } from '../../lab/clusterfiles.js';
import { DIRECTORS } from '../../lab/lab.js';
import { openPair } from '../../lab/pair.js';
import { stack } from '../../lab/stack.js';
import { memoryOf } from './memory.js';

const programs = stack('ours', process.argv[2]);
const lab = await openPair(programs);
const files = {
  ...tutorialFiles({ keepalive: '100ms', deadtime: '2', warntime: '1', initdead: '5' }),
  ...recordedTable(),
};
for (const n of DIRECTORS)
  await lab.site.run(n, [
    'sh',
    '-c',
    'cp /usr/bin/node /usr/bin/.n && mv /usr/bin/.n /usr/bin/node',
  ]);
const cluster = await Cluster.open(lab, files);
await Promise.all(DIRECTORS.map((n) => cluster.start(n)));
await cluster.holding(DIRECTORS[0], true, 60000);
await cluster.settled(60000);
await new Promise((r) => setTimeout(r, 5000));
for (const n of DIRECTORS) {
  const rows = await memoryOf(lab.site, n);
  console.log(
    n,
    rows.reduce((s, r) => s + r.pssKb, 0),
  );
  console.table(rows);
}
console.log((await lab.site.run(DIRECTORS[0], ['sh', '-c', process.argv[3] ?? ':'])).stdout);
await cluster.close();
await lab.close();
process.exit(0);
