/** The ldirectord under test: ours from a staged tree, or with TS_HEARTBEAT_STACK=genuine Debian's. */
import { stack, stackName } from '../lab/stack.js';
import type { Program } from './box.js';

export interface UnderTest {
  readonly genuine: boolean;
  readonly program: Program;
  /** Removes what was made for it. */
  dispose(): void;
}

/** Debian's, which the box finds as it is. */
export const GENUINE: Program = ['/usr/sbin/ldirectord'];

export function underTest(): UnderTest {
  const { name, layers, dispose } = stack(stackName(process.env.TS_HEARTBEAT_STACK));
  const genuine = name === 'genuine';
  return { genuine, program: [`${genuine ? '' : layers[0]}/usr/sbin/ldirectord`], dispose };
}
