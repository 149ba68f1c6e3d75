import type { ControlDatabase } from '@icmp-mon/platform/database';
import { type RefusedEntry, SOURCE_SAMPLE } from '@icmp-mon/targets/contract';
import { decideLine } from '../import/decide-line';
import { forgetImportFile } from '../import/forget-import-files';
import { type StoredLine, storeLines } from '../import/import-rows';
import { type CurrentTarget, currentTargets, placeKey } from '../import/known-targets';
import type { TargetLine } from '@icmp-mon/targets/wire';
import { readOwnership } from './owned-targets';
import type { SourceEntry } from './source-entry';
import { type AskingSource, needsRecord, type Ownership, sourcedMembers } from './sourced-members';

/** Entries of one statement. */
const PIECE = 500;

interface Known {
  current: CurrentTarget | undefined;
  owned: Ownership | undefined;
}

export interface IntakeCounts {
  listed: number;
  created: number;
  changed: number;
  unchanged: number;
  refused: number;
}

/**
 * Takes the entries of a list while they arrive: stores entries that create or change a target as lines of an import, whose job decides about
 * them again, and counts the others. Neither memory nor a transaction grows with the list, except for the addresses that were listed.
 */
export class SourceIntake {
  readonly counts: IntakeCounts = { listed: 0, created: 0, changed: 0, unchanged: 0, refused: 0 };
  readonly refusedSample: RefusedEntry[] = [];
  /** Number of the first entry with an address, by `placeKey`. */
  readonly places = new Map<string, number>();
  /** Stored lines, with and without the refused ones. */
  lines = 0;
  effects = 0;

  /** @param fileId id of the import, whose row exists */
  constructor(
    private readonly database: ControlDatabase,
    private readonly source: AskingSource,
    readonly fileId: string,
  ) {}

  async addEntries(entries: readonly SourceEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += PIECE) await this.addPiece(entries.slice(at, at + PIECE));
  }

  /** Deletes the stored lines, which no job uses. */
  deleteLines(): Promise<void> {
    return forgetImportFile(this.database, this.fileId);
  }

  private async addPiece(entries: readonly SourceEntry[]): Promise<void> {
    const targets = entries.flatMap((entry) => ('target' in entry ? [entry.target] : []));
    const current = await currentTargets(this.database, targets);
    const owners = await readOwnership(
      this.database,
      [...current.values()].map(({ id }) => id),
    );
    const stored = entries.flatMap((entry) => {
      const target = 'target' in entry ? current.get(placeKey(entry.target)) : undefined;
      return this.lineOf(entry, { current: target, owned: target && owners.get(target.id) });
    });
    if (stored.length > 0) await storeLines(this.database, this.fileId, stored);
    this.lines += stored.length;
  }

  /** Counts an entry, and returns the line to store: none for a target that stays as it is. */
  private lineOf(entry: SourceEntry, known: Known): StoredLine[] {
    this.counts.listed += 1;
    const { entry: line } = entry;
    const place = 'target' in entry ? entry.target : { ip: entry.address, vrf: entry.vrf ?? '' };
    const first = this.places.get(placeKey(place));
    const refused = (reason: string): StoredLine[] => [this.refusedLine(entry, place, reason)];
    if ('reason' in entry) {
      if (entry.vrf !== undefined && first === undefined) this.places.set(placeKey(place), line);
      return refused(entry.reason);
    }
    if (first !== undefined) return refused(`is listed as entry ${first} already: one entry per VRF and address`);
    this.places.set(placeKey(place), line);
    const decided = this.decideEntry(line, entry.target, known);
    if ('reason' in decided) return refused(decided.reason);
    this.counts[decided.outcome] += 1;
    if (decided.outcome === 'unchanged' && !needsRecord(known.owned, entry.target.members)) return [];
    this.effects += 1;
    return [{ line, ...entry.target }];
  }

  private decideEntry(
    line: number,
    target: TargetLine,
    { current, owned }: Known,
  ): { outcome: 'created' | 'changed' | 'unchanged' } | { reason: string } {
    const decided = sourcedMembers(target.members, current, owned, this.source);
    if ('reason' in decided) return decided;
    const usable = new Set([target.members.tier ?? '']);
    const context = { mode: 'upsert', current, usable, tierNames: [], parentOf: () => undefined } as const;
    const decision = decideLine({ ...target, line, members: decided.members, expectedVersion: null }, context);
    return decision.outcome === 'refused' ? { reason: decision.fault.reason } : decision;
  }

  private refusedLine(
    { entry, address }: SourceEntry,
    { ip, vrf }: { ip: string; vrf: string },
    reason: string,
  ): StoredLine {
    this.counts.refused += 1;
    if (this.refusedSample.length < SOURCE_SAMPLE) this.refusedSample.push({ entry, address, reason });
    return { line: entry, ip, vrf, outcome: 'refused', field: 'ip', reason };
  }
}
