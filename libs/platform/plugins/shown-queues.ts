import { Socket } from './socket';

export interface ShownQueue {
  /** Of the BullMQ queue. */
  name: string;
  /** What its jobs do, for administrators. */
  description: string;
}

/** The queues that administrators can look at; plugged in by the modules for the api. */
export class ShownQueues extends Socket<ShownQueue> {
  protected keyOf({ name }: ShownQueue): string {
    return name;
  }
}
