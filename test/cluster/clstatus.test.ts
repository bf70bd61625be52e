/**
 * Every sub-command of cl_status with good and bad words: the genuine program and ours, asking the
 * genuine daemon and ours, say the same and end with the same code. A clientstatus of another node
 * may come too late between genuine programs too: for that the answers must be of the same set.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Answer, answers, type Words } from './askings.js';
import { type Kind, type Kinds, title } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';
import { printTable } from './table.js';
import { Hosts, MEMBER, settleVisitors, WATCHER } from './visitors.js';

const START_LIMIT_MS = 90_000;
const [HOME, OTHER] = DIRECTORS;

/** Who answers; the first of them is the referee. */
const PAIRS: readonly Kinds[] = [
  ['C', 'C'],
  ['TS', 'C'],
  ['TS', 'TS'],
];
const KINDS: readonly Kind[] = ['C', 'TS'];

const PINGS = ['ping 192.168.136.1', 'ping_group group1 192.168.136.1 192.168.136.2'];
const IPFAIL = ['respawn root /usr/lib/heartbeat/ipfail', 'apiauth ipfail gid=root uid=root'];

function files(more: readonly string[]): ClusterFiles {
  return storyFiles({
    // No serial line: a genuine node takes one for dead now and then, and answers so.
    media: [MULTICAST, 'mcast eth1 225.0.0.1 694 1 0', ...PINGS, ...IPFAIL, ...more],
    timers: { keepalive: '250ms', deadtime: '10', warntime: '5', initdead: '10' },
    autoFailback: 'on',
  });
}

const NODES = [HOME, OTHER, 'group1', 'nosuch', OTHER.toUpperCase()];
const ABOUT_NODE = ['nodestatus', 'nodetype', 'nodeweight', 'nodesite', 'listhblinks'];
const LINKS = ['eth0', 'eth1', '/dev/ttyS0', 'group1', 'nosuch', ''];
const PARAMETERS = [
  ...['keepalive', 'deadtime', 'deadping', 'udpport', 'baud', 'logfile', 'auto_failback', 'node'],
  ...['hopfudge', 'realtime', 'hbgenmethod', 'crm', 'pacemaker', 'hbversion', 'nosuch', ''],
];

const lines = (text: string): readonly Words[] =>
  text.split('\n').map((line) => (line === '' ? [] : line.split(' ')));

/** With exactly one right answer. */
const QUESTIONS: readonly Words[] = [
  ...lines(`
-h
-h hbstatus
--help
help
-m
bogus
--
hbstatus
hbstatus -m
hbstatus -v
hbstatus -mv
hbstatus -x
hbstatus -m -v extra
listnodes
listnodes -m
listnodes -n
listnodes -p
listnodes -np
listnodes -v
listnodes -mnv
listnodes -pv extra
listnodes -h
listnodes -mx
listnodes --
listnodes --help
rscstatus
rscstatus -m
rscstatus -x
rscstatus extra
test
test -x
hbparameter
hbparameter keepalive
hbparameter -p
hbparameter -m -p keepalive
hbparameter -mpkeepalive
hbparameter -p keepalive -p deadtime
hbparameter -p keepalive extra -m
hbparameter -m -p nosuch
hbparameter -x -p keepalive
hblinkstatus
hblinkstatus -m ${OTHER} eth0
hblinkstatus ${OTHER} -m eth0 extra
hblinkstatus -m nosuch eth0
hblinkstatus ${OTHER}
hblinkstatus -v ${OTHER} eth0
clientstatus
clientstatus ${HOME}
clientstatus -v ${HOME} x
clientstatus -m ${HOME} ipfail
clientstatus ${HOME} ipfail
clientstatus ${HOME} nosuch
clientstatus ${HOME} nosuch -5
clientstatus ${HOME} ipfail 2000 extra
clientstatus nosuch ipfail
clientstatus group1 ipfail
clientstatus 192.168.136.1 ipfail -m
clientstatus ${HOME.toUpperCase()} ipfail 3000`),
  ...ABOUT_NODE.flatMap((name) => [
    ...NODES.map((node) => [name, node]),
    ...[[], ['-m'], ['-m', OTHER], [OTHER, '-m'], ['-v', OTHER], ['-x', OTHER]].map((words) => [
      name,
      ...words,
    ]),
    ...[
      ['-m', 'nosuch'],
      [OTHER, 'extra'],
      ['-m', '--', 'group1'],
    ].map((words) => [name, ...words]),
  ]),
  ...[HOME, OTHER].flatMap((node) => LINKS.map((link) => ['hblinkstatus', node, link])),
  ['hblinkstatus', 'group1', 'group1'],
  ['nodestatus', ''],
  ...PARAMETERS.map((name) => ['hbparameter', '-p', name]),
];

/** Whose answer may come too late. */
const RACES: readonly Words[] = lines(`clientstatus ${OTHER} ipfail
clientstatus ${OTHER} nosuch
clientstatus ${OTHER} ipfail 100
clientstatus -m ${OTHER} ipfail
clientstatus ${HOME} ipfail 0
clientstatus ${HOME} nosuch abc
clientstatus group1 ipfail 0`);
const LATE = 'No timely response.';
/** How often each is asked. */
const TURNS = 2;
/** With time enough, unless the machine is busy: asked until the answer is in time. */
const PATIENT: readonly Words[] = lines(`clientstatus ${OTHER} ipfail 4500
clientstatus ${OTHER} nosuch 4500`);

/** What other users ask, and what is asked when nobody answers. */
const FEW: readonly Words[] = lines(`hbstatus
hbstatus -v
hbstatus -x
listnodes
listnodes -v
nodestatus ${OTHER}
nodestatus nosuch
listhblinks ${OTHER}
hblinkstatus ${OTHER} eth0
rscstatus -m
hbparameter -p keepalive
clientstatus group1 ipfail
nodestatus
bogus
-h`);

interface Bench {
  readonly kinds: Kinds;
  readonly pair: Pair;
  readonly cluster: Cluster;
}

/** One program asking one daemon as one user. */
interface Case {
  readonly daemon: string;
  readonly program: Kind;
  readonly who: string;
  readonly answers: readonly Answer[];
}

let hosts: Hosts;
const benches: Bench[] = [];

before(async () => {
  hosts = new Hosts();
  await Promise.all(
    PAIRS.map(async (kinds, n) => {
      const pair = await openPair(hosts.pair(kinds), { secondNetwork: true });
      const cluster = await Cluster.open(pair, files([]));
      benches[n] = { kinds, pair, cluster };
      await settleVisitors(cluster);
    }),
  );
});

after(async () => {
  await Promise.all(benches.map(({ cluster }) => cluster.close()));
  await Promise.all(benches.map(({ pair }) => pair.close()));
  hosts.dispose();
});

async function start(change: readonly string[]): Promise<void> {
  const changed = files(change);
  const path = '/etc/ha.d/ha.cf';
  await Promise.all(
    benches.map(async ({ cluster }) => {
      const since = cluster.feed.mark;
      for (const node of DIRECTORS) {
        const file = changed[path];
        if (file !== undefined) await cluster.lab.site.put(node, path, file.text, file.mode);
      }
      await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
      await cluster.called(HOME, 'ldirectord start', since, START_LIMIT_MS);
      await cluster.settled(START_LIMIT_MS);
      for (const node of DIRECTORS) await ipfailIsThere(cluster, node);
    }),
  );
}

/** ipfail signs on a moment after its daemon has become active. */
async function ipfailIsThere(cluster: Cluster, node: Director): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    const [answer] = await answers(cluster.lab.site, node, 'C', [['clientstatus', node, 'ipfail']]);
    if (answer?.stdout === 'online\n') return;
    assert.ok(performance.now() < deadline, `no ipfail on ${node}: ${answer?.stderr}`);
  }
}

/** Asks every daemon on a node with both programs; the referees come first. */
async function ask(
  node: Director,
  questions: readonly Words[],
  user?: string,
  skipped: (bench: Bench, program: Kind) => boolean = () => false,
): Promise<readonly Case[]> {
  const askOne = async (bench: Bench): Promise<readonly Case[]> => {
    const { kinds, pair } = bench;
    const programs = KINDS.filter((program) => !skipped(bench, program));
    const daemon = `${title(kinds)} on ${node}`;
    const cases: Case[] = [];
    // One after the other: an answer that takes five seconds does not come.
    for (const program of programs) {
      const given = await answers(pair.site, node, program, questions, user);
      cases.push({ daemon, program, who: user ?? 'root', answers: given });
    }
    return cases;
  };
  return (await Promise.all(benches.map(askOne))).flat();
}

function shown({ code, stdout, stderr }: Answer): string {
  return `exit ${code}\n    ${`${stdout}${stderr}`.trimEnd().replaceAll('\n', '\n    ')}`;
}

/** Prints a row for each case, and every difference from the first. */
function judge(name: string, questions: readonly Words[], cases: readonly Case[]): void {
  const [referee] = cases;
  const differences: string[] = [];
  const rows = cases.map(({ daemon, program, who, answers: given }) => {
    const wrong = questions.filter((words, n) => {
      const expected = referee?.answers[n];
      const answer = given[n];
      if (expected === undefined || answer === undefined) return true;
      if (shown(expected) === shown(answer)) return false;
      differences.push(
        `cl_status ${words.join(' ')} (${program} asks ${daemon} as ${who})\n` +
          `  - ${shown(expected)}\n  + ${shown(answer)}`,
      );
      return true;
    });
    return [daemon, program, who, String(questions.length), String(wrong.length)];
  });
  printTable(name, ['daemon', 'cl_status', 'user', 'asked', 'different'], rows);
  if (differences.length > 0) console.log(differences.join('\n'));
  assert.deepEqual(differences, []);
}

test('every sub-command says the same whoever asks whom', async () => {
  await start([]);
  for (const node of DIRECTORS) {
    // The other node has the same code; asking there shows that nothing depends on the place.
    const questions = node === HOME ? QUESTIONS : FEW;
    judge(`cl_status on ${node}`, questions, await ask(node, questions));
  }
});

test('clientstatus of another node gives one of the same answers', async () => {
  const turns = Array.from({ length: TURNS }, (_, turn) => turn);
  const cases = await ask(
    HOME,
    turns.flatMap(() => RACES),
  );
  for (const [n, words] of RACES.entries()) {
    const right = words.includes('nosuch') || words.includes('group1') ? 'offline' : 'online';
    const rows = cases.map(({ daemon, program, answers: given }) => {
      const told = turns.map((turn) => {
        const answer = given[n + turn * RACES.length];
        const late = answer?.stderr.includes(LATE) === true && answer.stdout === '';
        if (late) assert.equal(answer?.code, 13);
        else assert.equal(answer?.stdout, `${right}\n`);
        return late ? 'late' : right;
      });
      return [daemon, program, told.join(' ')];
    });
    printTable(`cl_status ${words.join(' ')}`, ['daemon', 'cl_status', 'answers'], rows);
  }
});

test('clientstatus of another node is told when there is time', async () => {
  for (const words of PATIENT) {
    const right = words.includes('nosuch') ? 'offline' : 'online';
    const deadline = performance.now() + START_LIMIT_MS;
    let waiting: readonly string[] = ['nobody asked'];
    while (waiting.length > 0) {
      assert.ok(performance.now() < deadline, `${words.join(' ')}: ${waiting.join('; ')}`);
      const cases = await ask(HOME, [words]);
      waiting = cases.flatMap(({ daemon, program, answers: [answer] }) => {
        if (answer?.stdout === `${right}\n`) return [];
        assert.ok(answer?.stderr.includes(LATE), `${answer?.stdout}${answer?.stderr}`);
        return [`${program} asks ${daemon}`];
      });
    }
  }
});

test('other users are told the same', async () => {
  // Who may not enter the genuine daemon's directory needs the genuine, set-group-id, program.
  const shutOut = ({ kinds }: Bench, program: Kind): boolean =>
    kinds[0] === 'C' && program === 'TS';
  judge('as anybody', FEW, await ask(HOME, FEW, WATCHER.name, shutOut));
  judge('as a member of haclient', FEW, await ask(HOME, FEW, MEMBER.name));
});

test('nobody answers when the daemon is stopped', async () => {
  await Promise.all(
    benches.map(({ cluster }) => Promise.all(DIRECTORS.map((node) => cluster.stop(node)))),
  );
  judge('stopped', FEW, await ask(HOME, FEW));
  judge('stopped, as a member of haclient', FEW, await ask(HOME, FEW, MEMBER.name));
});

test('a user who is not authorised is refused', async () => {
  await start(['apiauth anon uid=root']);
  judge('refused', FEW, await ask(HOME, FEW, MEMBER.name));
  judge('root may ask', FEW, await ask(HOME, FEW));
});
