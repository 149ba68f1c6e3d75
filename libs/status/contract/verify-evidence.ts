import { type EvidenceChain, type EvidenceEntry, type EvidenceHeader, FIRST_PREVIOUS } from './evidence';
import { CHECK_STATUSES } from './validation';

const CHAIN = /^\d+:\d+$/;
const HASH = /^[0-9a-f]{64}$/;

/** Content of a verified export: intervals by status, with their total length in ms. */
interface VerifiedEvidence {
  target: string;
  check: number;
  entries: number;
  chains: EvidenceChain[];
  from: string | null;
  until: string | null;
  totalsMs: Record<string, number>;
}

/** Reason for refusing an export, and its line, from 1. */
interface EvidenceFault {
  line: number;
  detail: string;
}

/**
 * Verifies an export of an evidence log line by line: it must be what the product sealed, in its order, complete between its first and last
 * entry. Whether the whole was replaced shows the last hash only, compared with one that was kept elsewhere.
 */
export class EvidenceVerifier {
  private header: EvidenceHeader | null = null;
  private line = 0;
  private chainAt = 0;
  private last: EvidenceEntry | null = null;
  private first: EvidenceEntry | null = null;
  private entries = 0;
  private readonly totalsMs: Record<string, number> = {};

  /** Hash of the last verified entry; null before the first one. */
  get lastHash(): string | null {
    return this.last?.hash ?? null;
  }

  /** @param sha256 returns the digest of a text in hex */
  constructor(private readonly sha256: (text: string) => string) {}

  /** Reads the next line. Returns what is wrong with it; null if it is right. */
  addLine(text: string): EvidenceFault | null {
    this.line++;
    const detail = this.line === 1 ? this.readHeader(text) : this.readEntry(text);
    return detail === null ? null : { line: this.line, detail };
  }

  /** Returns the result after the last line. */
  finish(): { verified: VerifiedEvidence; fault?: undefined } | { fault: EvidenceFault; verified?: undefined } {
    const { header, first, last } = this;
    if (!header) return { fault: { line: 1, detail: 'the file is empty' } };
    const missing = this.missingOf(header.chains);
    if (missing !== null) return { fault: { line: this.line + 1, detail: missing } };
    const { target, check, chains } = header;
    const bounds = { from: first?.from ?? null, until: last?.until ?? null };
    return { verified: { target, check, entries: this.entries, chains, ...bounds, totalsMs: this.totalsMs } };
  }

  private missingOf(chains: readonly EvidenceChain[]): string | null {
    const chain = chains[this.chainAt];
    if (!chain) return null;
    const reached = this.last?.chain === chain.chain ? this.last.entry : chain.firstEntry - 1;
    if (reached < chain.lastEntry)
      return `the file ends after entry ${reached} of the log ${chain.chain}, of which the first line lists ${chain.lastEntry}`;
    return chains[this.chainAt + 1] ? `the log ${chains[this.chainAt + 1].chain} is missing` : null;
  }

  private readHeader(text: string): string | null {
    const header = parsed(text) as EvidenceHeader | null;
    if (header?.evidence !== 'icmpmon/1' || !Array.isArray(header.chains))
      return 'this is not the first line of an export of evidence: export it again with …/evidence:export';
    if (!isHeader(header)) return 'the first line was changed: it does not have the form of an export';
    this.header = header;
    return null;
  }

  private readEntry(text: string): string | null {
    const entry = parsed(text) as EvidenceEntry | null;
    if (!this.header || entry === null || typeof entry.hash !== 'string')
      return 'the line is not an entry of an evidence log';
    const { hash, ...sealed } = entry;
    if (JSON.stringify(entry) !== text || this.sha256(JSON.stringify(sealed)) !== hash)
      return 'the line was changed: its hash does not match its text';
    if (!isTime(entry.from) || !isTime(entry.until) || !CHECK_STATUSES.includes(entry.status))
      return 'the line was written by something else: its times or its status are not those of an entry';
    return this.orderFault(entry, this.header);
  }

  private orderFault(entry: EvidenceEntry, header: EvidenceHeader): string | null {
    if (entry.target !== header.target || entry.check !== header.check) return 'the entry is of another check';
    const { last } = this;
    const follows = last?.chain === entry.chain;
    if (!follows && last !== null) {
      const missing = this.endFault(header.chains[this.chainAt], last);
      if (missing !== null) return missing;
      this.chainAt++;
    }
    const chain = header.chains[this.chainAt];
    if (chain?.chain !== entry.chain) return `an entry of the log ${entry.chain} is not expected here`;
    const expected = follows ? last.entry + 1 : chain.firstEntry;
    if (entry.entry !== expected)
      return `entry ${expected} is expected here, not ${entry.entry}: a line was removed or moved`;
    const previous = follows ? last.hash : entry.entry === 1 ? FIRST_PREVIOUS : entry.previous;
    if (entry.previous !== previous) return 'the entry does not continue the one before it: a line was replaced';
    if (entry.entry === chain.lastEntry && entry.hash !== chain.lastHash)
      return 'the hash of the last entry is not the one in the first line';
    if (entry.entry > chain.lastEntry) return 'the first line does not list this entry';
    this.last = entry;
    this.first ??= entry;
    this.entries++;
    const lengthMs = Date.parse(entry.until) - Date.parse(entry.from);
    this.totalsMs[entry.status] = (this.totalsMs[entry.status] ?? 0) + lengthMs;
    return null;
  }

  private endFault(chain: EvidenceChain | undefined, last: EvidenceEntry): string | null {
    return chain && last.entry < chain.lastEntry
      ? `entries ${last.entry + 1} to ${chain.lastEntry} of the log ${chain.chain} are missing before this line`
      : null;
  }
}

/** Nothing seals the first line: its members are either compared with the entries, or refused here. */
function isHeader({ target, check, chains }: EvidenceHeader): boolean {
  const names = new Set(chains.map((each: EvidenceChain | null) => each?.chain));
  return typeof target === 'string' && Number.isInteger(check) && names.size === chains.length && chains.every(isChain);
}

function isChain(chain: EvidenceChain | null): boolean {
  if (typeof chain !== 'object' || chain === null || !CHAIN.test(chain.chain) || !HASH.test(chain.lastHash))
    return false;
  const { firstEntry, lastEntry } = chain;
  return [firstEntry, lastEntry].every(Number.isSafeInteger) && firstEntry >= 1 && lastEntry >= firstEntry;
}

function isTime(text: unknown): boolean {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
