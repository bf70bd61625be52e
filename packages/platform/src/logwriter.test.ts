/** Tests of the log writer: nothing is lost that could be written, and nobody waits for a disk. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BACKLOG_MAX, type LogTrouble, LogWriter } from './logwriter.js';

const PROGRAM = fileURLToPath(new URL('../../ts-heartbeat/scripts/logwriter', import.meta.url));
/** Far more than a busy machine needs for anything here. */
const LIMIT_MS = 60_000;
const MODULE = JSON.stringify(new URL('./logwriter.js', import.meta.url));

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'logwriter-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A writer whose troubles can be awaited. */
class Bench {
  readonly writer: LogWriter;
  readonly troubles: LogTrouble[] = [];
  #heard: () => void = () => undefined;

  constructor(t: TestContext, file: string) {
    const troubled = (trouble: LogTrouble): void => {
      this.troubles.push(trouble);
      this.#heard();
    };
    this.writer = new LogWriter({ path: file, program: PROGRAM, troubled });
    t.after(() => this.writer.close());
  }

  async until(kind: LogTrouble['kind']): Promise<LogTrouble> {
    for (const limit = performance.now() + LIMIT_MS; ; ) {
      assert.ok(performance.now() < limit, `no ${kind} in ${JSON.stringify(this.troubles)}`);
      const found = this.troubles.find((trouble) => trouble.kind === kind);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        // The writer itself keeps no process alive.
        const limit = setTimeout(resolve, 1000);
        this.#heard = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
  }
}

async function written(file: string, text: string): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!existsSync(file) || !readFileSync(file, 'utf8').includes(text)) {
    assert.ok(performance.now() < limit, `no ${text} in ${file}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const numbered = (lines: number): string =>
  Array.from({ length: lines }, (_, n) => `line ${n}\n`).join('');

test('lines are written as they are, in their order, before close returns', async (t) => {
  const file = path.join(folder(t), 'ha-log');
  const { writer, troubles } = new Bench(t, file);
  const lines = ['  a  b ', '\\n %s "$(id)" `id`', 'Áé€ \u{1f600}', '-n', '', 'two\nrows\t.'];
  for (const line of lines) writer.write(line);
  await writer.close();
  assert.equal(readFileSync(file, 'utf8'), `${lines.join('\n')}\n`);
  assert.deepEqual([troubles, writer.lost], [[], 0]);
});

for (const [end, lines] of [
  ['process.kill(process.pid, "SIGKILL")', 100],
  ['process.exit(0)', 1500],
  ['throw new Error("crash")', 1500],
] as const) {
  test(`all lines are in the file after ${end}`, async (t) => {
    const file = path.join(folder(t), 'ha-log');
    const script = `
      import { LogWriter } from ${MODULE};
      const writer = new LogWriter({ path: ${JSON.stringify(file)},
        program: ${JSON.stringify(PROGRAM)}, troubled: () => undefined });
      for (let n = 0; n < ${lines}; n++) writer.write('line ' + n);
      ${end};
    `;
    spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    await written(file, `line ${lines - 1}\n`);
    assert.equal(readFileSync(file, 'utf8'), numbered(lines));
  });
}

test('a disk that stands still holds nobody up, and what is given up is counted', async (t) => {
  const file = path.join(folder(t), 'ha-log');
  execFileSync('mkfifo', [file]);
  const bench = new Bench(t, file);
  const { writer } = bench;
  const before = performance.now();
  const lines = BACKLOG_MAX * 2;
  for (let n = 0; n < lines; n += 1) writer.write(`line ${n}`);
  assert.ok(performance.now() - before < 1000);
  assert.ok(writer.lost > 0);
  await bench.until('standing');
  const kept = lines - writer.lost;
  // Holds the FIFO open: every line is written by an opening of its own.
  const keep = 'exec 3<>"$0" && exec cat <&3';
  const cat = spawn('sh', ['-c', keep, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => cat.kill('SIGKILL'));
  const reader = createInterface({ input: cat.stdout });
  let next = 0;
  reader.on('line', (line) => {
    assert.equal(line, `line ${next}`);
    next += 1;
    if (next === kept) reader.emit('all');
  });
  await once(reader, 'all');
  assert.deepEqual(await bench.until('missing'), { kind: 'missing', lines: lines - kept });
  await bench.until('moving');
  assert.equal(writer.lost, lines - kept);
});

test('a writer that is killed is followed by another one', async (t) => {
  const file = path.join(folder(t), 'ha-log');
  const bench = new Bench(t, file);
  bench.writer.write('one');
  await written(file, 'one');
  process.kill(bench.writer.pid ?? 0, 'SIGKILL');
  await bench.until('ended');
  bench.writer.write('two');
  await written(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
});

test('a rotated file is left at once, a truncated one is filled from its beginning', async (t) => {
  const file = path.join(folder(t), 'ha-log');
  const { writer } = new Bench(t, file);
  writer.write('one');
  await written(file, 'one');
  renameSync(file, `${file}.1`);
  writer.write('two');
  await written(file, 'two');
  truncateSync(file, 0);
  writer.write('three');
  await writer.close();
  assert.deepEqual(
    [readFileSync(`${file}.1`, 'utf8'), readFileSync(file, 'utf8')],
    ['one\n', 'three\n'],
  );
});

test('a directory is never made; its lines are counted until it is there', async (t) => {
  const directory = path.join(folder(t), 'later');
  const file = path.join(directory, 'ha-log');
  const bench = new Bench(t, file);
  bench.writer.write('one');
  bench.writer.write('two');
  await bench.until('failing');
  assert.ok(!existsSync(directory));
  mkdirSync(directory);
  bench.writer.write('three');
  await written(file, 'three');
  const { lines } = { lines: 0, ...(await bench.until('missing')) };
  assert.ok(lines === 1 || lines === 2);
  await bench.writer.close();
});

test('on a full disk no line is torn for good', () => {
  const script = `
    exec 3>"$2"
    mount -t tmpfs -o size=64k none /mnt
    line() { head -c "$2" /dev/zero | tr '\\0' "$1"; echo; }
    { line x 61439 >/mnt/ballast; } 3>&-
    {
      line a 3000; line b 3000; line c 10; printf '\\001\\n'
      read -r go <"$3"
      echo d; printf '\\001\\n'
    } | sh "$1" /mnt/log >&3 &
    while ! grep -q done "$2"; do sleep 0.05; done
    rm /mnt/ballast
    echo go >"$3"
    wait
    cat /mnt/log
  `;
  const made = mkdtempSync(path.join(os.tmpdir(), 'logwriter-'));
  try {
    const [said, fifo] = [path.join(made, 'said'), path.join(made, 'fifo')];
    execFileSync('mkfifo', [fifo]);
    const flags = process.getuid?.() === 0 ? '-m' : '-Urm';
    const words = [flags, 'sh', '-c', script, 'sh', PROGRAM, said, fifo];
    const log = execFileSync('unshare', words, { encoding: 'utf8' });
    const answers = readFileSync(said, 'utf8');
    assert.match(answers, /^failing\n(again \d\n)?(failing\n)?done\nagain \d\ndone\n$/);
    assert.ok(log.startsWith(`${'a'.repeat(3000)}\n`));
    assert.ok(log.endsWith('\nd\n'));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
});
