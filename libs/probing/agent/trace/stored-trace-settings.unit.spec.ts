import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TRACE_SETTINGS } from '@icmp-mon/agents/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoredTraceSettings } from './stored-trace-settings';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe('the settings of automatic traces', () => {
  let dir: string;
  const stored = (): StoredTraceSettings => new StoredTraceSettings(dir, log);

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'trace-settings-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are the last ones of the gateway, also after a restart', () => {
    expect(stored().current).toEqual(TRACE_SETTINGS);
    const sent = { isOn: false, intervalMs: 7_200_000, share: 0.02 };
    stored().useSent(sent);
    expect(stored().current).toEqual(sent);
  });

  it('are limited by the agent, also if a gateway sends others', () => {
    const settings = stored();
    settings.useSent({ isOn: true, intervalMs: 1, share: 50 });
    expect(settings.current).toEqual({ isOn: true, intervalMs: 3_600_000, share: 0.1 });
  });

  it.each([undefined, null, 7, {}, { isOn: 'yes', intervalMs: 1, share: 1 }, { isOn: true, intervalMs: -1, share: 1 }])(
    'are not changed by %j',
    (sent) => {
      const settings = stored();
      settings.useSent(sent);
      expect(settings.current).toEqual(TRACE_SETTINGS);
    },
  );

  it('are the usual ones if the file is damaged', () => {
    writeFileSync(path.join(dir, 'trace-settings.json'), '{"isOn":');
    expect(stored().current).toEqual(TRACE_SETTINGS);
    expect(log.warn).toHaveBeenCalled();
  });
});
