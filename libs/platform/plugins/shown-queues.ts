import { Socket } from './socket';

export interface ShownQueue {
  /** Name of the BullMQ queue. */
  name: string;
  /** Description of its jobs for administrators. */
  description: string;
}

/** The queues that are shown to administrators. Modules plug them in for the api. */
export class ShownQueues extends Socket<ShownQueue> {
  protected keyOf({ name }: ShownQueue): string {
    return name;
  }
}
