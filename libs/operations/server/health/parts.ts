import { AGENTS_PART } from './agents';
import { ASSIGNMENT_PART } from './assignment';
import { CONSUMERS_PART } from './consumers';
import { DEAD_LETTERS_PART } from './dead-letters';
import { DISKS_PART } from './disks';
import { HISTORY_PART } from './history';
import { PROCESSES_PART } from './processes';
import { PUBLISHERS_PART } from './publishers';
import { SERVICES_PART } from './services';
import { SHARDS_PART } from './shards';
import { STATUSES_PART } from './statuses';
import { UNCOUNTED_PART } from './uncounted';

/** In the order in which they are shown while all are well: along the road of a result. */
export const PARTS = [
  SHARDS_PART,
  STATUSES_PART,
  PUBLISHERS_PART,
  AGENTS_PART,
  ASSIGNMENT_PART,
  UNCOUNTED_PART,
  PROCESSES_PART,
  SERVICES_PART,
  CONSUMERS_PART,
  DEAD_LETTERS_PART,
  HISTORY_PART,
  DISKS_PART,
];
