/** Rows about the check of haresources at the start. */
import { error, type Row } from './row.fixture.js';

const resources = (title: string, haresources: string | null, ...says: string[]): Row => ({
  title: `haresources: ${title}`,
  haresources,
  exit: says.length === 0 ? 0 : 6,
  says,
});
const badNode = (name: string): string => error(`Bad nodename in /etc/ha.d//haresources [${name}]`);
export const advice = (path: string): readonly string[] => [
  `info: An annotated sample ${path} file is provided in the documentation.`,
  `info: Please copy it to ${path}, read it, customize it, and try again.`,
];

export const HARESOURCES: readonly Row[] = [
  resources(
    'missing',
    null,
    error('Cannot open resources file [/etc/ha.d//haresources]'),
    ...advice('/etc/ha.d//haresources'),
  ),
  resources('bad nodes', 'nosuch a\nother b\n', badNode('nosuch')),
  resources('comment behind the node', 'loadbalancer#x a\n', badNode('loadbalancer#x')),
  resources('comment in a continuation', 'loadbalancer a \\\n# x\nweb\n', badNode('web')),
  resources('blank behind the backslash', 'loadbalancer a \\ \nweb\n', badNode('web')),
  resources('continuation with CR', 'backup a \\\r\nweb\r\n', badNode('web')),
  resources('continued comment', '# a \\\nbar b\n', badNode('bar')),
  resources('a backslash alone', '\\\nloadbalancer a\n', badNode('\\')),
  resources('empty', ''),
  resources('a node alone', 'loadbalancer'),
  resources('case, comments, blanks', '  # x\n\n\tLoadBalancer a\f\r\n'),
  resources('continuation', 'loadbalancer a \\\n  b \\\n# c \\\nweb\nbackup x\\'),
  resources('comment that ends in a backslash', 'loadbalancer a # \\\nnot looked at\n'),
];
