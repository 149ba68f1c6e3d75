import path from 'node:path';
import { TRACE_SETTINGS, TRACE_SETTINGS_LIMITS, type TraceSettings } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import { readFileIfAny, writePrivateFile } from '../private-file';

const SETTINGS_FILE = 'trace-settings.json';

/** The installation's settings of automatic traces, in the state folder, so that an agent that starts without a gateway keeps to them. */
export class StoredTraceSettings {
  current: TraceSettings;
  private readonly file: string;

  constructor(
    stateDir: string,
    private readonly log: AgentLog,
  ) {
    this.file = path.join(stateDir, SETTINGS_FILE);
    this.current = this.readStored() ?? TRACE_SETTINGS;
  }

  /** Uses and stores what the gateway sent; anything that is not settings changes nothing. */
  useSent(sent: unknown): void {
    const settings = readTraceSettings(sent);
    if (settings === undefined || JSON.stringify(settings) === JSON.stringify(this.current)) return;
    this.current = settings;
    this.log.info({ traces: settings }, 'settings of automatic traces changed');
    try {
      writePrivateFile(this.file, JSON.stringify(settings));
    } catch (error) {
      this.log.warn(
        { err: error },
        'the settings of traces cannot be stored: after a restart the gateway has to send them',
      );
    }
  }

  private readStored(): TraceSettings | undefined {
    try {
      return readTraceSettings(JSON.parse(readFileIfAny(this.file) ?? 'null'));
    } catch (error) {
      this.log.warn({ err: error }, 'the stored settings of traces cannot be read: the usual ones hold');
      return undefined;
    }
  }
}

/** Returns settings within the limits of this agent; undefined if the value has another form. */
export function readTraceSettings(value: unknown): TraceSettings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { isOn, intervalMs, share } = value as Partial<Record<keyof TraceSettings, unknown>>;
  if (typeof isOn !== 'boolean' || !isAmount(intervalMs) || !isAmount(share)) return undefined;
  const { intervalMs: bounds, shareMax } = TRACE_SETTINGS_LIMITS;
  return {
    isOn,
    intervalMs: Math.min(bounds.max, Math.max(bounds.min, intervalMs)),
    share: Math.min(shareMax, share),
  };
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
