/** All rows. */
import { AUTHKEYS } from './authkeys.fixture.js';
import { CLIENTS } from './clients.fixture.js';
import { DIRECTIVES } from './directives.fixture.js';
import { HARESOURCES } from './haresources.fixture.js';
import { MEDIA } from './media.fixture.js';
import type { Row } from './row.fixture.js';
import { MISSING, WHOLE } from './whole.fixture.js';

export const ROWS: readonly Row[] = [
  ...DIRECTIVES,
  ...CLIENTS,
  ...MEDIA,
  ...WHOLE,
  ...AUTHKEYS,
  ...HARESOURCES,
  ...MISSING,
];
