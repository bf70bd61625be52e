/** All stories, by the names of their recordings. */

import { clients } from './clients.js';
import { connectivity } from './connectivity.js';
import { failures } from './failures.js';
import { losses } from './losses.js';
import { requests } from './requests.js';
import { starts } from './starts.js';
import type { Stories } from './story.js';

export const STORIES: Stories = {
  ...starts,
  ...losses,
  ...requests,
  ...failures,
  ...connectivity,
  ...clients,
};
