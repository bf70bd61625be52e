/** Alerts by mail beside the genuine program: the same header and body, to each recipient. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TakenMail } from 'ts-ldirectord/notify/mailserver.fixture';
import { BOX, IPVSADM } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';

const PLAY = fileURLToPath(new URL('./mailplay.js', import.meta.url));
const GENUINE = '/usr/sbin/ldirectord';
const LIMIT_MS = 120_000;

const { program, dispose } = underTest();
after(dispose);

const TO = 'admin@example.com, b@example.com';
const VIRTUAL = `virtual=10.255.0.1:80
\treal=10.0.0.1:80 gate
\tservice=http
\trequest="test.html"
\treceive="Test Page"
`;
const GLOBALS = 'checktimeout=1\ncheckinterval=1\nquiescent=yes\nemailalertfreq=1\n';

async function mails(ldirectord: string, configuration: string): Promise<readonly TakenMail[]> {
  const words = [process.execPath, IPVSADM, process.execPath, PLAY, ldirectord, configuration];
  const child = spawn(BOX, words, { timeout: LIMIT_MS, killSignal: 'SIGKILL' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** One mail of each kind, said while the daemon runs or stops. */
function kinds(all: readonly TakenMail[]): Map<string, TakenMail> {
  const later = all.filter(({ body }) => !/^Daemon-Status: (?:starting|reloading)$/m.test(body));
  const word = ({ header }: TakenMail) =>
    /(?:Quiescent|Inaccessible|Restored|Purged)/.exec(header.Subject ?? '')?.[0] ?? 'none';
  return new Map(later.map((mail) => [word(mail), mail]));
}

/** Compares mail by mail; `Date` and `Message-ID` are left to sendmail, and missing in the genuine. */
async function compare(configuration: string): Promise<ReadonlyMap<string, TakenMail>> {
  const theirs = kinds(await mails(GENUINE, configuration));
  const ours = kinds(await mails(program[0], configuration));
  assert.ok(theirs.size >= 4);
  for (const [kind, { header, body, from }] of theirs) {
    const own = ours.get(kind);
    const { Date: _, 'Message-ID': __, ...rest } = own?.header ?? {};
    assert.deepEqual(
      { header: rest, body: own?.body, from: own?.from },
      { header, body, from },
      kind,
    );
  }
  return ours;
}

test('to a mail server, with a name and a comment', async () => {
  const details = '\tservicename=Web Shop\n\tcomment=call Joe\n';
  const whom = `smtp=localhost\nemailalert="${TO}"\n`;
  const ours = await compare(`${GLOBALS}${whom}${VIRTUAL}${details}`);
  for (const { recipients, header } of ours.values()) {
    assert.deepEqual(recipients, ['admin@example.com', 'b@example.com']);
    assert.match(header.Date ?? '', /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/);
  }
});

test('to sendmail, from someone, as the virtual says', async () => {
  const from = 'emailalertfrom="ldirectord Alerts" <alerts@example.com>\n';
  await compare(`${GLOBALS}${from}${VIRTUAL}\temailalert=${TO}\n`);
});
