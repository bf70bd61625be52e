/** What changes the digest of a run, and what does not. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Observation } from '../observation.js';
import { decisionDigest } from './digest.js';

const RUN: readonly Observation[] = [
  { at: 1, node: 'alpha', kind: 'begins', generation: 1, genuine: false, resumed: false },
  { at: 5, node: 'alpha', kind: 'declares', peer: 'beta', status: 'dead' },
  { at: 9, node: 'alpha', kind: 'says', status: 'active', resources: 'all' },
];

it('a step of the wall clock, and what is logged of it, is no decision', () => {
  const stepped: readonly Observation[] = [
    ...RUN.slice(0, 2),
    { at: 6, node: 'alpha', kind: 'wallStep', seconds: 3600 },
    { at: 6, node: 'alpha', kind: 'log', severity: 'info', text: 'It is later.' },
    ...RUN.slice(2),
  ];
  assert.equal(decisionDigest(stepped), decisionDigest(RUN));
});

it('another decision, another order or another instant is another digest', () => {
  const [, declared, said] = RUN;
  assert.ok(declared !== undefined && said !== undefined);
  const digests = [
    RUN,
    [said, declared],
    [declared, { ...said, at: 10 }],
    [declared, { ...said, node: 'beta' }],
    [declared],
  ].map(decisionDigest);
  assert.equal(new Set(digests).size, digests.length);
});
