declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The members of kafkajs 2.2.4's request queue (one per broker connection) that the timer fix uses. */
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
  /** The encoder by which kafkajs 2.2.4 writes requests. */
  export default class Encoder {
    constructor(initialSize?: number);
    /** The first `offset` bytes are written. */
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
    writeBuffer(bytes: Buffer): this;
    writeEncoder(value: Encoder): Encoder;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeString(value: string): this;
    size(): number;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32C(bytes: Uint8Array): number;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type { Message } from 'kafkajs';
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  /** The Produce request that kafkajs 2.2.4 sends to one broker. */
  export interface ProduceArguments<M = Message> {
    acks: number;
    timeout: number;
    compression?: number;
    transactionalId?: string | null;
    producerId?: unknown;
    producerEpoch?: number;
    topicData: { topic: string; partitions: { partition: number; firstSequence?: number; messages: M[] }[] }[];
  }

  export interface ProduceExchange {
    request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<Encoder> };
    response: { decode: (bytes: Buffer) => Promise<unknown>; parse: (decoded: unknown) => Promise<unknown> };
  }

  const Produce: {
    versions: string[];
    protocol: (of: { version: number }) => (given: ProduceArguments) => ProduceExchange;
  };
  export default Produce;
}

declare module 'kafkajs/src/protocol/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  /** Encodes a request with its header, as a connection of kafkajs 2.2.4 writes it. */
  export default function createRequest(of: {
    request: { apiKey: number; apiVersion: number; encode: () => Promise<Encoder> };
    correlationId: number;
    clientId: string;
  }): Promise<Encoder>;
}
