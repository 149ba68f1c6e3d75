import { CONSUMERS_PART } from './consumers';
import { DEAD_LETTERS_PART } from './dead-letters';
import { DISKS_PART } from './disks';
import { PROCESSES_PART } from './processes';
import { PUBLISHERS_PART } from './publishers';
import { SERVICES_PART } from './services';

/** Those of the product as a whole, in the order in which they are shown while all are well; contexts plug theirs in between. */
export const PARTS = [PUBLISHERS_PART, PROCESSES_PART, SERVICES_PART, CONSUMERS_PART, DEAD_LETTERS_PART, DISKS_PART];
