import { ANCESTORS_MAX } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture } from '../bulk/bulk-fixture.test-data';
import { csv, targetsIn } from './import-targets.test-data';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

describe('parents in an import of CSV', () => {
  it('puts parents of the file before the targets that depend on them, and refuses cycles', async () => {
    const chain = Array.from(
      { length: 300 },
      (_, nr) => `10.4.${nr >> 8}.${nr & 255},fast,10.4.${(nr + 1) >> 8}.${(nr + 1) & 255}`,
    );
    const done = await bulk.runImport(
      csv(
        'ip,tier,parents',
        ...chain,
        '10.4.1.44,fast,',
        '10.4.9.1,fast,10.4.9.2',
        '10.4.9.2,fast,10.4.9.1',
        '10.4.9.3,fast,10.4.9.1',
      ),
    );
    expect(done).toMatchObject({ state: 'completed', created: 301, failed: 3 });
    expect(await bulk.linesOf(done, 'refused')).toMatchObject([
      {
        ip: '10.4.9.1',
        column: 'parents',
        reason: expect.stringContaining('10.4.9.1 → 10.4.9.2 → 10.4.9.1') as string,
      },
      {
        ip: '10.4.9.2',
        column: 'parents',
        reason: expect.stringContaining('10.4.9.2 → 10.4.9.1 → 10.4.9.2') as string,
      },
      { ip: '10.4.9.3', column: 'parents', reason: expect.stringContaining('10.4.9.1 is neither') as string },
    ]);
    expect(await targetsIn(bulk, '10.4.0.0/30')).toMatchObject(
      [0, 1, 2, 3].map((nr) => ({ parents: [`10.4.0.${nr + 1}`] })),
    );
  });

  it('changes a target that has the most ancestors, although one was added above it', async () => {
    const ips = Array.from({ length: ANCESTORS_MAX + 2 }, (_, nr) => `10.9.${nr >> 8}.${nr & 255}`);
    const [above, root] = ips;
    const last = ips[ips.length - 1];
    const chain = ips.slice(1).map((ip, nr) => `${ip},fast,${nr === 0 ? '' : ips[nr]}`);
    expect(await bulk.runImport(csv('ip,tier,parents', `${above},fast,`, ...chain))).toMatchObject({
      created: ips.length,
      failed: 0,
    });
    expect(await bulk.runImport(csv('ip,parents', `${root},${above}`))).toMatchObject({ changed: 1, failed: 0 });
    const done = await bulk.runImport(csv('ip,owner', `${last},noc`, `${above},core`));
    expect(done).toMatchObject({ state: 'completed', changed: 2, failed: 0 });
    const tooMany = await bulk.runImport(
      csv('ip,owner,parents', `${last},x,${ips[ips.length - 2]} ${ips[5]}`, `${above},edge,`),
    );
    expect(tooMany).toMatchObject({ state: 'completed', changed: 1, failed: 1 });
  });

  it('shows the beginning of a long cycle', async () => {
    const ring = Array.from({ length: 9 }, (_, nr) => `10.6.1.${nr},fast,10.6.1.${(nr + 1) % 9}`);
    const done = await bulk.runImport(csv('ip,tier,parents', ...ring, '10.6.1.20,fast,'));
    expect(done).toMatchObject({ created: 1, failed: 9 });
    const path = ['10.6.1.8', '10.6.1.0', '10.6.1.1', '10.6.1.2', '10.6.1.3', '…', '10.6.1.8'].join(' → ');
    expect((await bulk.linesOf(done, 'refused')).at(-1)).toMatchObject({
      ...{ column: 'parents', reason: `the target would depend on itself: ${path}` },
    });
  });
});
