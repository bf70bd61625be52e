/** Certificates for tests: an authority, and servers that it has signed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Signed {
  readonly key: string;
  readonly cert: string;
}

/** An authority in a folder of its own. */
export class Authority {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'authority-'));
  /** Its certificate as a file. */
  readonly file = path.join(this.#folder, 'ca.pem');

  constructor() {
    this.#openssl('req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority', [
      ...['-keyout', 'ca.key', '-out', 'ca.pem'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE'],
    ]);
  }

  get certificate(): string {
    return readFileSync(this.file, 'latin1');
  }

  /** A certificate for these, such as `DNS:www.example.test` or `IP:127.0.0.1`. */
  sign(names: string): Signed {
    const request =
      'req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr';
    this.#openssl(request, []);
    writeFileSync(path.join(this.#folder, 'names'), `subjectAltName=${names}\n`);
    const sign = 'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2';
    this.#openssl(sign, ['-extfile', 'names', '-out', 'server.pem']);
    const read = (name: string) => readFileSync(path.join(this.#folder, name), 'latin1');
    return { key: read('server.key'), cert: read('server.pem') };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(words: string, more: readonly string[]): void {
    execFileSync('openssl', [...words.split(' '), ...more], { cwd: this.#folder, stdio: 'ignore' });
  }
}
