/** Name of the BullMQ queue, without the installation's prefix. Its jobs are wake-ups without data: the rows of sources and runs are the truth. */
export const SOURCE_RUNS_QUEUE = 'targets-inventory-sources';
