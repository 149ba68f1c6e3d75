import { Resolver } from 'node:dns/promises';
import { settlesWithin } from '@icmp-mon/platform/concurrency';

/** Asks for the names of an address. Rejects with the `code` ENOTFOUND or ENODATA if it has none. */
export type AskNames = (address: string) => Promise<string[]>;

export interface PtrCacheOptions {
  /** False: no name is asked for, and none is known. */
  isOn: () => boolean;
  ask?: AskNames;
  nowMs?: () => number;
}

interface Entry {
  /** Null: it has no name that can be used. */
  name: string | null;
  untilMs: number;
}

/** Addresses whose names are kept. */
const ENTRIES_MAX = 10_000;
/** How long a name, and the fact that there is none, are believed. Reverse lookups of the system do not return the life of an answer. */
const NAME_MS = 6 * 3_600_000;
const NO_NAME_MS = 3_600_000;
/** The same of a failure: a resolver that is away must not be asked for each hop again and again. */
const FAILURE_MS = 300_000;
const ASK_MS = 2_000;
const ASK_TRIES = 2;
/** Questions at the same time and per second; further addresses are asked about with a later trace. */
const ASKING_MAX = 20;
const PER_SECOND_MAX = 20;
const BURST = 60;
/** How soon a stop ends a wait, and an answer makes room for another question, in ms. */
const LOOK_EVERY_MS = 200;
const LENGTH_MAX = 253;
const LABEL = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i;
const NO_NAME_CODES = ['ENOTFOUND', 'ENODATA'];

/**
 * Names of addresses by reverse DNS, from the resolver of the system. The owner of an address chooses its name freely, so that
 * anything but a host name is dropped. Bounded in memory and in questions; a name that is late or not asked for is missing, nothing waits for it.
 */
export class PtrCache {
  private readonly entries = new Map<string, Entry>();
  private readonly asking = new Map<string, Promise<void>>();
  private readonly ask: AskNames;
  private readonly nowMs: () => number;
  private questions = BURST;
  private filledAtMs: number;

  constructor(private readonly options: PtrCacheOptions) {
    this.ask = options.ask ?? askSystem;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.filledAtMs = this.nowMs();
  }

  /** Returns the names that are known now, by address, and asks for the others. */
  knownNames(addresses: readonly string[]): Record<string, string> {
    if (!this.options.isOn()) return {};
    const known: Record<string, string> = {};
    for (const address of addresses) {
      const entry = this.entries.get(address);
      if (entry?.name != null) known[address] = entry.name;
      if (entry === undefined || entry.untilMs <= this.nowMs()) this.beginQuestion(address);
    }
    return known;
  }

  /** Returns the names that are known as soon as no question is open, or `signal` is aborted, or after `waitMs`. */
  async resolveNames(
    addresses: readonly string[],
    signal: AbortSignal,
    waitMs = ASK_MS * ASK_TRIES,
  ): Promise<Record<string, string>> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      const known = this.knownNames(addresses);
      const open = addresses.flatMap((address) => this.asking.get(address) ?? []);
      const leftMs = untilMs - performance.now();
      if (open.length === 0 || leftMs <= 0 || signal.aborted) return known;
      await settlesWithin(Promise.all(open), Math.min(leftMs, LOOK_EVERY_MS));
    }
  }

  private beginQuestion(address: string): void {
    if (this.asking.has(address) || this.asking.size >= ASKING_MAX || !this.takeQuestion()) return;
    const asked = this.askFor(address)
      .then(({ name, ms }) => this.keepEntry(address, { name, untilMs: this.nowMs() + ms }))
      .finally(() => this.asking.delete(address));
    this.asking.set(address, asked);
  }

  private async askFor(address: string): Promise<{ name: string | null; ms: number }> {
    try {
      const name = (await this.ask(address)).map(withoutDot).find(isHostName) ?? null;
      return { name, ms: name === null ? NO_NAME_MS : NAME_MS };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      return { name: null, ms: NO_NAME_CODES.includes(code) ? NO_NAME_MS : FAILURE_MS };
    }
  }

  private keepEntry(address: string, entry: Entry): void {
    this.entries.delete(address);
    this.entries.set(address, entry);
    // The oldest answer makes room.
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= ENTRIES_MAX) break;
      this.entries.delete(oldest);
    }
  }

  private takeQuestion(): boolean {
    const nowMs = this.nowMs();
    this.questions = Math.min(BURST, this.questions + ((nowMs - this.filledAtMs) / 1_000) * PER_SECOND_MAX);
    this.filledAtMs = nowMs;
    if (this.questions < 1) return false;
    this.questions--;
    return true;
  }
}

/** Whether a text is a host name as RFC 1123 has it; underscores are in use for routers. An address is none. */
export function isHostName(name: string): boolean {
  if (name.length > LENGTH_MAX || /^[\d.]+$/.test(name)) return false;
  return name.split('.').every((label) => LABEL.test(label));
}

const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** A resolver per question: it reads the settings of the system, which may have changed since the last one. */
const askSystem: AskNames = (address) => new Resolver({ timeout: ASK_MS, tries: ASK_TRIES }).reverse(address);
