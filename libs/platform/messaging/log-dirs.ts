import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { InternalBroker } from './cluster-reader';

/** One log directory of one broker. */
export interface LogDir {
  broker: string;
  path: string;
  /** Bytes of all topics of the cluster in this directory. */
  usedBytes: number;
  /** Total and free bytes of its disk; null where the broker does not report them. */
  totalBytes: number | null;
  freeBytes: number | null;
}

const DESCRIBE_LOG_DIRS = 35;
/** The first version that contains the size of the disk (KIP-827, Kafka 3.3). */
const VERSION = 4;
const UNKNOWN_SIZE = -1n;

/** Sends DescribeLogDirs to one broker, which kafkajs does not support. Returns its log directories. */
export async function describeLogDirs(broker: InternalBroker, nodeId: string): Promise<LogDir[]> {
  const dirs = await broker.connectionPool.send({
    request: {
      apiKey: DESCRIBE_LOG_DIRS,
      apiVersion: VERSION,
      apiName: 'DescribeLogDirs',
      // Header without tagged fields (kafkajs does not write that byte), all topics (a null array), body without tagged fields.
      encode: () => Promise.resolve(new Encoder().writeBuffer(Buffer.from([0, 0, 0]))),
    },
    response: {
      decode: (raw) => Promise.resolve({ raw }),
      parse: (decoded) => Promise.resolve(decodeLogDirs((decoded as { raw: Buffer }).raw, nodeId)),
    },
  });
  return dirs as LogDir[];
}

/**
 * Decodes the response, given its bytes after the correlation id.
 * @throws Error for an error code of the broker, or a truncated response
 */
export function decodeLogDirs(bytes: Buffer, broker: string): LogDir[] {
  const reader = new CompactReader(bytes);
  reader.skipTags();
  reader.skipBytes(4); // throttle time
  refuse(reader.int16());
  return reader.array(() => {
    const error = reader.int16();
    const path = reader.readText();
    const sizes = reader.array(() => {
      reader.readText();
      const topicSizes = reader.array(() => {
        reader.skipBytes(4); // partition
        const size = reader.int64();
        reader.skipBytes(8 + 1); // lag, whether it is moving
        reader.skipTags();
        return size;
      });
      reader.skipTags();
      return topicSizes.reduce((sum, size) => sum + size, 0n);
    });
    const total = reader.int64();
    const free = reader.int64();
    reader.skipTags();
    refuse(error);
    const usedBytes = Number(sizes.reduce((sum, size) => sum + size, 0n));
    return { broker, path, usedBytes, totalBytes: sizeOrNull(total), freeBytes: sizeOrNull(free) };
  });
}

const sizeOrNull = (size: bigint): number | null => (size === UNKNOWN_SIZE ? null : Number(size));

function refuse(errorCode: number): void {
  if (errorCode !== 0) throw new Error(`DescribeLogDirs failed: the broker returned error code ${errorCode}`);
}

/** Reads Kafka's compact encoding: lengths are varints of length + 1; tagged fields follow each structure. */
class CompactReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int64(): bigint {
    this.at += 8;
    return this.bytes.readBigInt64BE(this.at - 8);
  }

  readText(): string {
    const length = this.readVarint() - 1;
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  array<T>(read: () => T): T[] {
    const count = this.readVarint() - 1;
    return Array.from({ length: Math.max(0, count) }, read);
  }

  skipBytes(bytes: number): void {
    this.at += bytes;
  }

  skipTags(): void {
    for (let count = this.readVarint(); count > 0; count--) {
      this.readVarint();
      this.skipBytes(this.readVarint());
    }
  }

  private readVarint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
}
