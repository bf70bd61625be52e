/** The Perl of this machine as the referee: which texts it finds a pattern in, as bytes. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Reads a line of a pattern and texts in hex; answers one digit for each text, or `invalid`. */
const REFEREE = `
  no warnings;
  $| = 1;
  while (my $line = <STDIN>) {
    chomp $line;
    my ($pattern, @texts) = map { pack "H*", $_ } split / /, $line, -1;
    my $found = eval { join "", map { $_ =~ /$pattern/ ? 1 : 0 } @texts };
    print defined $found ? $found : "invalid", "\\n";
  }
`;

export class Perl {
  readonly #child = spawn('perl', ['-e', REFEREE], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();

  /**
   * One digit for each text, 1 where the pattern is found in it; `invalid` for a pattern that Perl
   * refuses. One question at a time. An empty pattern would mean the last one.
   */
  async finds(pattern: string, texts: readonly string[]): Promise<string> {
    const words = [pattern, ...texts].map((word) => Buffer.from(word, 'latin1').toString('hex'));
    this.#child.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`perl has ended at ${pattern}`);
    return value;
  }

  close(): void {
    this.#child.stdin.end();
  }
}
