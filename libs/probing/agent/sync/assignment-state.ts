import { rmSync } from 'node:fs';
import path from 'node:path';
import type { AssignedTarget, AssignedTier, AssignmentsResponse } from '@icmp-mon/assignment/contract';
import type { AgentLog } from '../agent-log';
import { readFileIfAny, writePrivateFile } from '../private-file';

const ASSIGNMENTS_FILE = 'assignments.json';
const TARGETS_MAX = 1_000_000;
const TIERS_MAX = 10_000;
const U32_MAX = 0xffff_ffff;

/** The assigned targets as of one version. Stored on disk, so that probing starts before a gateway answers. */
export class AssignmentState {
  version = 0;
  readonly targets = new Map<number, AssignedTarget>();
  tiers: ReadonlyMap<string, AssignedTier> = new Map();

  private constructor(private readonly file: string) {}

  /** Loads the stored assignments. Empty if the file is missing or unreadable: the gateway has them all. */
  static loadState(dir: string, log: AgentLog): AssignmentState {
    const state = new AssignmentState(path.join(dir, ASSIGNMENTS_FILE));
    try {
      const text = readFileIfAny(state.file);
      if (text !== undefined) state.applyAnswer(JSON.parse(text));
    } catch (error) {
      log.warn({ err: error, file: state.file }, 'stored assignments unreadable; requesting all from the gateway');
      state.clear();
    }
    return state;
  }

  /** Deletes the stored assignments: versions of another enrolment mean nothing, all are requested again. */
  static forgetState(dir: string): void {
    rmSync(path.join(dir, ASSIGNMENTS_FILE), { force: true });
  }

  /** Applies an answer completely. Throws a TypeError, without any change, if it is not a valid answer. */
  applyAnswer(answer: unknown): void {
    if (!isAnswer(answer)) throw new TypeError("the gateway's answer does not have the form of assignments");
    if (answer.full) this.targets.clear();
    for (const key of answer.unassigned) this.targets.delete(key);
    for (const { key, ip, tier } of answer.assigned) this.targets.set(key, { key, ip, tier });
    this.tiers = new Map(answer.tiers.map((tier) => [tier.tier, tier]));
    this.version = answer.version;
  }

  saveState(): void {
    const whole: AssignmentsResponse = {
      version: this.version,
      full: true,
      tiers: [...this.tiers.values()],
      assigned: [...this.targets.values()],
      unassigned: [],
    };
    writePrivateFile(this.file, JSON.stringify(whole));
  }

  private clear(): void {
    this.version = 0;
    this.targets.clear();
    this.tiers = new Map();
  }
}

function isAnswer(value: unknown): value is AssignmentsResponse {
  if (!isRecord(value)) return false;
  const { version, full, tiers, assigned, unassigned } = value;
  return (
    isWhole(version, Number.MAX_SAFE_INTEGER) &&
    typeof full === 'boolean' &&
    isListOf(tiers, TIERS_MAX, isTier) &&
    isListOf(assigned, TARGETS_MAX, isTarget) &&
    isListOf(unassigned, TARGETS_MAX, (key) => isWhole(key, U32_MAX))
  );
}

function isTier(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['tier'] === 'string' &&
    isWhole(value['probeIntervalMs'], U32_MAX) &&
    isWhole(value['probeTimeoutMs'], U32_MAX) &&
    (value['missesToFail'] === undefined || isWhole(value['missesToFail'], U32_MAX)) &&
    (value['confirm'] === undefined || typeof value['confirm'] === 'boolean') &&
    isListOf(value['checks'], 64, (check) => isRecord(check) && isWhole(check['check'], 0xffff))
  );
}

function isTarget(value: unknown): boolean {
  return (
    isRecord(value) &&
    isWhole(value['key'], U32_MAX) &&
    typeof value['ip'] === 'string' &&
    typeof value['tier'] === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function isListOf(value: unknown, max: number, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= max && (value as unknown[]).every(is);
}
