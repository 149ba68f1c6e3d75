import type { Message } from 'kafkajs';
import type { WrittenBytes } from '../message';
import type { Crc32c } from './crc32c';

/** A message without a timestamp (brokers set it) and without repeated headers. */
export interface BatchMessage extends Omit<Message, 'value' | 'headers'> {
  value: string | Buffer | WrittenBytes | null;
  timestamp?: undefined;
  headers?: Record<string, string | Buffer>;
}

/** Base offset (8), length (4), leader epoch (4), magic (1), CRC (4). */
const BYTES_BEFORE_BODY = 21;
const BYTES_BEFORE_LEADER_EPOCH = 12;
/** Attributes (2), last offset delta (4), two timestamps (16), producer id (8), epoch (2), sequence (4), number of records (4). */
const BODY_BYTES_BEFORE_RECORDS = 40;
const MAGIC = 2;
/** Attributes and timestamp delta of a record: one zero byte each. */
const RECORD_FIXED_BYTES = 2;
const NULL_LENGTH = -1;

const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function sizeOfVarint(value: number): number {
  return Math.ceil(Math.max(1, 32 - Math.clz32(zigZag(value))) / 7);
}

function writeVarint(into: Buffer, at: number, value: number): number {
  let rest = zigZag(value);
  while (rest > 0x7f) {
    into[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[at++] = rest;
  return at;
}

type FieldBytes = string | Buffer | WrittenBytes | null | undefined;

const lengthOf = (bytes: string | Buffer | WrittenBytes): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;

function sizeOfBytes(bytes: FieldBytes): number {
  if (bytes === null || bytes === undefined) return sizeOfVarint(NULL_LENGTH);
  const length = lengthOf(bytes);
  return sizeOfVarint(length) + length;
}

function writeBytes(into: Buffer, at: number, bytes: FieldBytes): number {
  if (bytes === null || bytes === undefined) return writeVarint(into, at, NULL_LENGTH);
  const length = lengthOf(bytes);
  const from = writeVarint(into, at, length);
  if (typeof bytes === 'string') into.write(bytes, from);
  else if (Buffer.isBuffer(bytes)) bytes.copy(into, from);
  else bytes.writeTo(into, from);
  return from + length;
}

function sizeOfRecordBody({ key, value, headers = {} }: BatchMessage, offsetDelta: number): number {
  const names = Object.keys(headers);
  const ofHeaders = names.reduce((sum, name) => sum + sizeOfBytes(name) + sizeOfBytes(headers[name]), 0);
  const ofPayload = sizeOfBytes(key) + sizeOfBytes(value);
  return RECORD_FIXED_BYTES + sizeOfVarint(offsetDelta) + ofPayload + sizeOfVarint(names.length) + ofHeaders;
}

function writeRecord(into: Buffer, at: number, message: BatchMessage, offsetDelta: number): number {
  const { key, value, headers = {} } = message;
  at = writeVarint(into, at, sizeOfRecordBody(message, offsetDelta));
  into[at++] = 0;
  into[at++] = 0;
  at = writeVarint(into, at, offsetDelta);
  at = writeBytes(into, at, key);
  at = writeBytes(into, at, value);
  const names = Object.keys(headers);
  at = writeVarint(into, at, names.length);
  for (const name of names) at = writeBytes(into, writeBytes(into, at, name), headers[name]);
  return at;
}

/** Returns the number of bytes that `writeBatch` writes. */
export function sizeOfBatch(messages: readonly BatchMessage[]): number {
  const ofRecords = messages.reduce((sum, message, offsetDelta) => {
    const body = sizeOfRecordBody(message, offsetDelta);
    return sum + sizeOfVarint(body) + body;
  }, 0);
  return BYTES_BEFORE_BODY + BODY_BYTES_BEFORE_RECORDS + ofRecords;
}

/**
 * Writes a record batch of magic 2 (https://kafka.apache.org/documentation/#recordbatch), uncompressed and without a producer id. Returns the
 * position after its last byte. Each value is copied once.
 */
export function writeBatch(
  into: Buffer,
  from: number,
  messages: readonly BatchMessage[],
  { atMs, crc32c }: { atMs: number; crc32c: Crc32c },
): number {
  const bodyFrom = from + BYTES_BEFORE_BODY;
  let at = into.writeInt16BE(0, bodyFrom);
  at = into.writeInt32BE(messages.length - 1, at);
  at = into.writeBigInt64BE(BigInt(atMs), at);
  at = into.writeBigInt64BE(BigInt(atMs), at);
  at = into.writeBigInt64BE(-1n, at);
  at = into.writeInt16BE(0, at);
  at = into.writeInt32BE(0, at);
  at = into.writeInt32BE(messages.length, at);
  for (const [offsetDelta, message] of messages.entries()) at = writeRecord(into, at, message, offsetDelta);
  into.writeBigInt64BE(0n, from);
  into.writeInt32BE(at - from - BYTES_BEFORE_LEADER_EPOCH, from + 8);
  into.writeInt32BE(0, from + BYTES_BEFORE_LEADER_EPOCH);
  into.writeInt8(MAGIC, from + 16);
  into.writeUInt32BE(crc32c(into.subarray(bodyFrom, at)), from + 17);
  return at;
}
