/** Name of the BullMQ queue, without the installation's prefix. Its jobs are wake-ups without data: the table `baseline_shard` is the truth. */
export const BASELINES_QUEUE = 'baselines';
/** NOTIFY channel of requests to calculate again. */
export const RECALCULATION_CHANNEL = 'baseline_job_accepted';
