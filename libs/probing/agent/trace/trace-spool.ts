import { rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AgentTraceReport, TraceCause } from '@icmp-mon/paths/contract';
import type { AgentLog } from '../agent-log';

export interface TraceSpoolOptions {
  /** The agent's state folder. */
  dir: string;
  log: AgentLog;
  countMax?: number;
  bytesMax?: number;
}

interface SpooledFile {
  name: string;
  cause: string;
  bytes: number;
}

const FOLDER = 'traces';
const COUNT_MAX = 1_000;
const BYTES_MAX = 16 * 1024 * 1024;
const DRAFT = '.new';
const FILE = /^[\da-f-]{36}\.([a-z]+)\.json$/;
/** Dropped first when the spool is full, and uploaded last: the target is traced again on the next day. */
const LEAST: TraceCause = 'schedule';
const LOG_EVERY_MS = 60_000;

/**
 * Traces that the gateway does not have yet: one file per trace, named by its id and cause, in the agent's state folder. A file is complete or
 * missing, also after a crash; one that cannot be read is deleted and counted, and never stops the agent.
 */
export class TraceSpool {
  readonly dropped = { spool_full: 0, unreadable: 0 };
  private readonly folder: string;
  private files: SpooledFile[] = [];
  /** Bytes of all files. */
  private bytes = 0;
  private opened: Promise<void> | undefined;
  private lastWrite: Promise<void> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: TraceSpoolOptions) {
    this.folder = path.join(options.dir, FOLDER);
  }

  /** Deletes all traces: keys of targets of another enrolment mean nothing. */
  static forgetTraces(dir: string): void {
    rmSync(path.join(dir, FOLDER), { recursive: true, force: true });
  }

  get size(): number {
    return this.files.length;
  }

  /** Writes a trace; it is durable when this resolves. When the spool is full, others are dropped. Never rejects. */
  appendReport(report: AgentTraceReport): Promise<void> {
    this.lastWrite = this.lastWrite.then(async () => {
      try {
        await this.openFolder();
        await this.writeReport(report);
      } catch (error) {
        this.dropped.spool_full++;
        this.logFailure(error, 'writing a trace failed: it is lost');
      }
    });
    return this.lastWrite;
  }

  /** Returns the first traces that are to be uploaded: oldest first, those of the daily round last. Never rejects. */
  async readFirst(countMax: number): Promise<AgentTraceReport[]> {
    try {
      await this.openFolder();
    } catch (error) {
      this.logFailure(error, 'the spool of traces cannot be read');
      return [];
    }
    const order = [...this.files].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, countMax);
    const reports: AgentTraceReport[] = [];
    for (const file of order) {
      // Dropped in the meantime, because the spool was full.
      if (!this.files.includes(file)) continue;
      try {
        const report = JSON.parse(await readFile(path.join(this.folder, file.name), 'utf8')) as AgentTraceReport;
        if (fileName(report) !== file.name) throw new TypeError('it holds another trace');
        reports.push(report);
      } catch (error) {
        this.dropped.unreadable++;
        this.logFailure(error, 'a spooled trace cannot be read and is deleted');
        await this.removeFile(file.name);
      }
    }
    return reports;
  }

  /** Deletes a trace: the gateway has it, or will never take it. Never rejects. */
  async remove(report: AgentTraceReport): Promise<void> {
    await this.removeFile(fileName(report));
  }

  /** Resolves when everything that was appended is written. */
  async close(): Promise<void> {
    await this.lastWrite;
  }

  private openFolder(): Promise<void> {
    this.opened ??= this.listFolder().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  private async listFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const files: SpooledFile[] = [];
    for (const name of (await readdir(this.folder)).sort()) {
      const cause = FILE.exec(name)?.[1];
      // Nothing else belongs here: a draft of a write that was interrupted.
      if (cause === undefined) await rm(path.join(this.folder, name), { recursive: true, force: true });
      else files.push({ name, cause, bytes: (await stat(path.join(this.folder, name))).size });
    }
    this.files = files;
    this.bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    await this.makeRoom(0);
  }

  private async writeReport(report: AgentTraceReport): Promise<void> {
    const content = Buffer.from(JSON.stringify(report));
    const name = fileName(report);
    const draft = path.join(this.folder, `${name}${DRAFT}`);
    await this.makeRoom(content.length);
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path.join(this.folder, name));
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
    this.files.push({ name, cause: report.cause, bytes: content.length });
    this.bytes += content.length;
  }

  /** Drops traces until one of this size fits: of the daily round first, the oldest first. */
  private async makeRoom(bytes: number): Promise<void> {
    const { countMax = COUNT_MAX, bytesMax = BYTES_MAX } = this.options;
    while (this.files.length > 0 && (this.files.length >= countMax || this.bytes + bytes > bytesMax)) {
      const victim = this.files.find(({ cause }) => cause === LEAST) ?? this.files[0];
      if (victim === undefined) return;
      this.dropped.spool_full++;
      await this.removeFile(victim.name);
    }
  }

  private async removeFile(name: string): Promise<void> {
    const file = this.files.find((each) => each.name === name);
    if (file === undefined) return;
    this.files = this.files.filter((each) => each !== file);
    this.bytes -= file.bytes;
    try {
      await rm(path.join(this.folder, name), { recursive: true, force: true });
    } catch (error) {
      // It is uploaded again after a restart, which does no harm.
      this.logFailure(error, 'a spooled trace cannot be deleted');
    }
  }

  private logFailure(error: unknown, text: string): void {
    if (performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
    this.loggedAtMs = performance.now();
    this.options.log.warn({ err: error, folder: this.folder }, text);
  }
}

const fileName = ({ id, cause }: Pick<AgentTraceReport, 'id' | 'cause'>): string => `${id}.${cause}.json`;

const rankOf = ({ cause }: SpooledFile): number => (cause === LEAST ? 1 : 0);
