import path from 'node:path';
import { ANCHORS_MAX } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import { canonicalFamily } from '../policy/canonical-ip';
import { readFileIfAny, writePrivateFile } from '../private-file';

/** The anchors in the state folder, so that an agent that starts without a gateway knows them. */
export class StoredAnchors {
  private readonly file: string;

  constructor(
    stateDir: string,
    private readonly log: AgentLog,
  ) {
    this.file = path.join(stateDir, 'anchors.json');
  }

  /** Returns an empty list if the file does not exist, or cannot be used: the gateway sends the anchors again. */
  readAddresses(): string[] {
    try {
      const text = readFileIfAny(this.file);
      return text === undefined ? [] : (readAddresses(JSON.parse(text)) ?? []);
    } catch (error) {
      this.log.warn({ err: error }, 'the stored anchors cannot be read: none are probed until the gateway sends them');
      return [];
    }
  }

  storeAddresses(ips: readonly string[]): void {
    try {
      writePrivateFile(this.file, JSON.stringify(ips));
    } catch (error) {
      this.log.warn({ err: error }, 'the anchors cannot be stored: after a restart the gateway has to send them again');
    }
  }
}

/** Returns the addresses of a list that can be used, each once; undefined for anything else. Addresses that are not canonical are left out. */
export function readAddresses(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > ANCHORS_MAX) return undefined;
  return [...new Set(value as unknown[])].filter(
    (ip): ip is string => typeof ip === 'string' && canonicalFamily(ip) !== 0,
  );
}
