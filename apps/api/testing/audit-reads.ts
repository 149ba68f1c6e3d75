import type { AuditEntry, AuditPage } from '@icmp-mon/audit/contract';
import { newId } from '@icmp-mon/platform/ids';
import { expect } from 'vitest';
import type { TestApi } from './test-api';

/** Reads the audit of a test API as an administrator. */
export class AuditReads {
  constructor(private readonly api: TestApi) {}

  async readPage(query: Record<string, string>): Promise<AuditPage> {
    const response = await this.api.sendRequest(`/api/v1/events?${new URLSearchParams(query)}`);
    const body = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(200);
    return body as AuditPage;
  }

  async readExport(query: Record<string, string>): Promise<AuditEntry[]> {
    const response = await this.api.sendRequest(`/api/v1/events:export?${new URLSearchParams(query)}`);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('content-disposition')).toContain('events.ndjson');
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as AuditEntry);
  }

  /** Appends an event to each stream as a job does that a request started. */
  async appendCaused(streams: string[], correlationId: string): Promise<void> {
    for (const stream of streams) {
      const metadata = { actor: 'user:job', causationId: newId(), correlationId };
      await this.api.control.execute(
        `INSERT INTO event (id, stream, version, type, data, metadata)
         SELECT $1, $2, max(version) + 1, 'TargetRemoved', '{}', $3::jsonb FROM event WHERE stream = $2`,
        [newId(), stream, JSON.stringify(metadata)],
      );
    }
  }
}
