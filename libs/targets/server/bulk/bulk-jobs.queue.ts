/** Name of the BullMQ queue, without the installation's prefix. Its jobs are wake-ups without data: the table `bulk_job` is the truth. */
export const BULK_JOBS_QUEUE = 'targets-bulk-jobs';
