/** Numbers of record types by name. */
export const RECORD_TYPES: Readonly<Record<string, number>> = {
  ...{ A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 },
};
/** Response codes in the order of their numbers. */
export const RESPONSE_CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
/** Most labels and pointers of a name: a loop of pointers ends here. */
const NAME_STEPS_MAX = 128;
/** Longest name, with the dots: RFC 1035 allows no more. */
const NAME_LENGTH_MAX = 255;
/** Most answers that are read: a server could have the agent follow pointers for more than half a second with one message. */
const RECORDS_MAX = 500;

export interface DnsQuestion {
  id: number;
  name: string;
  type: number;
}

export interface DnsAnswer {
  /** Number of the response code. */
  rcode: number;
  truncated: boolean;
  /** Data of the answers of the type asked for, as text; null if they cannot be read. */
  records: string[] | null;
}

/** Returns a query with one question and recursion desired. */
export function encodeQuery({ id, name, type }: DnsQuestion): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  return Buffer.concat([header, encodeQuestion(name, type)]);
}

/**
 * Reads the answer to a question. Returns null for a message that is not surely the answer: not a response, another id, or another question.
 */
export function readAnswer(message: Buffer, { id, name, type }: DnsQuestion): DnsAnswer | null {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== id) return null;
  const flags = message.readUInt16BE(2);
  if ((flags & RESPONSE) === 0 || message.readUInt16BE(4) !== 1) return null;
  const question = encodeQuestion(name, type);
  const sent = message.subarray(HEADER_BYTES, HEADER_BYTES + question.length);
  // Case is not significant in names, and some servers change it.
  if (sent.toString('latin1').toLowerCase() !== question.toString('latin1').toLowerCase()) return null;
  return {
    rcode: flags & 0xf,
    truncated: (flags & TRUNCATED) !== 0,
    records: readRecords(message, HEADER_BYTES + question.length, type),
  };
}

function encodeQuestion(name: string, type: number): Buffer {
  const labels = name.replace(/\.$/, '').split('.');
  const encoded = labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(type, 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  return Buffer.concat([...encoded, tail]);
}

function readRecords(message: Buffer, from: number, type: number): string[] | null {
  const records: string[] = [];
  try {
    let at = from;
    const count = message.readUInt16BE(6);
    if (count > RECORDS_MAX) return null;
    for (let left = count; left > 0; left--) {
      at = readName(message, at).end;
      const [ofType, ofClass] = [message.readUInt16BE(at), message.readUInt16BE(at + 2)];
      const length = message.readUInt16BE(at + 8);
      const data = at + 10;
      at = data + length;
      if (at > message.length) return null;
      if (ofType === type && ofClass === CLASS_IN) records.push(dataText(message, data, length, type));
    }
    return records;
  } catch (error) {
    // Reading beyond the end of a message that is cut, or a name that never ends.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Formats the data of a record as zone files do. */
function dataText(message: Buffer, at: number, length: number, type: number): string {
  const data = message.subarray(at, at + length);
  switch (type) {
    case RECORD_TYPES['A']:
      return [...data].join('.');
    case RECORD_TYPES['AAAA']:
      return addressText(data);
    case RECORD_TYPES['MX']:
      return `${data.readUInt16BE(0)} ${readName(message, at + 2).name}`;
    case RECORD_TYPES['TXT']:
      return textOf(data);
    default:
      return readName(message, at).name;
  }
}

/** Formats an IPv6 address in its canonical form. */
function addressText(data: Buffer): string {
  if (data.length !== 16) throw new RangeError('an IPv6 address has 16 bytes');
  const groups = Array.from({ length: 8 }, (_, group) => data.readUInt16BE(group * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Joins the strings of a TXT record. */
function textOf(data: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < data.length; at += 1 + data.readUInt8(at)) {
    parts.push(data.toString('latin1', at + 1, at + 1 + data.readUInt8(at)));
  }
  return parts.join('');
}

/** Reads a name, following pointers. Returns it without the last dot, and where the name ends in the message. */
function readName(message: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let at = from;
  let nameLength = 0;
  for (let steps = 0; steps < NAME_STEPS_MAX; steps++) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
    } else {
      if (at + 1 + length > message.length) throw new RangeError('a label beyond the end');
      nameLength += 1 + length;
      if (nameLength > NAME_LENGTH_MAX) throw new RangeError('a name that is too long');
      labels.push(message.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
  throw new RangeError('a name without an end');
}
