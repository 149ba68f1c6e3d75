import { CONSUMERS_PART } from './consumers';
import { DEAD_LETTERS_PART } from './dead-letters';
import { DISKS_PART } from './disks';
import { PROCESSES_PART } from './processes';
import { PUBLISHERS_PART } from './publishers';
import { SERVICES_PART } from './services';

/** Health parts of the product as a whole, in display order while all are ok; other contexts plug in theirs between them. */
export const PARTS = [PUBLISHERS_PART, PROCESSES_PART, SERVICES_PART, CONSUMERS_PART, DEAD_LETTERS_PART, DISKS_PART];
