import { rmSync } from 'node:fs';
import path from 'node:path';
import { type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import type { AgentLog } from '../agent-log';
import { readFileIfAny, writePrivateFile } from '../private-file';

const JOURNAL_FILE = 'commands.json';
/** An entry that the gateway no longer lists is kept this long after the command's expiry, in ms. */
const FORGOTTEN_KEPT_MS = 60_000;
/** Longest life of a command, in ms: one that expires later was accepted before the clock was set back. */
const LIFE_MS_MAX = 600_000;
/** More entries than commands at the largest rate of an agent leave, which is 60 per minute, each kept for at most 6 minutes. */
const ENTRIES_MAX = 500;
const REPORT: Readonly<Record<string, unknown>> = { attempts: [], trail: [] };

interface Entry {
  id: string;
  /** By this machine's wall clock, ms since 1970. */
  expiresAtMs: number;
  /** The end of the command, until the gateway has it. */
  report?: CommandReport;
  /** Whether it was run, or is not to be run. */
  hasEnded: boolean;
  /** Whether the gateway no longer lists it. */
  isForgotten: boolean;
}

/**
 * Commands that this agent received, on disk, so that each is run at most once, also if the agent ends while it runs, and so that its report
 * arrives also if the gateway is away when it ends.
 */
export class CommandJournal {
  private readonly entries = new Map<string, Entry>();
  private readonly file: string;

  private constructor(
    dir: string,
    private readonly log: AgentLog,
    private readonly nowMs: () => number,
  ) {
    this.file = path.join(dir, JOURNAL_FILE);
  }

  /** Loads the journal. Commands that were running are reported as interrupted. An unreadable file is ignored. */
  static loadJournal(dir: string, log: AgentLog, nowMs: () => number = Date.now): CommandJournal {
    const journal = new CommandJournal(dir, log, nowMs);
    try {
      const stored: unknown = JSON.parse(readFileIfAny(journal.file) ?? '[]');
      if (!Array.isArray(stored)) throw new TypeError('not a list');
      for (const entry of stored.filter(isEntry)) journal.entries.set(entry.id, entry);
    } catch (error) {
      log.warn({ err: error, file: journal.file }, 'the journal of commands is unreadable; starting with an empty one');
    }
    for (const entry of journal.entries.values()) {
      if (entry.hasEnded) continue;
      const detail = 'The agent was restarted while it ran the command.';
      const report = { ...REPORT, commandId: entry.id, state: 'failed', reason: 'interrupted', detail };
      journal.entries.set(entry.id, { ...entry, hasEnded: true, report: report as CommandReport });
    }
    return journal;
  }

  /** Deletes the journal: commands of another enrolment mean nothing. */
  static forgetJournal(dir: string): void {
    rmSync(path.join(dir, JOURNAL_FILE), { force: true });
  }

  /** Records a command before it is run; returns false if it is known, so that it must not be run. */
  accept(id: string, expiresInMs: number): boolean {
    this.removeOld();
    if (this.entries.has(id) || this.entries.size >= ENTRIES_MAX || this.known.length >= REPORT_LIMITS.known)
      return false;
    this.entries.set(id, { id, expiresAtMs: this.nowMs() + expiresInMs, hasEnded: false, isForgotten: false });
    this.save();
    return true;
  }

  /** Records how a command ended, to be reported. */
  recordEnd(report: CommandReport): void {
    const entry = this.entries.get(report.commandId);
    if (entry === undefined || entry.isForgotten) return;
    this.entries.set(entry.id, { ...entry, hasEnded: true, report });
    this.save();
  }

  /** Records that the gateway has the reports of these commands. */
  delivered(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry !== undefined) delete entry.report;
    }
    this.save();
  }

  /** Records that the gateway no longer lists these commands. They are kept until they expire, so that none is run again. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      const { report: _report, ...rest } = entry;
      this.entries.set(id, { ...rest, hasEnded: true, isForgotten: true });
    }
    this.save();
  }

  /** Ids of the commands that the gateway lists, as far as this agent knows. */
  get known(): string[] {
    return [...this.entries.values()].filter(({ isForgotten }) => !isForgotten).map(({ id }) => id);
  }

  /** Reports that the gateway does not have yet, oldest first. */
  get reports(): CommandReport[] {
    return [...this.entries.values()].flatMap(({ report }) => report ?? []);
  }

  /**
   * Removes old commands that the gateway no longer lists. The others stay regardless of their age, because the clock may have been set: the
   * gateway would send them again, and they would be run twice.
   */
  private removeOld(): void {
    const nowMs = this.nowMs();
    for (const { id, expiresAtMs, isForgotten } of this.entries.values()) {
      const isOld = expiresAtMs + FORGOTTEN_KEPT_MS < nowMs || expiresAtMs - LIFE_MS_MAX > nowMs;
      if (isForgotten && isOld) this.entries.delete(id);
    }
  }

  /** A journal that cannot be written is no reason not to run commands: the result may be lost, the probes are not repeated before a restart. */
  private save(): void {
    try {
      writePrivateFile(this.file, JSON.stringify([...this.entries.values()]));
    } catch (error) {
      this.log.warn({ err: error, file: this.file }, 'the journal of commands cannot be written');
    }
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return typeof entry?.id === 'string' && typeof entry.expiresAtMs === 'number' && typeof entry.hasEnded === 'boolean';
}
