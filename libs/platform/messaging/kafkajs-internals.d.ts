declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The part of kafkajs 2.2.4's request queue (one per broker connection) that the timer's mending needs. */
  export interface RequestQueueState {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { prototype: RequestQueueState };
  export default RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  /** What kafkajs 2.2.4 writes requests with. */
  export default class Encoder {
    writeBuffer(bytes: Buffer): this;
  }
}
