import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ApiClient } from '../../api/api-client';
import { Refusal } from '../../api/refusal';
import { placeKey } from './target-item';

/** A target of the server, as an export contains it. */
export interface CurrentTarget {
  ip: string;
  vrf: string;
  name: string | null;
  tier: string;
  tags: Readonly<Record<string, string>>;
  paused: boolean;
  /** Addresses in the VRF of the target, and ids of others, sorted. */
  parents: readonly string[];
  notes: string | null;
  owner: string | null;
  version: number;
}

export type TargetState = ReadonlyMap<string, CurrentTarget>;

/**
 * Reads all targets with their versions.
 * @throws Refusal when the answer ends early
 */
export async function readTargets(api: ApiClient): Promise<TargetState> {
  const body = await api.downloadBody('targets:export', { format: 'ndjson', versions: true }, 'application/x-ndjson');
  const targets = new Map<string, CurrentTarget>();
  try {
    for await (const line of createInterface({ input: Readable.from(body), crlfDelay: Infinity })) {
      if (line === '') continue;
      const target = JSON.parse(line) as CurrentTarget;
      targets.set(placeKey(target), target);
    }
  } catch (error) {
    throw new Refusal(
      `The list of targets ended early: ${(error as Error).message}. Nothing was changed. Repeat the command.`,
    );
  }
  return targets;
}
