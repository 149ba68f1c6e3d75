import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newId } from '@icmp-mon/platform/ids';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportOf } from './spooled-traces.test-data';
import { TraceSpool } from './trace-spool';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe('the spool of traces', () => {
  let dir: string;
  const spoolOf = (limits: { countMax?: number; bytesMax?: number } = {}): TraceSpool =>
    new TraceSpool({ dir, log, ...limits });
  const folder = (): string => path.join(dir, 'traces');

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'trace-spool-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('has what was appended also after a restart, oldest first, those of the daily round last', async () => {
    const reports = [reportOf(1, 'schedule'), reportOf(2, 'bad'), reportOf(3, 'command'), reportOf(4, 'schedule')];
    const spool = spoolOf();
    await Promise.all(reports.map((report) => spool.appendReport(report)));
    const [first, second, third, fourth] = reports;
    expect(await spool.readFirst(10)).toEqual([second, third, first, fourth]);
    const later = spoolOf();
    expect(await later.readFirst(3)).toEqual([second, third, first]);
    for (const report of reports.slice(0, 3)) await later.remove(report);
    expect(await spoolOf().readFirst(10)).toEqual([fourth]);
  });

  it('drops the oldest of the daily round when it is full, by number or by bytes, and counts them', async () => {
    const spool = spoolOf({ countMax: 3 });
    const reports = [reportOf(1, 'bad'), reportOf(2, 'schedule'), reportOf(3, 'schedule'), reportOf(4, 'bad')];
    for (const report of reports) await spool.appendReport(report);
    expect((await spool.readFirst(10)).map(({ targetKey }) => targetKey)).toEqual([1, 4, 3]);
    expect(spool.dropped).toEqual({ spool_full: 1, unreadable: 0 });
    const size = Buffer.byteLength(JSON.stringify(reportOf(1, 'schedule')));
    const small = spoolOf({ bytesMax: 2 * size + 1 });
    expect(await small.readFirst(10)).toHaveLength(2);
    expect(small.dropped.spool_full).toBe(1);
  });

  it('deletes files that are damaged or incomplete, and keeps the others', async () => {
    const good = reportOf(1);
    await spoolOf().appendReport(good);
    writeFileSync(path.join(folder(), `${newId()}.bad.json`), '{"id":"cut');
    writeFileSync(path.join(folder(), `${newId()}.bad.json`), 'null');
    writeFileSync(path.join(folder(), `${newId()}.bad.json`), JSON.stringify(reportOf(2)));
    mkdirSync(path.join(folder(), `${newId()}.bad.json`));
    writeFileSync(path.join(folder(), `${newId()}.bad.json.new`), 'a draft');
    const spool = spoolOf();
    expect(await spool.readFirst(10)).toEqual([good]);
    expect(spool.dropped.unreadable).toBe(4);
    expect(readdirSync(folder())).toHaveLength(1);
    expect(log.warn).toHaveBeenCalled();
  });

  it('loses traces, but does not fail, while its folder cannot be used', async () => {
    writeFileSync(folder(), 'not a folder');
    const spool = spoolOf();
    await spool.appendReport(reportOf(1));
    expect(spool.dropped.spool_full).toBe(1);
    expect(await spool.readFirst(10)).toEqual([]);
    rmSync(folder());
    await spool.appendReport(reportOf(2));
    expect(await spool.readFirst(10)).toHaveLength(1);
    chmodSync(folder(), 0o700);
  });

  it('is forgotten with the enrolment', async () => {
    await spoolOf().appendReport(reportOf(1));
    TraceSpool.forgetTraces(dir);
    expect(await spoolOf().readFirst(10)).toEqual([]);
  });
});
