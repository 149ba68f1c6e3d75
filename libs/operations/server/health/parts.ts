import { AGENTS_PART } from './agents';
import { CONSUMERS_PART } from './consumers';
import { DEAD_LETTERS_PART } from './dead-letters';
import { DISKS_PART } from './disks';
import { HISTORY_PART } from './history';
import { PROCESSES_PART } from './processes';
import { PUBLISHERS_PART } from './publishers';
import { SERVICES_PART } from './services';
import { SHARDS_PART } from './shards';
import { STATUSES_PART } from './statuses';

/** Those that belong to no context, in the order in which they are shown while all are well: along the way of a result. */
export const PARTS = [
  SHARDS_PART,
  STATUSES_PART,
  PUBLISHERS_PART,
  AGENTS_PART,
  PROCESSES_PART,
  SERVICES_PART,
  CONSUMERS_PART,
  DEAD_LETTERS_PART,
  HISTORY_PART,
  DISKS_PART,
];
